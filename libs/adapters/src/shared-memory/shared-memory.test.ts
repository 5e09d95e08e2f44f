/** The contracts of caches and rate limiters over memory that another process holds, with plain data on the way; and what holds between processes. */
import type { Cache, Caches } from '@rushes/ports';
import { cachesContract } from '@rushes/ports/contracts/caches';
import { rateLimiterContract } from '@rushes/ports/contracts/rate-limiter';
import { expect, test } from 'vitest';

import { createMemoryCaches } from '../memory-caches/index.ts';
import { createMemoryRateLimiter } from '../memory-rate-limiter/index.ts';
import { holdSharedMemory, sharedCaches, type SharedMemory, sharedRateLimiter } from './index.ts';

/** As if another process were called. */
const overWire = (memory: SharedMemory): SharedMemory =>
  new Proxy(memory, {
    get:
      (target, name: keyof SharedMemory) =>
      async (...args: readonly unknown[]) =>
        // as: the arguments of the method of this name
        structuredClone(await (target[name] as (...given: readonly unknown[]) => Promise<unknown>)(...structuredClone(args))),
  });

const hold = (now: () => number = () => 0) => holdSharedMemory({ caches: createMemoryCaches({ now }), limiter: undefined });

cachesContract({ name: 'held by another process', open: async ({ now }) => sharedCaches(overWire(hold(now).share().memory)) });

rateLimiterContract({
  name: 'held by another process',
  open: async (limits) => {
    const held = holdSharedMemory({ caches: createMemoryCaches(), limiter: createMemoryRateLimiter(limits) });
    return sharedRateLimiter(overWire(held.share().memory), limits);
  },
});

const textsOf = (caches: Caches): Cache<string> =>
  caches.cache({ name: 'texts', maxBytes: 1_000_000, bytesOf: (text: string) => text.length });

const twoProcesses = () => {
  const held = hold();
  return [held.share(), held.share()].map(({ memory, gone }) => ({ texts: textsOf(sharedCaches(overWire(memory))), gone })) as [
    { texts: Cache<string>; gone: () => void },
    { texts: Cache<string>; gone: () => void },
  ]; // as: two
};

test('of simultaneous callers in two processes one computes', async () => {
  const [one, other] = twoProcesses();
  const gate = Promise.withResolvers<void>();
  const first = one.texts.resolve('key', async () => {
    await gate.promise;
    return { value: 'first', ttlMs: 1000 };
  });
  const second = other.texts.resolve('key', async () => ({ value: 'second', ttlMs: 1000 }));
  gate.resolve();
  expect([await first, await second]).toEqual(['first', 'first']);
});

test('after a failure, or the end of its process, whoever waits computes', async () => {
  const [one, other] = twoProcesses();
  const gate = Promise.withResolvers<never>();
  const first = one.texts.resolve('key', () => gate.promise);
  const second = other.texts.resolve('key', async () => ({ value: 'second', ttlMs: 1000 }));
  gate.reject(new Error('down'));
  await expect(first).rejects.toThrow('down');
  expect(await second).toBe('second');

  void one.texts.resolve('another', () => new Promise(() => {}));
  const waiting = other.texts.resolve('another', async () => ({ value: 'computed', ttlMs: 1000 }));
  await Promise.resolve();
  one.gone();
  expect(await waiting).toBe('computed');
});

test('claims hold between processes', async () => {
  const held = hold();
  const [one, other] = [held.share(), held.share()].map(({ memory }) => sharedCaches(overWire(memory)).claims({ name: 'm', maxClaims: 9 }));
  expect(await one?.claim('name', 'a', 1000)).toBe(true);
  expect(await other?.claim('name', 'b', 1000)).toBe(false);
});

test('a holder that does not answer is a store that is away', async () => {
  const memory = overWire({ ...hold().share().memory, get: () => Promise.reject(new Error('closed')) });
  await expect(textsOf(sharedCaches(memory)).get('key')).rejects.toMatchObject({
    name: 'StoreUnavailable',
    location: 'the shared cache texts',
  });
});
