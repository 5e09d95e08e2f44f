/** The contract of caches on a server, in two tiers; what holds between replicas; and what is done with what is no value. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cache, Caches } from '@rushes/ports';
import { cachesContract } from '@rushes/ports/contracts/caches';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { createMemoryCaches } from '../memory-caches/index.ts';
import { linkTo, newPrefix, type TestServer, testServer, type Told } from '../redis-link/for-tests.ts';
import { redisCaches } from './index.ts';

const ADDRESS = process.env['TEST_REDIS'] ?? '';
/** What is tested here is what calls do, also on a machine that has much else to do. */
const PATIENT = { answerMs: 5_000 };
const MINUTE_MS = 60_000;

describe.skipIf(ADDRESS === '')('on Redis', () => {
  let server: TestServer;
  const opened: { readonly prefix: string; readonly close: () => Promise<void> }[] = [];
  beforeAll(() => {
    server = testServer(ADDRESS);
  });
  afterEach(async () => {
    for (const { prefix, close } of opened.splice(0)) {
      await close();
      await server.remove(prefix);
    }
  });
  afterAll(() => server.close());

  const open = async (prefix: string, now?: () => number): Promise<{ readonly caches: Caches; readonly told: Told }> => {
    const { told, ...link } = await linkTo(ADDRESS, prefix, PATIENT);
    opened.push({ prefix, close: link.close });
    return { caches: redisCaches(link, createMemoryCaches(now === undefined ? {} : { now })), told };
  };

  cachesContract({
    name: 'in two tiers',
    open: async ({ now }) => (await open(newPrefix(), now)).caches,
    pass: async (milliseconds) => {
      for (const { prefix } of opened) await server.pass(prefix, milliseconds);
    },
    boundedBy: 'place',
  });

  const replicas = async () => {
    const prefix = newPrefix();
    const [one, other] = [await open(prefix), await open(prefix)];
    const texts = ({ caches }: { readonly caches: Caches }): Cache<string> =>
      caches.cache({ name: 'texts', maxBytes: 1_000_000, bytesOf: (text: string) => text.length });
    return { prefix, one: texts(one), other: texts(other), told: other.told, caches: one.caches, otherCaches: other.caches };
  };
  const text = (value: string, ttlMs = MINUTE_MS) => ({ value, ttlMs });
  const never = () => Promise.reject(new Error('is not to be computed'));

  describe('replicas', () => {
    test('what one has computed, the other has, from memory the second time', async () => {
      const { one, other, told } = await replicas();
      expect(await one.resolve('key', async () => text('a'))).toBe('a');
      expect(await other.get('key')).toBe('a');
      expect(await other.resolve('key', never)).toBe('a');
      expect(await other.get('none')).toBeUndefined();
      expect(told.reads).toEqual(['texts redis', 'texts memory', 'texts none']);
    });

    test('of simultaneous callers of both one computes', async () => {
      const { one, other } = await replicas();
      const gate = Promise.withResolvers<void>();
      const first = one.resolve('key', async () => {
        await gate.promise;
        return text('first');
      });
      await sleep(20);
      const second = other.resolve('key', never);
      await sleep(20);
      gate.resolve();
      expect([await first, await second]).toEqual(['first', 'first']);
    });

    test('after a failure whoever waits computes', async () => {
      const { one, other } = await replicas();
      const gate = Promise.withResolvers<never>();
      const first = one.resolve('key', () => gate.promise);
      await sleep(20);
      const second = other.resolve('key', async () => text('second'));
      gate.reject(new Error('down'));
      await expect(first).rejects.toThrow('down');
      const beganMs = performance.now();
      expect(await second).toBe('second');
      expect(performance.now() - beganMs).toBeLessThan(450);
    });

    test('one that is gone, or takes long, is waited for half a second; what is kept first is what all have', async () => {
      const { one, other } = await replicas();
      const gate = Promise.withResolvers<void>();
      const slow = one.resolve('key', async () => {
        await gate.promise;
        return text('late');
      });
      await sleep(20);
      const beganMs = performance.now();
      expect(await other.resolve('key', async () => text('in time'))).toBe('in time');
      expect(performance.now() - beganMs).toBeGreaterThan(300);
      expect(performance.now() - beganMs).toBeLessThan(10_000);
      gate.resolve();
      expect(await slow).toBe('in time');
      expect(await one.get('key')).toBe('in time');
    });

    test('a copy in memory ends with the value', async () => {
      const { prefix, one, other } = await replicas();
      await one.set('key', 'a', 150);
      expect(await other.get('key')).toBe('a');
      await sleep(160);
      expect([await one.get('key'), await other.get('key')]).toEqual([undefined, undefined]);
      expect(await server.keys(prefix)).toEqual([]);
    });

    test('claims hold between them, and a claim that is lost there is not kept here', async () => {
      const { caches, otherCaches } = await replicas();
      const [one, other] = [caches, otherCaches].map((place) => place.claims({ name: 'movies', maxClaims: 9 }));
      expect(await one?.claim('m', 'a', MINUTE_MS)).toBe(true);
      expect(await other?.claim('m', 'b', MINUTE_MS)).toBe(false);
      await other?.release('m', 'b');
      expect(await other?.claim('m', 'b', MINUTE_MS)).toBe(false);
      await one?.release('m', 'a');
      // What was refused there is not held here.
      expect(await other?.claim('m', 'c', MINUTE_MS)).toBe(true);
      expect(await one?.claim('m', 'a', MINUTE_MS)).toBe(false);
    });

    test('another deployment on the same server shares nothing', async () => {
      const [{ one }, { one: foreign }] = [await replicas(), await replicas()];
      await one.set('key', 'a', MINUTE_MS);
      expect(await foreign.get('key')).toBeUndefined();
    });
  });

  test('every key has an end', async () => {
    const { prefix, one, caches } = await replicas();
    await one.resolve('key', async () => text('a'));
    await one.set('other', 'b', 0.4);
    await caches.claims({ name: 'movies', maxClaims: 9 }).claim('m', 'a', 1_000);
    const computing = one.resolve('slow', () => sleep(50, text('c')));
    await sleep(20);
    const keys = await server.keys(prefix);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    for (const key of keys) expect(Number(await server.command('PTTL', key))).toBeGreaterThan(0);
    await computing;
  });

  test('what is no value, or of another version, is computed anew and replaced', async () => {
    const { prefix, one, other } = await replicas();
    for (const junk of ['', 'no value', 'R\u0002junk-of-a-later-version']) {
      await server.command('SET', `${prefix}:texts:value:key`, junk, 'PX', MINUTE_MS);
      expect(await one.get('key')).toBeUndefined();
      expect(await one.resolve('key', async () => text(`after ${junk}`))).toBe(`after ${junk}`);
      expect(await other.resolve('key', never)).toBe(`after ${junk}`);
      await one.set('key', '', 0);
      await other.set('key', '', 0);
    }
  });

  test('a key that holds something else counts as a refusal', async () => {
    const { prefix, one } = await replicas();
    await server.command('LPUSH', `${prefix}:texts:value:key`, 'a');
    expect(await one.get('key')).toBeUndefined();
    expect(await one.resolve('key', async () => text('a'))).toBe('a');
  });

  test('what is too large for the server is kept in memory alone', async () => {
    const { prefix, caches } = await replicas();
    const large = caches.cache<string>({ name: 'large', maxBytes: 100_000_000, bytesOf: (value) => value.length });
    await large.resolve('key', async () => text('x'.repeat(2_000_000)));
    expect(await large.get('key')).toHaveLength(2_000_000);
    expect(await server.keys(prefix)).toEqual([]);
  });

  test('a server that has forgotten the scripts is told them again', async () => {
    const { one } = await replicas();
    await one.set('key', 'a', MINUTE_MS);
    await server.command('SCRIPT', 'FLUSH');
    expect(await one.resolve('another', async () => text('b'))).toBe('b');
  });
});
