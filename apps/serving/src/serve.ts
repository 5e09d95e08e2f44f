/** The serving layer: in this process, or in several that it starts. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import { createMetrics, type Registry, type Session, TransientError } from '@rushes/runtime';
import { openSharedPlace, type Stores, type StoresToRead } from '@rushes/stores';

import { startService } from './start-service.ts';
import { startWorkers } from './workers/start-workers.ts';

const rateLimiterOf = ({ perMinute, burst }: Session['config']['rateLimit']) =>
  perMinute === 0 ? undefined : createMemoryRateLimiter({ perMinute, burst });

/** Starts the HTTP service in this process; its requests are drained when the session ends. Returns the address to reach it at. */
export const serve = async (session: Session, stores: Stores | StoresToRead, metrics: Registry): Promise<string> => {
  const shared = await openSharedPlace(session, stores.log.id, metrics);
  const own = rateLimiterOf(session.config.rateLimit);
  const { url } = await startService(session, stores, {
    metrics,
    caches: shared.caches(createMemoryCaches()),
    rateLimiter: own && shared.rateLimiter(own),
    cacheTrouble: shared.trouble,
  });
  return url;
};

/**
 * The same in as many processes as `serving.workers` says, where that is more than one. Each opens the stores for itself; those of this process have been
 * checked, and tell when they have to be opened anew.
 */
export const serveByWorkers = async (session: Session, stores: Stores | StoresToRead): Promise<string> => {
  if (session.config.serving.workers === 1) return serve(session, stores, createMetrics());
  return startWorkers(session, { caches: createMemoryCaches(), limiter: rateLimiterOf(session.config.rateLimit) });
};

/** Resolves when a stop is asked for. @throws TransientError if the stores have to be opened anew. */
export const untilStopped = async ({ lifecycle }: Session, stores: Stores | StoresToRead): Promise<void> => {
  const ended = await Promise.race([lifecycle.stopRequested, ...('outdated' in stores ? [stores.outdated] : [])]);
  if (ended !== undefined && !lifecycle.signal.aborted)
    throw new TransientError('the data folder cannot be read any more', { hint: 'Start again.', cause: ended });
};
