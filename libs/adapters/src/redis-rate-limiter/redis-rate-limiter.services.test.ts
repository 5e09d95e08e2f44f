/** The contract of rate limiters on a server, by a clock of the test's; the server's own clock; and the same decisions as in memory. */
import { setTimeout as sleep } from 'node:timers/promises';

import { rateLimiterContract } from '@rushes/ports/contracts/rate-limiter';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createMemoryRateLimiter } from '../memory-rate-limiter/index.ts';
import type { RedisLink } from '../redis-link/index.ts';
import { linkTo, newPrefix, type TestServer, testServer } from '../redis-link/for-tests.ts';
import { redisRateLimiter } from './index.ts';

const ADDRESS = process.env['TEST_REDIS'] ?? '';
/** What is tested here is what calls do, also on a machine that has much else to do. */
const PATIENT = { answerMs: 5_000 };

describe.skipIf(ADDRESS === '')('on Redis', () => {
  const prefix = newPrefix();
  let server: TestServer;
  let link: RedisLink;
  let another: RedisLink;
  let opened = 0;
  beforeAll(async () => {
    server = testServer(ADDRESS);
    link = await linkTo(ADDRESS, prefix, PATIENT);
    another = await linkTo(ADDRESS, prefix, PATIENT);
  });
  afterAll(async () => {
    await link.close();
    await another.close();
    await server.remove(prefix);
    server.close();
  });

  /** One whose clients no other has. */
  const own = (): RedisLink => {
    opened += 1;
    const name = String(opened);
    return { ...link, key: (...parts) => link.key(name, ...parts) };
  };
  /** In memory, and not to be asked. */
  const unused = (limits: { readonly perMinute: number; readonly burst: number }) => ({
    ...limits,
    take: () => Promise.reject(new Error('was asked though the server answers')),
  });

  rateLimiterContract({
    name: 'by a clock of its own',
    open: async ({ now, ...limits }) => redisRateLimiter(own(), unused(limits), { now }),
  });

  test('decides as in memory, whatever the limits and pauses', async () => {
    const pauses = fc.array(fc.double({ min: 0, max: 90_000, noNaN: true }), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.5, max: 6_000, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        pauses,
        async (perMinute, burst, waits) => {
          let nowMs = 1_790_000_000_000;
          const now = () => nowMs;
          const limits = { perMinute, burst };
          const [shared, memory] = [redisRateLimiter(own(), unused(limits), { now }), createMemoryRateLimiter({ ...limits, now })];
          for (const wait of waits) {
            nowMs += wait;
            expect(await shared.take('a')).toEqual(await memory.take('a'));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  const twoReplicas = (limits: { readonly perMinute: number; readonly burst: number }) => {
    const here = own();
    return [here, { ...another, key: here.key }].map((one) => redisRateLimiter(one, unused(limits)));
  };

  test('replicas share a bucket, which the server’s clock fills', async () => {
    const [one, other] = twoReplicas({ perMinute: 600, burst: 4 });
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : other)?.take('a')));
    expect(all.filter((decision) => decision?.allowed).length).toBeGreaterThanOrEqual(4);
    expect(all.filter((decision) => decision?.allowed).length).toBeLessThanOrEqual(5);
    await sleep(250);
    const later = await Promise.all([one?.take('a'), other?.take('a'), one?.take('a'), other?.take('a')]);
    expect(later.filter((decision) => decision?.allowed).length).toBeGreaterThanOrEqual(2);
    expect(later.filter((decision) => decision?.allowed).length).toBeLessThan(4);
  });

  test('a bucket goes ten seconds after it is full', async () => {
    const here = own();
    await redisRateLimiter(here, unused({ perMinute: 60, burst: 10 })).take('a');
    const ttlMs = Number(await server.command('PTTL', here.key('limit', 'a')));
    expect(ttlMs).toBeGreaterThan(10_500);
    expect(ttlMs).toBeLessThanOrEqual(11_000);
  });

  test('a clock that was set back fills nothing, and what is no bucket is a full one', async () => {
    const here = own();
    let nowMs = 60_000;
    const limiter = redisRateLimiter(here, unused({ perMinute: 60, burst: 2 }), { now: () => nowMs });
    await limiter.take('a');
    nowMs = 0;
    expect(await limiter.take('a')).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limiter.take('a')).toMatchObject({ allowed: false });
    await server.command('SET', here.key('limit', 'a'), 'no bucket', 'PX', 60_000);
    expect(await limiter.take('a')).toMatchObject({ allowed: true, remaining: 1 });
  });

  test('without a server its own bucket counts', async () => {
    const limits = { perMinute: 60, burst: 1 };
    const limiter = redisRateLimiter({ ...link, run: async () => undefined }, createMemoryRateLimiter(limits));
    expect([(await limiter.take('a')).allowed, (await limiter.take('a')).allowed]).toEqual([true, false]);
  });
});
