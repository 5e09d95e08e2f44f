import type { RateLimiter } from '@rushes/ports';

import type { SharedMemory } from './shared-memory.ts';

/** Buckets that another process holds, which has the same limits. */
export const sharedRateLimiter = (
  memory: Pick<SharedMemory, 'take'>,
  { perMinute, burst }: Pick<RateLimiter, 'perMinute' | 'burst'>,
): RateLimiter => ({ perMinute, burst, take: (client) => memory.take(client) });
