/**
 * What processes of the HTTP service keep beside the stores: in their own memory, or where its replicas share it. Invariant: a server for that may be away at any
 * time, at the start too; each process then does with its own, and says so.
 */
import { type Caches, type RateLimiter, StoreUnavailable } from '@rushes/ports';
import { type Config, createTroubleLog, type Registry, type Session, UsageError } from '@rushes/runtime';

import { createCacheMetrics } from './cache-metrics.ts';
import { type FoundCache, redisCache } from './redis-cache.ts';

export interface SharedPlace {
  /** @param own of this process. */
  readonly caches: (own: Caches) => Caches;
  /** @param own of this process, with the same limits. */
  readonly rateLimiter: (own: RateLimiter) => RateLimiter;
  /** Why its server is not used at the moment, in words that go on after a subject; absent where there is none. */
  readonly trouble?: () => string | undefined;
}

/** An end of an outage that was shorter than this is not worth a line. */
const SHORT_MS = 1_000;

/** `undefined`: nothing is shared. @throws UsageError for a URL or settings that mean nothing. */
export const findCache = (config: Pick<Config, 'stores' | 'redis'>): FoundCache | undefined => {
  const { cache: url } = config.stores;
  const scheme = url.slice(0, url.indexOf(':') + 1).toLowerCase();
  try {
    if (scheme === 'memory:') {
      if (url.length > scheme.length) throw new Error('memory: has nothing behind it');
      return undefined;
    }
    if (scheme === 'redis:' || scheme === 'rediss:') return redisCache(url, config);
    // The rest of a URL may hold a password.
    throw new Error(`no such store has the scheme ${scheme} (known: memory:, redis:, rediss:)`);
  } catch (error) {
    throw new UsageError(`stores.cache: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'Give another URL, or none for the memory of each process (docs/configuration.md).',
    });
  }
};

/** What is worth a warning of a server that answers. It is used all the same. */
const warn = async ({ location, check }: FoundCache, { logger }: Session): Promise<void> => {
  try {
    for (const { message, hint } of (await check()).findings) logger.warn({ store: 'cache', location }, `${message}. ${hint}`);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    logger.warn({ store: 'cache', location }, `${error.message}. ${error.hint ?? ''}`);
  }
};

/**
 * Opens what the configuration names, until the session ends. A server that is not there is waited for a second at most.
 * @param logId whose events answers are made from: who has another log shares nothing.
 * @throws UsageError for a URL or settings that mean nothing.
 */
export const openSharedPlace = async (session: Session, logId: string, metrics: Registry): Promise<SharedPlace> => {
  const found = findCache(session.config);
  if (found === undefined) return { caches: (own) => own, rateLimiter: (own) => own };
  const { logger, lifecycle } = session;
  const [{ redisCaches }, { redisRateLimiter }] = await Promise.all([
    import('@rushes/adapters/redis-caches'),
    import('@rushes/adapters/redis-rate-limiter'),
  ]);
  const troubles = createTroubleLog({ logger, level: 'warn' });
  let beganMs = 0;
  let trouble: () => string | undefined = () => undefined;
  const link = await found.open(logId, {
    ...createCacheMetrics(metrics, () => trouble() === undefined),
    onTrouble: (message, error) => {
      beganMs = performance.now();
      // Where it was noticed says nothing of the server.
      troubles.report(message, error.message);
    },
    onRecovery: () => {
      if (performance.now() - beganMs >= SHORT_MS) logger.info({ location: link.location }, 'the shared cache is used again');
    },
  });
  trouble = link.trouble;
  lifecycle.onStop('the shared cache', () => link.close());
  if (trouble() === undefined) await warn(found, session);
  return {
    caches: (own) => redisCaches(link, own),
    rateLimiter: (own) => redisRateLimiter(link, own),
    trouble: () => trouble(),
  };
};
