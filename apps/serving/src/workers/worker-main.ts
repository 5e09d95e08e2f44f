/** A worker: the HTTP service in a process of its own, with buckets, receipts and claims in the main process. Started by it, never by hand. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { sharedCaches, sharedRateLimiter } from '@rushes/adapters/shared-memory';
import { createMetrics, endProcess, EXIT_CODES, explainError, runOrdered, survivesItsTerminal } from '@rushes/runtime';
import { openSharedPlace, openStoresToServe } from '@rushes/stores';

import type { RunningServer } from '@rushes/serving';
import { startService } from '../start-service.ts';
import { connect } from './calls.ts';
import type { MainMethods, WorkerMethods } from './messages.ts';

survivesItsTerminal(process);

const metrics = createMetrics();
const stopAsked = Promise.withResolvers<void>();
const started = Promise.withResolvers<RunningServer>();
const own: WorkerMethods = {
  measured: () => metrics.getMetricsAsJSON(),
  isShown: async (position, ms) => (await started.promise).isShown(position, ms),
  ping: async () => {},
  stop: async () => stopAsked.resolve(),
};
const main = connect(process, own) as MainMethods; // as: what the main process gave as its own

const { worker, config, logForm } = await main.order();
try {
  const code = await runOrdered({ config, logForm, logFields: { worker }, service: 'rushes-serving' }, process, async (session) => {
    const stores = await openStoresToServe(session);
    const { perMinute } = config.rateLimit;
    const shared = await openSharedPlace(session, stores.log.id, metrics);
    const server = await startService(session, stores, {
      metrics,
      caches: shared.caches(createMemoryCaches()),
      receipts: shared.caches(sharedCaches(main)),
      rateLimiter: perMinute === 0 ? undefined : shared.rateLimiter(sharedRateLimiter(main, config.rateLimit)),
      cacheTrouble: shared.trouble,
      exposition: { contentType: metrics.contentType, metrics: () => main.metrics() },
      shownByOthers: (position, ms) => main.shownByOthers(position, ms),
      workers: async () => ({ ...(await main.states()), answeredBy: worker }),
    });
    started.resolve(server);
    await main.listening(server.url);
    await Promise.race([session.lifecycle.stopRequested, stopAsked.promise]);
    return EXIT_CODES.ok;
  });
  endProcess(process, code);
} catch (error) {
  const { message, hint } = explainError(error);
  // The main process tells of it.
  await main.failed(message, hint).catch(() => {});
  endProcess(process, EXIT_CODES.failed);
}
// Nothing else keeps the process alive.
process.disconnect();
