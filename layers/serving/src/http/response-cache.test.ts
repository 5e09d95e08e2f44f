import { describe, expect, test } from 'vitest';

import { asKept, createResponseCache, type Representation } from './response-cache.ts';

const representation = (body: string): Representation => ({ body, bytes: Buffer.byteLength(body), next: null });

describe('the response cache', () => {
  test('computes once for simultaneous misses, and not again', async () => {
    const cache = createResponseCache(1_000_000);
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
    expect(cache.peek('tag')?.body).toBe('a');
  });

  test('keeps no failure', async () => {
    const cache = createResponseCache(1_000_000);
    await expect(cache.resolve('tag', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(cache.peek('tag')).toBeUndefined();
    expect((await cache.resolve('tag', async () => representation('up'))).body).toBe('up');
  });

  test('holds no more than its bytes, and drops what was used least recently', async () => {
    const cache = createResponseCache(100_000);
    const body = 'x'.repeat(9_000);
    await Promise.all(Array.from({ length: 30 }, (_, at) => cache.resolve(`tag-${at}`, async () => representation(body))));
    const kept = Array.from({ length: 30 }, (_, at) => at).filter((at) => cache.peek(`tag-${at}`) !== undefined);
    expect(kept.length * 9_000).toBeLessThanOrEqual(100_000);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.at(-1)).toBe(29);
  });

  test('ASCII is kept as it is, anything else as bytes of its own', async () => {
    const plain = representation('{"a":1}');
    expect(asKept(plain)).toEqual(plain);
    for (const text of ['é', 'Ngọc', '映画', '😀', `${'x'.repeat(5_000)}é`]) {
      const { body, bytes } = asKept(representation(text));
      expect([bytes, body]).toEqual([Buffer.byteLength(text), Buffer.from(text)]);
      expect((body as Buffer).buffer.byteLength).toBe(bytes); // as: what was asked above
      const cache = createResponseCache(100_000);
      expect((await cache.resolve('tag', async () => representation(text))).body).toBe(text);
      expect((await cache.resolve('tag', () => expect.fail())).body).toEqual(Buffer.from(text));
    }
  });

  test('keeps nothing that would push out most of the rest', async () => {
    const cache = createResponseCache(100_000);
    await cache.resolve('big', async () => representation('x'.repeat(50_000)));
    expect(cache.peek('big')).toBeUndefined();
  });

  test('of size 0 still shares computations', async () => {
    const cache = createResponseCache(0);
    let computed = 0;
    const compute = async () => representation(String((computed += 1)));
    await Promise.all([cache.resolve('tag', compute), cache.resolve('tag', compute)]);
    expect(computed).toBe(1);
    expect(cache.peek('tag')).toBeUndefined();
  });
});
