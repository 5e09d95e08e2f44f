import type { RateLimiter } from '@rushes/ports';

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

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

const REMEMBERED_CLIENTS = 100_000;

/** Throws `RangeError` for limits that let nobody through. */
export const createMemoryRateLimiter = (options: MemoryRateLimiterOptions): RateLimiter => {
  const { perMinute, burst, now = () => performance.now(), clients = REMEMBERED_CLIENTS } = options;
  if (!(perMinute > 0)) throw new RangeError(`a rate limit of ${perMinute} requests a minute lets nobody through: give more than 0`);
  if (!(burst >= 1)) throw new RangeError(`a burst of ${burst} requests lets nobody through: give at least 1`);
  const buckets = new Map<string, Bucket>();
  const secondsFor = (tokens: number): number => Math.max(0, Math.ceil((tokens * 60) / perMinute));

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
      const atMs = now();
      const bucket = buckets.get(client) ?? { tokens: burst, atMs };
      const held = Math.min(burst, bucket.tokens + ((atMs - bucket.atMs) * perMinute) / 60_000);
      const allowed = held >= 1;
      const tokens = allowed ? held - 1 : held;
      remember(client, { tokens, atMs });
      return { allowed, remaining: Math.floor(tokens), retryAfterS: secondsFor(1 - tokens), resetS: secondsFor(burst - tokens) };
    },
  };
};
