import type { RateLimiter } from '@rushes/ports';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

export interface RateLimiterContract {
  readonly name: string;
  /** A limiter that remembers no client yet. `now` is its clock, in milliseconds. */
  readonly open: (limits: { readonly perMinute: number; readonly burst: number; readonly now: () => number }) => Promise<RateLimiter>;
}

/** A clock that stands still until it is moved. */
const clockAt = (startMs: number) => {
  let nowMs = startMs;
  return { now: () => nowMs, advance: (milliseconds: number) => void (nowMs += milliseconds) };
};

/** What every rate limiter keeps. Registers tests. */
export const rateLimiterContract = ({ name, open }: RateLimiterContract): void => {
  describe(`rate limiter: ${name}`, () => {
    test('tells its limits', async () => {
      const limiter = await open({ perMinute: 100, burst: 20, now: () => 0 });
      expect([limiter.perMinute, limiter.burst]).toEqual([100, 20]);
    });

    test('lets a burst through and no more, counting down', async () => {
      const limiter = await open({ perMinute: 60, burst: 3, now: clockAt(1000).now });
      const remaining: number[] = [];
      for (let n = 0; n < 3; n++) {
        const { allowed, remaining: left } = await limiter.take('a');
        expect(allowed).toBe(true);
        remaining.push(left);
      }
      expect(remaining).toEqual([2, 1, 0]);
      expect(await limiter.take('a')).toEqual({ allowed: false, remaining: 0, retryAfterS: 1, resetS: 3 });
    });

    test('says when one more is allowed and when the bucket is full', async () => {
      const limiter = await open({ perMinute: 6, burst: 2, now: clockAt(0).now });
      expect(await limiter.take('a')).toEqual({ allowed: true, remaining: 1, retryAfterS: 0, resetS: 10 });
      expect(await limiter.take('a')).toEqual({ allowed: true, remaining: 0, retryAfterS: 10, resetS: 20 });
      expect(await limiter.take('a')).toEqual({ allowed: false, remaining: 0, retryAfterS: 10, resetS: 20 });
    });

    test('rounds seconds up', async () => {
      const clock = clockAt(0);
      const limiter = await open({ perMinute: 6, burst: 1, now: clock.now });
      await limiter.take('a');
      clock.advance(9_100);
      expect(await limiter.take('a')).toMatchObject({ allowed: false, retryAfterS: 1, resetS: 1 });
    });

    test('tokens flow in evenly, up to the burst; refused requests take none', async () => {
      const clock = clockAt(0);
      const limiter = await open({ perMinute: 60, burst: 2, now: clock.now });
      const taken = async (): Promise<boolean> => (await limiter.take('a')).allowed;
      expect([await taken(), await taken(), await taken(), await taken()]).toEqual([true, true, false, false]);
      clock.advance(999);
      expect(await taken()).toBe(false);
      clock.advance(1);
      expect([await taken(), await taken()]).toEqual([true, false]);
      clock.advance(3_600_000);
      expect([await taken(), await taken(), await taken()]).toEqual([true, true, false]);
    });

    test('each client has a bucket of its own', async () => {
      const limiter = await open({ perMinute: 60, burst: 1, now: clockAt(0).now });
      expect((await limiter.take('a')).allowed).toBe(true);
      expect((await limiter.take('b')).allowed).toBe(true);
      expect((await limiter.take('a')).allowed).toBe(false);
    });

    test('of simultaneous requests no more than the burst pass', async () => {
      const limiter = await open({ perMinute: 60, burst: 5, now: clockAt(0).now });
      const decisions = await Promise.all(Array.from({ length: 20 }, () => limiter.take('a')));
      expect(decisions.filter((decision) => decision.allowed)).toHaveLength(5);
    });

    test('whatever the pauses: never more than burst and inflow, and a request after `retryAfterS` passes', async () => {
      const pauses = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 30 });
      let client = 0;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 10 }), pauses, async (perMinute, burst, waits) => {
          const clock = clockAt(0);
          const limiter = await open({ perMinute, burst, now: clock.now });
          const asking = `client ${client++}`;
          let passed = 0;
          for (const wait of waits) {
            clock.advance(wait);
            if ((await limiter.take(asking)).allowed) passed++;
            expect(passed).toBeLessThanOrEqual(burst + (clock.now() * perMinute) / 60_000 + 1e-6);
          }
          const { retryAfterS } = await limiter.take(asking);
          clock.advance(retryAfterS * 1000);
          expect((await limiter.take(asking)).allowed).toBe(true);
        }),
        { numRuns: 100 },
      );
    });
  });
};
