import type { RateLimiter } from '@rushes/ports';

import { type Bucket, bucketDecision, checkLimits, takeToken } from '../token-bucket/token-bucket.ts';

/**
 * Token buckets in memory. A client that is not remembered has a full bucket, so forgetting errs on the client's side; those are forgotten first that
 * asked least recently.
 */
export interface MemoryRateLimiterOptions {
  /** Tokens that flow into a bucket a minute, evenly. More than 0. */
  readonly perMinute: number;
  /** Tokens that a bucket holds at most. At least 1. */
  readonly burst: number;
  /** Milliseconds on a clock that never goes back. Default: the process's own. */
  readonly now?: () => number;
  /** Clients that are remembered at most. Default: 100,000. */
  readonly clients?: number;
}

const REMEMBERED_CLIENTS = 100_000;

/** Throws `RangeError` for limits that let nobody through. */
export const createMemoryRateLimiter = (options: MemoryRateLimiterOptions): RateLimiter => {
  const { perMinute, burst, now = () => performance.now(), clients = REMEMBERED_CLIENTS } = options;
  checkLimits({ perMinute, burst });
  const buckets = new Map<string, Bucket>();

  const remember = (client: string, bucket: Bucket): void => {
    buckets.delete(client);
    buckets.set(client, bucket);
    const stalest = buckets.size > clients ? buckets.keys().next().value : undefined;
    if (stalest !== undefined) buckets.delete(stalest);
  };

  return {
    perMinute,
    burst,
    take: async (client) => {
      const { allowed, bucket } = takeToken({ perMinute, burst }, buckets.get(client), now());
      remember(client, bucket);
      return bucketDecision({ perMinute, burst }, allowed, bucket.tokens);
    },
  };
};
