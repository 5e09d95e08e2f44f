import type { Cache, CacheOptions, Caches } from '@rushes/ports';

import { named } from '../named/named.ts';
import { memoryCache } from './memory-cache.ts';
import { memoryClaims } from './memory-claims.ts';

export interface MemoryCachesOptions {
  /** Milliseconds. Default: a clock that nobody sets. */
  readonly now?: () => number;
}

/** Caches and claims of this process alone. */
export const createMemoryCaches = ({ now = () => performance.now() }: MemoryCachesOptions = {}): Caches => {
  const caches = named((options: CacheOptions<never>): Cache<never> => memoryCache(options, now));
  return {
    cache: (options) => caches(options),
    claims: named((options) => memoryClaims(options, now)),
  };
};
