import type { Cache, Caches, Claims } from '@rushes/ports';

import { memoryCache } from './memory-cache.ts';
import { memoryClaims } from './memory-claims.ts';

export interface MemoryCachesOptions {
  /** Milliseconds. Default: a clock that nobody sets. */
  readonly now?: () => number;
}

/** Caches and claims of this process alone. */
export const createMemoryCaches = ({ now = () => performance.now() }: MemoryCachesOptions = {}): Caches => {
  const caches = new Map<string, unknown>();
  const claims = new Map<string, Claims>();
  return {
    cache: (options) => {
      const cache = caches.get(options.name) ?? memoryCache(options, now);
      caches.set(options.name, cache);
      return cache as Cache<never>; // as: what has one name holds values of one type
    },
    claims: (options) => {
      const claimed = claims.get(options.name) ?? memoryClaims(options, now);
      claims.set(options.name, claimed);
      return claimed;
    },
  };
};
