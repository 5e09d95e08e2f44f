import { setImmediate } from 'node:timers/promises';

import { countRoundTrips, counted, delayed } from '@rushes/ports/contracts/round-trips';
import { expect, test, vi } from 'vitest';

/** A port with one of each kind of method. */
const port = {
  location: 'here',
  get: async (key: string) => `value of ${key}`,
  fail: async () => Promise.reject(new Error('refused')),
  async *scan() {
    yield [1];
    yield [2];
  },
  onChange: (_listener: () => void) => () => 'stopped',
  open: async (name: string) => ({ name, read: async () => `row of ${name}` }),
  list: async () => [{ at: new Date(0) }],
};

test('counts calls of promises and steps of iterations, by method, and passes everything else on', async () => {
  const trips = countRoundTrips();
  const store = counted(port, trips);
  expect(store.location).toBe('here');
  expect(store.onChange(() => {})()).toBe('stopped');
  expect(trips.total()).toBe(0);

  expect(await store.get('a')).toBe('value of a');
  await expect(store.fail()).rejects.toThrow('refused');
  const scanned: number[][] = [];
  for await (const batch of store.scan()) scanned.push(batch);
  expect(scanned).toEqual([[1], [2]]);
  const artefact = await store.open('titles');
  expect(await artefact.read()).toBe('row of titles');
  expect(await store.list()).toEqual([{ at: new Date(0) }]);
  // An iteration's last step finds the end.
  expect(trips.byMethod()).toEqual({ get: 1, fail: 1, scan: 3, open: 1, 'open.read': 1, list: 1 });
  expect(trips.total()).toBe(8);

  trips.reset();
  expect([trips.total(), trips.longestChain(), trips.byMethod()]).toEqual([0, 0, {}]);
});

test('an iteration that is left early ends what it iterates', async () => {
  const ended = vi.fn<() => void>();
  const store = counted(
    {
      async *scan() {
        try {
          yield 1;
          yield 2;
        } finally {
          ended();
        }
      },
    },
    countRoundTrips(),
  );
  for await (const value of store.scan()) if (value === 1) break;
  expect(ended).toHaveBeenCalledOnce();
});

test('a chain has calls after one another, through all ports of one count; calls under way together count as one', async () => {
  const trips = countRoundTrips();
  const [one, other] = [counted(port, trips), counted(port, trips)];
  await Promise.all([one.get('a'), other.get('b'), one.get('c')]);
  expect(trips.longestChain()).toBe(1);
  await other.get('d');
  await one.fail().catch(() => {});
  expect(trips.longestChain()).toBe(3);
  expect(trips.total()).toBe(5);
});

test('a call that is under way at a reset does not count', async () => {
  const trips = countRoundTrips();
  const store = counted(delayed(port, 1), trips);
  const before = store.get('a');
  trips.reset();
  await before;
  await store.get('b');
  expect([trips.total(), trips.longestChain()]).toEqual([1, 1]);
});

test('answers, failures and steps come after the delay, while the store acts at once', async () => {
  const write = vi.fn<() => Promise<string>>(async () => 'written');
  const waiting: (() => void)[] = [];
  const store = delayed({ ...port, write }, () => new Promise((resolve) => waiting.push(resolve)));
  const outcomes: string[] = [];
  const steps = store.scan()[Symbol.asyncIterator]();
  const calls = [
    store.write().then((value) => outcomes.push(value)),
    store.fail().catch((error: unknown) => outcomes.push(String(error))),
    steps.next().then(({ value }) => outcomes.push(`step ${String(value)}`)),
  ];
  expect(write).toHaveBeenCalledOnce();
  await setImmediate();
  expect(outcomes).toEqual([]);
  expect(waiting).toHaveLength(3);
  for (const arrive of waiting) arrive();
  await Promise.all(calls);
  expect(outcomes.toSorted()).toEqual(['Error: refused', 'step 1', 'written']);
});
