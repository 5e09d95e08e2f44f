import { rateLimiterContract } from '@rushes/ports/contracts/rate-limiter';
import { expect, test } from 'vitest';

import { createMemoryRateLimiter } from './index.ts';

rateLimiterContract({ name: 'in memory', open: async (limits) => createMemoryRateLimiter(limits) });

test('remembers so many clients, forgetting those that asked least recently', async () => {
  const limiter = createMemoryRateLimiter({ perMinute: 1, burst: 1, now: () => 0, clients: 2 });
  const passes = async (client: string): Promise<boolean> => (await limiter.take(client)).allowed;
  expect([await passes('a'), await passes('b'), await passes('a'), await passes('c')]).toEqual([true, true, false, true]);
  expect(await passes('a')).toBe(false); // asked after b
  expect(await passes('b')).toBe(true); // was forgotten for c
});

test.each([
  { perMinute: 0, burst: 1 },
  { perMinute: Number.NaN, burst: 1 },
  { perMinute: 1, burst: 0.5 },
])('refuses limits that let nobody through: %j', (limits) => {
  expect(() => createMemoryRateLimiter(limits)).toThrow(RangeError);
});

test('runs on the clock of the process unless told otherwise', async () => {
  const limiter = createMemoryRateLimiter({ perMinute: 1, burst: 1 });
  expect((await limiter.take('a')).allowed).toBe(true);
  expect((await limiter.take('a')).allowed).toBe(false);
});
