/** The arithmetic of a token bucket, wherever it is kept. Pure. */
import type { RateLimitDecision, RateLimiter } from '@rushes/ports';

export type BucketLimits = Pick<RateLimiter, 'perMinute' | 'burst'>;

export interface Bucket {
  readonly tokens: number;
  /** When it had so many, in milliseconds. */
  readonly atMs: number;
}

/** @param tokens what is left after the request. */
export const bucketDecision = ({ perMinute, burst }: BucketLimits, allowed: boolean, tokens: number): RateLimitDecision => {
  const secondsFor = (missing: number): number => Math.max(0, Math.ceil((missing * 60) / perMinute));
  return { allowed, remaining: Math.floor(tokens), retryAfterS: secondsFor(1 - tokens), resetS: secondsFor(burst - tokens) };
};

/** Takes a token from a bucket, if one has flowed in. @param bucket `undefined`: a full one. A clock that was set back lets nothing flow in. */
export const takeToken = (
  { perMinute, burst }: BucketLimits,
  bucket: Bucket | undefined,
  nowMs: number,
): { readonly allowed: boolean; readonly bucket: Bucket } => {
  const held = bucket === undefined ? burst : Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * perMinute) / 60_000);
  const allowed = held >= 1;
  return { allowed, bucket: { tokens: allowed ? held - 1 : held, atMs: nowMs } };
};

/** @throws RangeError for limits that let nobody through. */
export const checkLimits = ({ perMinute, burst }: BucketLimits): void => {
  if (!(perMinute > 0)) throw new RangeError(`a rate limit of ${perMinute} requests a minute lets nobody through: give more than 0`);
  if (!(burst >= 1)) throw new RangeError(`a burst of ${burst} requests lets nobody through: give at least 1`);
};
