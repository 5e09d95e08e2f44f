/**
 * API keys, looked up once in a while. Invariant: no answer is older than `KEY_CACHE_MS`, so a revoked key stops, and one that was just made works,
 * within that time, on every replica.
 */
import type { ApiKey, ApiKeyStore } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

export const KEY_CACHE_MS = 2_000;

/** Keys in use at once; what is beyond is looked up each time. Ids that no key has are remembered too, so made-up ones cost no more. */
const MAX_KEYS = 10_000;

interface Looked {
  readonly atMs: number;
  readonly key: Promise<ApiKey | undefined>;
}

/**
 * The key of an id. Simultaneous requests share one look.
 * @param now milliseconds since 1970.
 */
export const cachedKeys = (store: ApiKeyStore, now: () => number): ((id: string) => Promise<ApiKey | undefined>) => {
  const looks = new LRUCache<string, Looked>({ max: MAX_KEYS });
  return (id) => {
    const nowMs = now();
    const known = looks.get(id);
    // A clock that was set back makes everything look young: that counts as old.
    if (known !== undefined && nowMs >= known.atMs && nowMs - known.atMs < KEY_CACHE_MS) return known.key;
    const look: Looked = { atMs: nowMs, key: store.find(id) };
    looks.set(id, look);
    look.key.catch(() => {
      if (looks.peek(id) === look) looks.delete(id);
    });
    return look.key;
  };
};
