/**
 * Buckets, kept values and claims that several processes share: one holds them, the others call it. Which way calls go is not known here. Invariants: of one
 * key one process computes at a time; a process that is gone computes nothing any more, and its place goes to whoever waits.
 */
import type { Cache, Caches, RateLimitDecision, RateLimiter } from '@rushes/ports';

/** A cache by what its holder has to know of it. */
export interface SharedCacheOptions {
  readonly name: string;
  readonly maxBytes: number;
}

export interface SharedClaimsOptions {
  readonly name: string;
  readonly maxClaims: number;
}

/** A value with its size in bytes, which only its owner can tell. */
export interface SizedValue {
  readonly value: unknown;
  readonly bytes: number;
}

/** What one process calls of the one that holds the memory. Arguments and results are plain data. */
export interface SharedMemory {
  take(client: string): Promise<RateLimitDecision>;
  get(cache: SharedCacheOptions, key: string): Promise<unknown>;
  set(cache: SharedCacheOptions, key: string, sized: SizedValue, ttlMs: number): Promise<void>;
  /** The value that is kept, or what another process computes now; `undefined`: the caller has to compute it, and then to call `end`. */
  begin(cache: SharedCacheOptions, key: string): Promise<{ readonly value: unknown } | undefined>;
  /** Keeps what was computed; without a value nothing came of it, and whoever waits computes. */
  end(cache: SharedCacheOptions, key: string, computed?: SizedValue & { readonly ttlMs: number }): Promise<void>;
  claim(claims: SharedClaimsOptions, name: string, owner: string, ttlMs: number): Promise<boolean>;
  release(claims: SharedClaimsOptions, name: string, owner: string): Promise<void>;
}

export interface HeldMemory {
  /** The memory as one process sees it, until it is gone. */
  share(): { readonly memory: SharedMemory; readonly gone: () => void };
}

interface Held {
  readonly caches: Caches;
  /** `undefined`: there is no limit, so nobody asks. */
  readonly limiter: RateLimiter | undefined;
}

export const holdSharedMemory = ({ caches, limiter }: Held): HeldMemory => {
  const cacheOf = ({ name, maxBytes }: SharedCacheOptions): Cache<SizedValue> =>
    caches.cache({ name, maxBytes, bytesOf: ({ bytes }) => bytes });
  /** What is being computed: resolves when that is over, whatever came of it. */
  const underWay = new Map<string, PromiseWithResolvers<void>>();

  return {
    share: () => {
      const own = new Set<string>();
      let isGone = false;
      const finish = (id: string): void => {
        if (!own.delete(id)) return;
        underWay.get(id)?.resolve();
        underWay.delete(id);
      };
      const memory: SharedMemory = {
        take: async (client) => {
          if (limiter === undefined) throw new Error('there is no rate limit to take from');
          return limiter.take(client);
        },
        get: async (cache, key) => (await cacheOf(cache).get(key))?.value,
        set: (cache, key, sized, ttlMs) => cacheOf(cache).set(key, sized, ttlMs),
        begin: async (cache, key) => {
          const id = JSON.stringify([cache.name, key]);
          for (;;) {
            const kept = await cacheOf(cache).get(key);
            if (kept !== undefined) return { value: kept.value };
            if (isGone) throw new Error('the process that asked is gone');
            const computing = underWay.get(id);
            if (computing === undefined) {
              underWay.set(id, Promise.withResolvers());
              own.add(id);
              return undefined;
            }
            await computing.promise;
          }
        },
        end: async (cache, key, computed) => {
          try {
            if (computed !== undefined) await cacheOf(cache).set(key, { value: computed.value, bytes: computed.bytes }, computed.ttlMs);
          } finally {
            finish(JSON.stringify([cache.name, key]));
          }
        },
        claim: (claims, name, owner, ttlMs) => caches.claims(claims).claim(name, owner, ttlMs),
        release: (claims, name, owner) => caches.claims(claims).release(name, owner),
      };
      return {
        memory,
        gone: () => {
          isGone = true;
          for (const id of own) finish(id);
        },
      };
    },
  };
};
