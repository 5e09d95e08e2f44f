import type { Cache, Caches, CacheOptions } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

export interface CachesContract {
  readonly name: string;
  /** Empty caches. `now` is their clock, in milliseconds. */
  readonly open: (options: { readonly now: () => number }) => Promise<Caches>;
  /** Makes so many milliseconds pass where the place has a clock of its own; called after `now` has moved. */
  readonly pass?: (milliseconds: number) => Promise<void>;
  /** What bounds a cache: its own options, or the place as a whole. */
  readonly boundedBy?: 'options' | 'place';
}

const TEXTS: CacheOptions<string> = { name: 'texts', maxBytes: 1_000_000, bytesOf: (text) => text.length };

/** What all caches keep. Registers tests. */
export const cachesContract = ({ name, open, pass = async () => {}, boundedBy = 'options' }: CachesContract): void => {
  const at = async (options: CacheOptions<string> = TEXTS) => {
    let nowMs = 1_000;
    const caches = await open({ now: () => nowMs });
    return {
      caches,
      cache: caches.cache(options),
      advance: async (milliseconds: number): Promise<void> => {
        nowMs += milliseconds;
        await pass(milliseconds);
      },
    };
  };
  /** Computes a text, and counts how often. */
  const counting = (text: string, ttlMs = 60_000) => {
    const counter = {
      computed: 0,
      compute: async () => {
        counter.computed += 1;
        return { value: text, ttlMs };
      },
    };
    return counter;
  };
  const keyCount = async (cache: Cache<string>, keys: readonly string[]): Promise<number> =>
    (await Promise.all(keys.map((key) => cache.get(key)))).filter((value) => value !== undefined).length;

  describe(`cache: ${name}`, () => {
    test('gives back what was set last, until it expires', async () => {
      const { cache, advance } = await at();
      expect(await cache.get('a')).toBeUndefined();
      await cache.set('a', 'one', 100_000);
      await cache.set('a', 'two', 100_000);
      await advance(99_000);
      expect([await cache.get('a'), await cache.get('b')]).toEqual(['two', undefined]);
      await advance(1_000);
      expect(await cache.get('a')).toBeUndefined();
    });

    test('what is set for no time is gone', async () => {
      const { cache } = await at();
      await cache.set('a', 'one', 100_000);
      await cache.set('a', 'two', 0);
      expect(await cache.get('a')).toBeUndefined();
    });

    test('of simultaneous callers one computes, and it is kept for as long as it says', async () => {
      const { cache, advance } = await at();
      const gate = Promise.withResolvers<void>();
      const counter = counting('a', 100_000);
      const slowly = async () => {
        await gate.promise;
        return counter.compute();
      };
      const all = Array.from({ length: 50 }, () => cache.resolve('key', slowly));
      gate.resolve();
      expect(new Set(await Promise.all(all))).toEqual(new Set(['a']));
      await cache.resolve('key', slowly);
      expect(counter.computed).toBe(1);
      expect(await cache.get('key')).toBe('a');
      await advance(100_000);
      expect(await cache.resolve('key', slowly)).toBe('a');
      expect(counter.computed).toBe(2);
    });

    test('keeps no failure, which all who waited get', async () => {
      const { cache } = await at();
      const fail = () => Promise.reject(new Error('down'));
      const outcomes = await Promise.allSettled([cache.resolve('key', fail), cache.resolve('key', fail)]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await expect(cache.resolve('key', fail)).rejects.toThrow('down');
      expect(await cache.resolve('key', counting('up').compute)).toBe('up');
    });

    test.skipIf(boundedBy === 'place')('holds no more than its bytes, and drops what was used least recently', async () => {
      const { cache } = await at({ ...TEXTS, maxBytes: 100_000 });
      const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`);
      for (const key of keys) {
        await cache.set(key, 'x'.repeat(9_000), 60_000);
        await cache.get('key-0');
      }
      const kept = await keyCount(cache, keys);
      expect(kept * 9_000).toBeLessThanOrEqual(100_000);
      expect(kept).toBeGreaterThan(5);
      expect(await keyCount(cache, ['key-0', 'key-29', 'key-1'])).toBe(2);
    });

    test('keeps nothing that would push out most of the rest, and returns it all the same', async () => {
      const { cache } = await at({ ...TEXTS, maxBytes: 100_000 });
      expect(await cache.resolve('big', counting('x'.repeat(50_000)).compute)).toHaveLength(50_000);
      expect(await cache.get('big')).toBeUndefined();
    });

    test('of size 0 still shares computations', async () => {
      const { cache } = await at({ ...TEXTS, maxBytes: 0 });
      const counter = counting('a');
      await Promise.all([cache.resolve('key', counter.compute), cache.resolve('key', counter.compute)]);
      expect(counter.computed).toBe(1);
      expect(await cache.get('key')).toBeUndefined();
    });

    test('caches of one name are one, those of other names share nothing', async () => {
      const { caches, cache } = await at();
      const other = caches.cache({ ...TEXTS, name: 'others' });
      await cache.set('a', 'one', 100_000);
      expect(await other.get('a')).toBeUndefined();
      expect(await caches.cache(TEXTS).get('a')).toBe('one');
    });
  });

  describe(`claims: ${name}`, () => {
    const MINUTE_MS = 60_000;
    const claimsAt = async () => {
      const { caches, advance } = await at();
      return { claims: caches.claims({ name: 'movies', maxClaims: 100 }), advance };
    };

    test('a name is one owner’s until it gives it up; its own earlier claim counts as won', async () => {
      const { claims } = await claimsAt();
      expect(await claims.claim('m', 'a', MINUTE_MS)).toBe(true);
      expect(await claims.claim('m', 'b', MINUTE_MS)).toBe(false);
      expect(await claims.claim('other', 'b', MINUTE_MS)).toBe(true);
      expect(await claims.claim('m', 'a', MINUTE_MS)).toBe(true);
      await claims.release('m', 'a');
      expect(await claims.claim('m', 'b', MINUTE_MS)).toBe(true);
      // What another owner has by now stays.
      await claims.release('m', 'a');
      expect(await claims.claim('m', 'c', MINUTE_MS)).toBe(false);
    });

    test('a claim ends with its time, which claiming again extends', async () => {
      const { claims, advance } = await claimsAt();
      await claims.claim('m', 'a', MINUTE_MS);
      await advance(MINUTE_MS - 1_000);
      await claims.claim('m', 'a', MINUTE_MS);
      await advance(MINUTE_MS - 1_000);
      expect(await claims.claim('m', 'b', MINUTE_MS)).toBe(false);
      await advance(1_000);
      expect(await claims.claim('m', 'b', MINUTE_MS)).toBe(true);
    });

    test('of simultaneous claims one wins', async () => {
      const { claims } = await claimsAt();
      const won = await Promise.all(Array.from({ length: 20 }, (_, n) => claims.claim('m', `owner-${n}`, MINUTE_MS)));
      expect(won.filter(Boolean)).toHaveLength(1);
    });
  });
};
