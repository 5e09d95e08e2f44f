/** Caches and claims that another process holds. Callers of one key in this process share one call; those of other processes wait for it there. */
import { type Cache, type Caches, type CacheOptions, StoreUnavailable } from '@rushes/ports';

import { named } from '../named/named.ts';
import type { SharedCacheOptions, SharedMemory } from './shared-memory.ts';

const called = async <Result>(location: string, operation: string, call: Promise<Result>): Promise<Result> => {
  try {
    return await call;
  } catch (cause) {
    throw new StoreUnavailable({ location, operation, reason: 'does not answer', cause });
  }
};

const sharedCache = <Value>(memory: SharedMemory, { name, maxBytes, bytesOf }: CacheOptions<Value>): Cache<Value> => {
  const options: SharedCacheOptions = { name, maxBytes };
  const location = `the shared cache ${name}`;
  const underWay = new Map<string, Promise<Value>>();

  const start: Cache<Value>['resolve'] = async (key, compute) => {
    const kept = await called(location, 'resolve', memory.begin(options, key));
    if (kept !== undefined) return kept.value as Value; // as: what `end` or `set` was given
    let computed: Parameters<SharedMemory['end']>[2];
    try {
      const { value, ttlMs } = await compute();
      computed = { value, bytes: bytesOf(value), ttlMs };
      return value;
    } finally {
      // Before the caller acts on the value: whoever asks another process then finds it.
      await called(location, 'resolve', memory.end(options, key, computed));
    }
  };

  return {
    location,
    get: async (key) => (await called(location, 'get', memory.get(options, key))) as Value | undefined, // as: what `end` or `set` was given
    set: (key, value, ttlMs) => called(location, 'set', memory.set(options, key, { value, bytes: bytesOf(value) }, ttlMs)),
    resolve: (key, compute) => {
      let computing = underWay.get(key);
      if (computing === undefined) {
        computing = start(key, compute).finally(() => underWay.delete(key));
        underWay.set(key, computing);
      }
      return computing;
    },
  };
};

export const sharedCaches = (memory: SharedMemory): Caches => {
  const caches = named((options: CacheOptions<never>) => sharedCache(memory, options));
  return {
    cache: (options) => caches(options),
    claims: (options) => {
      const location = `the shared claims ${options.name}`;
      return {
        location,
        claim: (name, owner, ttlMs) => called(location, 'claim', memory.claim(options, name, owner, ttlMs)),
        release: (name, owner) => called(location, 'release', memory.release(options, name, owner)),
      };
    },
  };
};
