/** A shared cache whose server is frozen, killed, full, slow or not there: every call is answered in time by what the process has itself, and all comes back by itself. */
import { setTimeout as sleep } from 'node:timers/promises';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import { redisCaches } from '@rushes/adapters/redis-caches';
import { redisRateLimiter } from '@rushes/adapters/redis-rate-limiter';
import { newWaited } from '@rushes/ports';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { linkTo, newPrefix, testServer } from '../../libs/adapters/src/redis-link/for-tests.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';
import { slowWay } from './slow-way.ts';

/** What eleven calls take at most, of which one is given up after 20 ms, on a machine with much other work. */
const BUDGET_MS = 1_000;
const SOON_MS = 8_000;
const MINUTE_MS = 60_000;

describe.skipIf(needsServers('redis'))('a shared cache', () => {
  let servers: OwnServers;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    servers = await startOwnServers(['redis']);
  }, 60_000);
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  afterAll(async () => {
    await servers?.dispose();
  });

  const open = async (address = servers.address('redis'), prefix = newPrefix(), answerMs?: number) => {
    const { told, ...link } = await linkTo(address, prefix, answerMs === undefined ? {} : { answerMs });
    closers.push(link.close);
    const caches = redisCaches(link, createMemoryCaches());
    const limiter = redisRateLimiter(link, createMemoryRateLimiter({ perMinute: 1, burst: 3 }));
    return {
      link,
      told,
      prefix,
      limiter,
      texts: caches.cache<string>({ name: 'texts', maxBytes: 1_000_000, bytesOf: (text) => text.length }),
      claims: caches.claims({ name: 'movies', maxClaims: 1_000 }),
    };
  };
  type Opened = Awaited<ReturnType<typeof open>>;

  let made = 0;
  /**
   * One of each call. @param throughout whether the server is lost in between: the process's own limits, which know nothing of what the server allowed, may
   * then allow one more.
   * @returns how long it took.
   */
  const useAll = async ({ texts, limiter, claims }: Opened, throughout: 'the same' | 'lost' = 'the same'): Promise<number> => {
    made += 1;
    const beganMs = performance.now();
    const [key, client] = [`key-${made}`, `client-${made}`];
    expect(await texts.get(key)).toBeUndefined();
    expect(await texts.resolve(key, async () => ({ value: 'computed', ttlMs: MINUTE_MS }))).toBe('computed');
    expect(await texts.resolve(key, () => Promise.reject(new Error('is kept')))).toBe('computed');
    expect(await claims.claim(key, 'one', MINUTE_MS)).toBe(true);
    expect(await claims.claim(key, 'other', MINUTE_MS)).toBe(false);
    await claims.release(key, 'one');
    const taken = [];
    for (let n = 0; n < 4; n++) taken.push((await limiter.take(client)).allowed);
    expect(taken).toEqual([true, true, true, throughout === 'lost' ? expect.any(Boolean) : false]);
    return performance.now() - beganMs;
  };
  const usedAgain = async ({ told, link }: Opened): Promise<void> => {
    await expect.poll(() => [link.trouble(), told.troubles.at(-1)], { timeout: SOON_MS, interval: 20 }).toEqual([undefined, 'over']);
  };
  /** Used without trouble from here on; what was told before is forgotten. A machine with other work may have had a slow moment. */
  const ready = async (opened: Opened): Promise<void> => {
    await expect
      .poll(
        async () => {
          opened.told.calls.length = 0;
          await useAll(opened);
          return [...outcomes(opened)];
        },
        { timeout: SOON_MS, interval: 20 },
      )
      .toEqual(['answered']);
    opened.told.calls.length = 0;
    opened.told.troubles.length = 0;
  };
  const outcomes = ({ told }: Opened): ReadonlySet<string> => new Set(told.calls.map((call) => call.split(' ')[1] ?? ''));

  test.each([
    ['for a moment', 100],
    ['for so long that the connection is given up', 3_000],
  ])('is frozen %s: that costs one call its time, and the others nothing', { timeout: 30_000 }, async (_name, milliseconds) => {
    const opened = await open();
    await ready(opened);
    await servers.freeze('redis');
    try {
      // Eleven calls of which the first waits.
      expect(await useAll(opened)).toBeLessThan(BUDGET_MS);
      expect(opened.told.calls.filter((call) => call.endsWith('late'))).toHaveLength(1);
      expect(opened.link.trouble()).toBe('does not answer in time');
      const beganMs = performance.now();
      for (let n = 0; n < 200; n++) await useAll(opened);
      // Had each of the eleven waited, it would be 200 ms and more.
      expect((performance.now() - beganMs) / 200).toBeLessThan(100);
      expect(opened.told.calls.filter((call) => call.endsWith('late'))).toHaveLength(1);
      await sleep(milliseconds);
      expect(opened.told.troubles).toEqual([expect.stringContaining('does not answer in time')]);
    } finally {
      await servers.resume('redis');
    }
    await usedAgain(opened);
    await ready(opened);
  });

  test('is killed, and there again without what it had: told once, and used again', { timeout: 30_000 }, async () => {
    const opened = await open();
    await ready(opened);
    await opened.texts.resolve('kept', async () => ({ value: 'here', ttlMs: MINUTE_MS }));
    await servers.kill('redis');
    for (let n = 0; n < 20; n++) expect(await useAll(opened)).toBeLessThan(BUDGET_MS);
    expect(opened.told.troubles).toEqual([expect.stringContaining('is out of reach')]);
    expect(await opened.texts.get('kept')).toBe('here');
    await sleep(1_500);
    expect(opened.told.troubles).toHaveLength(1);
    await servers.start('redis');
    await usedAgain(opened);
    await ready(opened);
  });

  test('is killed in the middle of many calls: all are answered', { timeout: 30_000 }, async () => {
    const opened = await open();
    const calls = Array.from({ length: 300 }, () => useAll(opened, 'lost'));
    await servers.kill('redis');
    expect(await Promise.all(calls)).toHaveLength(300);
    await servers.start('redis');
    await usedAgain(opened);
  });

  test('is not there at the start: that waits for a second at most, and is used once it is', { timeout: 30_000 }, async () => {
    await servers.stop('redis');
    const beganMs = performance.now();
    const opened = await open();
    expect(performance.now() - beganMs).toBeLessThan(5_000);
    await useAll(opened);
    expect(outcomes(opened)).toEqual(new Set(['skipped']));
    await servers.start('redis');
    await usedAgain(opened);
  });

  test('is frozen at the start: that waits for a second, and is used once it answers', { timeout: 30_000 }, async () => {
    await servers.freeze('redis');
    try {
      const beganMs = performance.now();
      const opened = await open();
      expect(performance.now() - beganMs).toBeLessThan(5_000);
      expect(await useAll(opened)).toBeLessThan(BUDGET_MS);
      await servers.resume('redis');
      await usedAgain(opened);
    } finally {
      await servers.resume('redis');
    }
  });

  test('is full and drops nothing: what it has is read, the rest is done without it', async () => {
    const server = testServer(servers.address('redis'));
    closers.push(async () => server.close());
    const prefix = newPrefix();
    const [opened, other] = [await open(undefined, prefix), await open(undefined, prefix)];
    await ready(opened);
    await opened.texts.set('key', 'kept', MINUTE_MS);
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    try {
      for (let n = 0; n < 20; n++) expect(await useAll(opened)).toBeLessThan(BUDGET_MS);
      await expect.poll(() => other.texts.get('key')).toBe('kept');
      await expect.poll(() => opened.link.trouble()).toBe('is full and keeps nothing new');
      expect(opened.told.troubles).toContainEqual(expect.stringContaining('is full'));
      expect(opened.told.troubles.length).toBeLessThan(5);
    } finally {
      await server.command('CONFIG', 'SET', 'maxmemory', '128mb');
      await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    }
    await ready(opened);
    expect(opened.link.trouble()).toBeUndefined();
  });

  test('is full and makes room: nobody sees it', { timeout: 60_000 }, async () => {
    const server = testServer(servers.address('redis'));
    closers.push(async () => server.close());
    await server.command('CONFIG', 'SET', 'maxmemory', '8mb');
    try {
      const opened = await open();
      const large = 'x'.repeat(100_000);
      for (let n = 0; n < 200; n++) await opened.texts.resolve(`large-${n}`, async () => ({ value: large, ttlMs: MINUTE_MS }));
      expect(Number(/used_memory:(\d+)/.exec(String(await server.command('INFO', 'memory')))?.[1])).toBeLessThan(12 * 1024 * 1024);
      expect(await useAll(opened)).toBeLessThan(BUDGET_MS);
      expect(outcomes(opened)).not.toContain('refused');
    } finally {
      await server.command('CONFIG', 'SET', 'maxmemory', '128mb');
    }
  });

  test.each([
    ['slow', 6, 'answers slowly'],
    ['so slow that nobody waits for it', 40, 'does not answer in time'],
  ])(
    'answers over a way that is %s: after some calls it is not used until it is quick again',
    { timeout: 30_000 },
    async (_name, delayMs, trouble) => {
      const way = await slowWay(servers.address('redis'));
      closers.push(way.close);
      const opened = await open(way.address);
      await ready(opened);
      way.delay(delayMs);
      const took = await Promise.all([useAll(opened), useAll(opened), useAll(opened)]);
      for (const one of took) expect(one).toBeLessThan(3 * BUDGET_MS);
      expect(opened.link.trouble()).toBeDefined();
      await sleep(600);
      // A machine with other work may make it slower still.
      expect([trouble, 'does not answer in time']).toContain(opened.link.trouble());
      expect(opened.told.troubles).toHaveLength(1);
      for (let n = 0; n < 50; n++) expect(await useAll(opened)).toBeLessThan(BUDGET_MS);
      way.delay(0);
      await usedAgain(opened);
    },
  );

  describe('all calls of one request together', () => {
    /** As long as a machine with other work needs to tell it from a call's own time. */
    const ANSWER_MS = 1_000;
    const WAY_MS = 150;

    test.each(['slow', 'frozen'])('wait no longer than one answer may take where the server is %s', { timeout: 60_000 }, async (how) => {
      const way = await slowWay(servers.address('redis'));
      closers.push(way.close);
      const prefix = newPrefix();
      const opened = await open(way.address, prefix, ANSWER_MS);
      const { texts, claims, limiter } = opened;
      await ready(opened); // the server knows the scripts
      if (how === 'slow') way.delay(WAY_MS);
      else await servers.freeze('redis');
      const waited = newWaited();
      try {
        expect((await limiter.take('client', waited)).allowed).toBe(true);
        expect(await texts.get('key', waited)).toBeUndefined();
        expect(await texts.resolve('key', async () => ({ value: 'computed', ttlMs: MINUTE_MS }), waited)).toBe('computed');
        expect(await claims.claim('key', 'one', MINUTE_MS, waited)).toBe(true);
        await claims.release('key', 'one', waited);
      } finally {
        await servers.resume('redis');
      }
      // Six calls, each of 300 ms or without an end.
      expect(waited.ms).toBeGreaterThan(2 * WAY_MS);
      expect(waited.ms).toBeLessThanOrEqual(1.2 * ANSWER_MS);
    });

    test('what is given back when no time is left is given back all the same', { timeout: 60_000 }, async () => {
      const server = testServer(servers.address('redis'));
      closers.push(async () => server.close());
      const prefix = newPrefix();
      const { claims, texts } = await open(undefined, prefix, ANSWER_MS);
      expect(await claims.claim('key', 'one', MINUTE_MS)).toBe(true);
      expect(await server.keys(prefix)).toHaveLength(1);
      const waited = { ms: ANSWER_MS };
      await claims.release('key', 'one', waited);
      await expect.poll(() => server.keys(prefix)).toEqual([]);
      await texts.resolve('key', async () => ({ value: 'computed', ttlMs: MINUTE_MS }), waited);
      // The value, and no lock.
      await expect.poll(() => server.keys(prefix)).toEqual([expect.stringContaining(':value:')]);
      expect(waited.ms).toBe(ANSWER_MS);
    });
  });
});
