import type { Bounds, LogRecord } from '@rushes/ports';
import { expect, test } from 'vitest';

import { trackLag } from './lag.ts';

const PARTITION = 'movie.ratings/2';

/** A log in which one partition has records, at offsets from 0 on; `e`: an event, `b`: a barrier. */
const madeUp = () => {
  const clock = { ms: 1000, wallMs: 5000 };
  const state = { earliest: 0, records: [] as LogRecord[], reads: 0, batches: 0 };
  const append = (kinds: string, appendedAtMs = clock.wallMs): void => {
    for (const kind of kinds) {
      const offset = state.records.length;
      state.records.push(
        kind === 'b'
          ? { kind: 'barrier', offset, appendedAtMs, number: 1 }
          : { kind: 'event', offset, appendedAtMs, key: '', id: '', value: '' },
      );
    }
  };
  const pass = (ms: number): void => {
    clock.ms += ms;
    clock.wallMs += ms;
  };
  const lag = trackLag(
    {
      bounds: async (): Promise<Bounds> => ({ earliest: { [PARTITION]: state.earliest }, next: { [PARTITION]: state.records.length } }),
      async *range(partition, from, to) {
        expect([partition, from >= state.earliest, to <= state.records.length]).toEqual([PARTITION, true, true]);
        state.reads += 1;
        for (let at = from; at < to; at += 20) {
          state.batches += 1;
          yield state.records.slice(at, Math.min(at + 20, to));
        }
      },
    },
    { now: () => clock.wallMs, elapsedMs: () => clock.ms },
  );
  return { clock, state, append, pass, lag };
};

test('lag is how long the first event that is not shown has been in the log', async () => {
  const { append, pass, lag } = madeUp();
  await lag.check({});
  expect(lag.ms()).toBe(0);
  append('eeeee');
  await lag.check({});
  pass(400);
  append('eeee');
  // Records that came later do not make it younger.
  await lag.check({ [PARTITION]: 0 });
  expect(lag.ms()).toBe(400);
  pass(100);
  // Those that came later are counted from when they came.
  await lag.check({ [PARTITION]: 5 });
  expect(lag.ms()).toBe(100);
  await lag.check({ [PARTITION]: 9 });
  expect(lag.ms()).toBe(0);
});

test('what lay in the log before anybody looked is as late as it is', async () => {
  const { append, pass, lag } = madeUp();
  append('e');
  pass(60_000);
  await lag.check({});
  expect(lag.ms()).toBe(60_000);
});

test('barriers are no missing events, however many of them nobody projected; an event behind them is', async () => {
  const { state, append, pass, lag } = madeUp();
  append(`e${'b'.repeat(50)}`);
  for (let n = 0; n < 3; n++) {
    await lag.check({ [PARTITION]: 1 });
    pass(60_000);
    expect(lag.ms()).toBe(0);
  }
  expect(state.batches, 'what was looked at once is not read again').toBe(3);
  append('e');
  await lag.check({ [PARTITION]: 1 });
  pass(7000);
  await lag.check({ [PARTITION]: 1 });
  expect(lag.ms()).toBe(7000);
  // A version that was rolled back to lies before the event that the one before had.
  await lag.check({ [PARTITION]: 52 });
  expect(lag.ms()).toBe(0);
  await lag.check({ [PARTITION]: 0 });
  pass(1000);
  await lag.check({ [PARTITION]: 0 });
  expect(lag.ms()).toBeGreaterThan(0);
});

test('while answers keep up, the log is not read, however much comes', async () => {
  const { state, append, pass, lag } = madeUp();
  await lag.check({});
  for (let n = 0; n < 30; n++) {
    append('ee');
    await lag.check({ [PARTITION]: state.records.length - 1 });
    pass(50);
  }
  expect([state.reads, lag.ms()]).toEqual([0, 0]);
  // It comes on no more.
  for (let n = 0; n < 5; n++) {
    await lag.check({ [PARTITION]: state.records.length - 1 });
    pass(50);
  }
  expect([state.reads, lag.ms()]).toEqual([1, 300]);
});

test('what is gone from the log may have been events', async () => {
  const { state, append, pass, lag } = madeUp();
  append('bbbb');
  state.earliest = 2;
  await lag.check({ [PARTITION]: 1 });
  pass(10);
  expect(lag.ms()).toBe(10);
  await lag.check({ [PARTITION]: 2 });
  expect(lag.ms()).toBe(0);
});

test('a clock that is set, and one that was ahead when it stamped, make nothing younger or older', async () => {
  const { clock, append, pass, lag } = madeUp();
  append('e', clock.wallMs + 2_592_000_000);
  await lag.check({});
  expect(lag.ms()).toBe(0);
  pass(6000);
  clock.wallMs -= 3_600_000;
  await lag.check({});
  expect(lag.ms()).toBe(6000);
});
