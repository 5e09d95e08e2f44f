import type { Waited } from './waited.ts';

export interface RateLimitDecision {
  readonly allowed: boolean;
  /** Whole tokens left after this request. */
  readonly remaining: number;
  /** Seconds until one more request is allowed, 0 if one is allowed now; rounded up. */
  readonly retryAfterS: number;
  /** Seconds until the bucket is full again, rounded up. */
  readonly resetS: number;
}

/** A token bucket per client: `perMinute` tokens flow in evenly, at most `burst` are held, a request takes one. */
export interface RateLimiter {
  readonly perMinute: number;
  readonly burst: number;
  /** @param waited what the request has waited so far: a limiter on a server decides without it once that is too much. */
  take(client: string, waited?: Waited): Promise<RateLimitDecision>;
}
