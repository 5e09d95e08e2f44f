import type { Caches } from '@rushes/ports';

import { memoryCache } from './memory-cache.ts';
import { memoryClaims } from './memory-claims.ts';

export interface MemoryCachesOptions {
  /** Milliseconds. Default: a clock that nobody sets. */
  readonly now?: () => number;
}

/** Caches and claims of this process alone. */
export const createMemoryCaches = ({ now = () => performance.now() }: MemoryCachesOptions = {}): Caches => ({
  cache: (options) => memoryCache(options, now),
  claims: (options) => memoryClaims(options, now),
});
