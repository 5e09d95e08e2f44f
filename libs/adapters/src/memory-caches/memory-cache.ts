/** A cache in the memory of the process, bounded in bytes: what was used least recently goes first. */
import type { Cache, CacheOptions, Fresh } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

interface Entry<Value> {
  readonly value: Value;
  readonly expiresAtMs: number;
}

/** An entry's own size in memory, beside its value: key, objects, list links. An estimate on the safe side. */
const ENTRY_BYTES = 512;
/** No value may push out more than this share of the others. */
const LARGEST_SHARE = 8;

/** @param now milliseconds of the clock by which values expire. */
export const memoryCache = <Value>({ name, maxBytes, bytesOf }: CacheOptions<Value>, now: () => number): Cache<Value> => {
  const entries =
    maxBytes === 0
      ? undefined
      : new LRUCache<string, Entry<Value>>({
          maxSize: maxBytes,
          maxEntrySize: Math.ceil(maxBytes / LARGEST_SHARE),
          sizeCalculation: ({ value }) => bytesOf(value) + ENTRY_BYTES,
        });
  const underWay = new Map<string, Promise<Value>>();

  const get = (key: string): Value | undefined => {
    const entry = entries?.get(key);
    if (entry === undefined || now() < entry.expiresAtMs) return entry?.value;
    entries?.delete(key);
    return undefined;
  };
  const set = (key: string, value: Value, ttlMs: number): void => {
    if (ttlMs > 0) entries?.set(key, { value, expiresAtMs: now() + ttlMs });
    else entries?.delete(key);
  };
  const start = async (key: string, compute: () => Promise<Fresh<Value>>): Promise<Value> => {
    try {
      const { value, ttlMs } = await compute();
      set(key, value, ttlMs);
      return value;
    } finally {
      underWay.delete(key);
    }
  };

  return {
    location: `the cache ${name} in memory`,
    get: async (key) => get(key),
    set: async (key, value, ttlMs) => set(key, value, ttlMs),
    resolve: (key, compute) => {
      const kept = get(key);
      if (kept !== undefined) return Promise.resolve(kept);
      let computing = underWay.get(key);
      if (computing === undefined) {
        computing = start(key, compute);
        underWay.set(key, computing);
      }
      return computing;
    },
  };
};
