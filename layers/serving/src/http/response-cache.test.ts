import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { type Cache, type Caches, StoreUnavailable } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { asKept, createResponseCache, type Representation } from './response-cache.ts';

const representation = (body: string): Representation => ({ body, bytes: Buffer.byteLength(body), next: null });

const cacheOf = (maxBytes: number) => createResponseCache(createMemoryCaches(), maxBytes, (error) => expect.fail(String(error)));

describe('the response cache', () => {
  test('computes once for simultaneous misses, and not again', async () => {
    const cache = cacheOf(1_000_000);
    const gate = Promise.withResolvers<void>();
    let computed = 0;
    const compute = async () => {
      computed += 1;
      await gate.promise;
      return representation('a');
    };
    const all = Array.from({ length: 50 }, () => cache.resolve('tag', compute));
    gate.resolve();
    expect(new Set(await Promise.all(all)).size).toBe(1);
    await cache.resolve('tag', compute);
    expect(computed).toBe(1);
    expect((await cache.get('tag'))?.body).toBe('a');
  });

  test('keeps no failure', async () => {
    const cache = cacheOf(1_000_000);
    await expect(cache.resolve('tag', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await cache.get('tag')).toBeUndefined();
    expect((await cache.resolve('tag', async () => representation('up'))).body).toBe('up');
  });

  test('ASCII is kept as it is, anything else as bytes of its own', async () => {
    const plain = representation('{"a":1}');
    expect(asKept(plain)).toEqual(plain);
    for (const text of ['é', 'Ngọc', '映画', '😀', `${'x'.repeat(5_000)}é`]) {
      const { body, bytes } = asKept(representation(text));
      expect([bytes, body]).toEqual([Buffer.byteLength(text), Buffer.from(text)]);
      expect((body as Buffer).buffer.byteLength).toBe(bytes); // as: what was asked above
      const cache = cacheOf(100_000);
      await cache.resolve('tag', async () => representation(text));
      expect((await cache.resolve('tag', () => expect.fail())).body).toEqual(Buffer.from(text));
    }
  });

  test('of size 0 keeps nothing, and still shares computations', async () => {
    const cache = cacheOf(0);
    let computed = 0;
    const compute = async () => representation(`é${(computed += 1)}`);
    const [one] = await Promise.all([cache.resolve('tag', compute), cache.resolve('tag', compute)]);
    expect([computed, one.body]).toEqual([1, 'é1']);
    expect(await cache.get('tag')).toBeUndefined();
  });

  test('a cache that fails costs computing, not answers; another store’s failure is the answer’s', async () => {
    const troubles: unknown[] = [];
    const away = new StoreUnavailable({ location: 'redis://cache', reason: 'is out of reach' });
    const fail = () => Promise.reject(away);
    const failing: Cache<never> = { location: 'redis://cache', get: fail, set: fail, resolve: fail };
    const caches: Caches = { ...createMemoryCaches(), cache: () => failing };
    const cache = createResponseCache(caches, 100_000, (error) => void troubles.push(error));
    expect(await cache.get('tag')).toBeUndefined();
    expect((await cache.resolve('tag', async () => representation('a'))).body).toBe('a');
    expect(troubles).toEqual([away, away]);
    const other = new StoreUnavailable({ location: 'views', reason: 'is out of reach' });
    await expect(cacheOf(100_000).resolve('tag', () => Promise.reject(other))).rejects.toBe(other);
  });
});
