/**
 * The cache and the rate limiter on Redis: `redis.ts [--address HOST:PORT] [--calls N]`, against bare calls of the client; and what an answer of the HTTP service
 * costs with and without it. Server and client share the machine, so what it prints is what both of them do together.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import { redisCaches } from '@rushes/adapters/redis-caches';
import { redisRateLimiter } from '@rushes/adapters/redis-rate-limiter';
import type { Cache, Caches } from '@rushes/ports';

import { linkTo, testServer } from '../../libs/adapters/src/redis-link/for-tests.ts';
import { percentile } from '../live/percentile.ts';

const { values } = parseArgs({
  options: {
    address: { type: 'string', default: process.env['TEST_REDIS'] ?? '127.0.0.1:28379' },
    calls: { type: 'string', default: '20000' },
  },
});
const calls = Number(values.calls);
const AT_ONCE = 32;
const KEPT_MS = 600_000;
const BODY_BYTES = 8_000;

const say = (text: string): void => console.log(text);

interface Figures {
  readonly perS: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Many calls, so many at once. */
const measure = async (call: (n: number) => Promise<unknown>, atOnce: number): Promise<Figures> => {
  const times: number[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < calls) {
      const beganMs = performance.now();
      await call(next++);
      times.push(performance.now() - beganMs);
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  const tookS = (performance.now() - beganMs) / 1000;
  return { perS: calls / tookS, p50Us: percentile(times, 0.5) * 1000, p99Us: percentile(times, 0.99) * 1000 };
};

const prefix = `b${randomBytes(5).toString('hex')}`;
const server = testServer(values.address);
const [link, another] = [await linkTo(values.address, prefix), await linkTo(values.address, prefix)];
const notAnswered = (): number => [...link.told.calls, ...another.told.calls].filter((call) => !call.endsWith(' answered')).length;

const TRIES = 8;

/** The run of several in which the fewest calls were left out: a machine with other work may stop the server for so long that it is left aside for a moment. */
const best = async (call: (n: number) => Promise<unknown>, atOnce: number): Promise<Figures & { readonly leftOut: number }> => {
  let found: (Figures & { readonly leftOut: number }) | undefined;
  for (let n = 0; n < TRIES && found?.leftOut !== 0; n++) {
    while (link.trouble() !== undefined || another.trouble() !== undefined) await sleep(20);
    const before = notAnswered();
    const figures = await measure(call, atOnce);
    const leftOut = notAnswered() - before;
    if (found === undefined || leftOut < found.leftOut) found = { ...figures, leftOut };
  }
  if (found === undefined) throw new Error('nothing was measured');
  return found;
};

const show = async (name: string, call: (n: number) => Promise<unknown>): Promise<void> => {
  await measure(call, AT_ONCE);
  for (const atOnce of [1, AT_ONCE]) {
    const { perS, p50Us, p99Us, leftOut } = await best(call, atOnce);
    say(
      `${name}, ${atOnce} at once: ${perS.toFixed(0)} a second, p50 ${p50Us.toFixed(0)} µs, p99 ${p99Us.toFixed(0)} µs${leftOut === 0 ? '' : `, ${leftOut} of ${calls} left out`}`,
    );
  }
};

const body = 'x'.repeat(BODY_BYTES);
const textsIn = (caches: Caches, maxBytes = 64 * 1024 * 1024): Cache<string> =>
  caches.cache({ name: 'texts', maxBytes, bytesOf: (text: string) => text.length });
/** Without a memory in front: what the server itself costs. */
const forgetful: Caches = { ...createMemoryCaches(), cache: (options) => createMemoryCaches().cache({ ...options, maxBytes: 0 }) };

try {
  await server.command('SET', `${prefix}:bare`, body, 'PX', KEPT_MS);
  const behind = textsIn(redisCaches(link, forgetful));
  const tiered = textsIn(redisCaches(another, createMemoryCaches()));
  await behind.set('key', body, KEPT_MS);
  await tiered.get('key');
  let made = 0;

  await show('PING', () => server.command('PING'));
  await show(`GET of ${BODY_BYTES} bytes, bare`, () => server.command('GET', `${prefix}:bare`));
  await show('get, from the server', () => behind.get('key'));
  await show('get, from memory', () => tiered.get('key'));
  await show(`SET of ${BODY_BYTES} bytes, bare`, (n) => server.command('SET', `${prefix}:bare-${n % 1_000}`, body, 'PX', KEPT_MS));
  await show('set', (n) => behind.set(`key-${n % 1_000}`, body, KEPT_MS));
  await show('resolve, kept by the server', () => behind.resolve('key', async () => ({ value: body, ttlMs: KEPT_MS })));
  await show('resolve, computed and kept', () => {
    made += 1;
    return behind.resolve(`made-${made % 5_000}-${made}`, async () => ({ value: 'x', ttlMs: 2_000 }));
  });
  const limits = { perMinute: 60_000_000, burst: 1_000_000 };
  const limiter = redisRateLimiter(link, createMemoryRateLimiter(limits));
  await show('take', (n) => limiter.take(`client ${n % 100}`));
  const memory = createMemoryRateLimiter(limits);
  await show('take, in memory', (n) => memory.take(`client ${n % 100}`));
} finally {
  await server.remove(prefix);
  await link.close();
  await another.close();
  server.close();
}
