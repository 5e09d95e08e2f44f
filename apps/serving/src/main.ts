/** The serving layer as a process of its own, on the stores of one folder. */
import { openEmbeddedStores } from '@rushes/adapters/embedded';
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import { createMetrics, EXIT_CODES, runMain } from '@rushes/runtime';
import { DEFAULT_OPTIONS, startServing } from '@rushes/serving';

await runMain(process, async ({ config, logger, lifecycle }) => {
  const stores = await openEmbeddedStores(config.folders.data);
  lifecycle.onStop('the stores', () => stores.close());
  const { perMinute, burst } = config.rateLimit;
  const server = await startServing(
    {
      objects: stores.objects,
      views: stores.views,
      speed: stores.speed,
      log: stores.log,
      keys: stores.keys,
      space: stores.space,
      rateLimiter: perMinute === 0 ? undefined : createMemoryRateLimiter({ perMinute, burst }),
    },
    { ...config.http, ...config.serving, overload: { ...DEFAULT_OPTIONS.overload, ...config.overload } },
    { logger, metrics: createMetrics() },
  );
  lifecycle.onStop('the HTTP service', () => server.close());
  await lifecycle.stopRequested;
  return EXIT_CODES.ok;
});
