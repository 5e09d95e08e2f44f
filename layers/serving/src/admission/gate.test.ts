import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { createGate, type GateOptions } from './gate.ts';
import { createTurns } from './turns.ts';

const BUSY = new Error('busy');

/** A clock and rounds of an event loop that go on when a test says so. */
const machine = (given: Partial<GateOptions> & { readonly roundMs?: number } = {}) => {
  let nowMs = 0;
  let deferred: (() => void)[] = [];
  const now = (): number => nowMs;
  const turns = createTurns({ roundMs: given.roundMs ?? 10, now, defer: (callback) => void deferred.push(callback) });
  const options: GateOptions = { concurrency: 2, maxQueued: 3, maxWaitMs: 100, turns, now, busy: () => BUSY, ...given };
  return {
    options,
    gate: createGate(options),
    pass: (ms: number): void => void (nowMs += ms),
    /** What was deferred runs, and all promises that follow from it. */
    nextRound: async (): Promise<void> => {
      const callbacks = deferred;
      deferred = [];
      for (const callback of callbacks) callback();
      await settled();
    },
    hasDeferred: (): boolean => deferred.length > 0,
  };
};

/** Longer than any chain of promises here. */
const settled = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await Promise.resolve();
};

/** Work that ends when the test says so. */
const work = (name: string, log: string[]) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    run: () => {
      log.push(name);
      return promise;
    },
    end: async () => {
      resolve(name);
      await settled();
    },
  };
};

describe('a gate', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  test('runs as many at a time as it may, and the rest in the order in which they came', async () => {
    const log: string[] = [];
    const { gate } = machine();
    const all = ['a', 'b', 'c', 'd'].map((name) => work(name, log));
    const results = all.map(({ run }) => gate.run(run));
    await settled();
    expect(log).toEqual(['a', 'b']);
    expect(gate.waiting()).toBe(2);
    await all[1]?.end();
    expect(log).toEqual(['a', 'b', 'c']);
    for (const one of all) await one.end();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
    expect(gate.waiting()).toBe(0);
  });

  test('refuses at once what has no place in the line, and takes it again when there is room', async () => {
    const log: string[] = [];
    const { gate } = machine();
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => work(name, log));
    const results = all.map(({ run }) => gate.run(run));
    expect(gate.isFull()).toBe(true);
    await expect(gate.run(work('f', log).run)).rejects.toBe(BUSY);
    for (const one of all) await one.end();
    await Promise.all(results);
    expect(gate.isFull()).toBe(false);
    expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('refuses who has waited as long as it may, and never runs its work', async () => {
    const log: string[] = [];
    const { gate } = machine({ concurrency: 1 });
    const first = work('a', log);
    const running = gate.run(first.run);
    const waiting = gate.run(work('b', log).run);
    const refused = waiting.catch((error: unknown) => error);
    vi.advanceTimersByTime(100);
    expect(await refused).toBe(BUSY);
    await first.end();
    await running;
    expect(log).toEqual(['a']);
  });

  test('refuses who would have to wait longer than it may, by what work took so far', async () => {
    const log: string[] = [];
    const { gate, pass } = machine({ concurrency: 1, maxQueued: 1000, roundMs: 10_000 });
    const all = Array.from({ length: 40 }, (_, n) => work(String(n), log));
    const results = all.slice(0, 20).map(({ run }) => gate.run(run));
    for (const one of all.slice(0, 10)) {
      pass(30);
      await one.end();
    }
    // Nine wait, at 30 ms each: one more would wait for longer than 100 ms.
    expect(gate.isFull()).toBe(true);
    await expect(gate.run(all[20]?.run ?? fail)).rejects.toBe(BUSY);
    for (const one of all) await one.end();
    await Promise.all(results);
  });

  test('counts the time between bursts of work, not only the time within them', async () => {
    const log: string[] = [];
    const { gate, pass } = machine({ concurrency: 10, maxQueued: 1000, roundMs: 10_000 });
    const all = Array.from({ length: 60 }, (_, n) => work(String(n), log));
    const results = all.map(({ run }) => gate.run(run));
    // Ten end at once, every 40 ms: whoever comes behind twenty others waits for 80 ms.
    for (let n = 0; n < 30; n++) {
      if (n % 10 === 0) pass(40);
      await all[n]?.end();
    }
    expect(gate.waiting()).toBe(20);
    expect(gate.isFull()).toBe(true);
    for (const one of all) await one.end();
    await Promise.all(results);
  });

  test('passes on what work throws, and goes on', async () => {
    const { gate } = machine({ concurrency: 1 });
    await expect(gate.run(() => Promise.reject(new Error('no such row')))).rejects.toThrow('no such row');
    await expect(gate.run(async () => 7)).resolves.toBe(7);
  });

  test('begins nothing more in a round of the event loop whose time is used up', async () => {
    const log: string[] = [];
    const { gate, pass, nextRound } = machine({ concurrency: 100, maxQueued: 100 });
    const long = (name: string) => async (): Promise<string> => {
      log.push(name);
      pass(6);
      return name;
    };
    const results = ['a', 'b', 'c', 'd', 'e'].map((name) => gate.run(long(name)));
    await settled();
    expect(log).toEqual(['a', 'b']);
    await nextRound();
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    await nextRound();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('leaves the first turn of some rounds to others, however much it has to do', async () => {
    const log: string[] = [];
    const { gate, options, pass, nextRound } = machine({ concurrency: 100, maxQueued: 100, roundMs: 10 });
    const other = createGate(options);
    const long = (name: string) => async (): Promise<void> => {
      log.push(name);
      pass(10);
    };
    const results = [...Array.from({ length: 6 }, () => gate.run(long('a'))), ...Array.from({ length: 2 }, () => other.run(long('b')))];
    for (let round = 0; round < 4; round++) await nextRound();
    expect(log).toContain('b');
    for (let round = 0; round < 8; round++) await nextRound();
    await Promise.all(results);
    expect(log.toSorted().join('')).toBe('aaaaaabb');
  });

  test('leaves nothing deferred when there is nothing to do', async () => {
    const { gate, nextRound, hasDeferred } = machine();
    await gate.run(async () => 1);
    await nextRound();
    expect(hasDeferred()).toBe(false);
  });
});

const fail = (): never => {
  throw new Error('there is no such work');
};
