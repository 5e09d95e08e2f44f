import type { CacheOptions, Caches } from '@rushes/ports';

import { named } from '../named/named.ts';
import type { RedisLink } from '../redis-link/index.ts';
import { tieredCache } from './tiered-cache.ts';
import { tieredClaims } from './tiered-claims.ts';

/** Caches and claims that all processes on one server share. @param own those of this process (or of the processes of this service): in front, and alone where the server is lost. */
export const redisCaches = (link: RedisLink, own: Caches): Caches => {
  const caches = named((options: CacheOptions<never>) => tieredCache(options, own.cache(options), link));
  return {
    cache: (options) => caches(options),
    claims: named((options) => tieredClaims(options, own.claims(options), link)),
  };
};
