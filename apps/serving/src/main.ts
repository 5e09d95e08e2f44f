/** The serving layer as a process of its own, on the stores of one folder. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { isReadOnlyFolder, makeDataFolder, openEmbeddedStores, openStoresToRead } from '@rushes/adapters/embedded';
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import { createMetrics, EXIT_CODES, runMain, TransientError } from '@rushes/runtime';
import { DEFAULT_OPTIONS, startServing } from '@rushes/serving';

await runMain(process, async ({ config, logger, lifecycle }) => {
  const { data } = config.folders;
  const isReadOnly = await isReadOnlyFolder(data);
  if (isReadOnly) logger.warn({ data }, 'the data folder cannot be written to: nothing can be posted');
  else {
    const { closed, open } = await makeDataFolder(data);
    if (closed.length + open.length > 0) logger.warn({ closed, still_open: open }, 'others of this machine could read the data folder');
  }
  const stores = await (isReadOnly ? openStoresToRead(data) : openEmbeddedStores(data));
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
      isReadOnly,
      caches: createMemoryCaches(),
      rateLimiter: perMinute === 0 ? undefined : createMemoryRateLimiter({ perMinute, burst }),
    },
    { ...config.http, ...config.serving, overload: { ...DEFAULT_OPTIONS.overload, ...config.overload } },
    { logger, metrics: createMetrics() },
  );
  lifecycle.onStop('the HTTP service', () => server.close());
  const ended = await Promise.race([lifecycle.stopRequested, ...('outdated' in stores ? [stores.outdated] : [])]);
  if (ended !== undefined && !lifecycle.signal.aborted)
    throw new TransientError('the data folder cannot be read any more', { hint: 'Start again.', cause: ended });
  return EXIT_CODES.ok;
});
