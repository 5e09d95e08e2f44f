import { afterEach, expect, test, vi } from 'vitest';

import { watchGrowth } from './growth.ts';

afterEach(() => void vi.useRealTimers());

/** A file that another process writes: its version, and how often it was looked at. */
const watchedFile = () => {
  vi.useFakeTimers();
  const file = { version: 1, looks: 0, isBroken: false };
  const growth = watchGrowth(() => {
    file.looks += 1;
    if (file.isBroken) throw new Error('damaged');
    return file.version;
  });
  const listen = (partitions: readonly number[], signal = new AbortController().signal) => {
    const listening = growth.listen(new Set(partitions), signal);
    const state = { hasEnded: false };
    void listening.end.then(() => (state.hasEnded = true));
    return { state, finish: listening.finish };
  };
  /** Lets as much time pass, and whatever follows from it. */
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { file, growth, listen, pass };
};

test('nothing is looked at while nobody waits, before or after', async () => {
  const { file, listen, pass } = watchedFile();
  await pass(1_000);
  expect(file.looks).toBe(0);
  const both = [listen([3]), listen([4])];
  await pass(1_000);
  expect(file.looks).toBeGreaterThan(1);
  for (const { finish } of both) finish();
  const { looks } = file;
  await pass(1_000);
  expect(file.looks).toBe(looks);
});

test('growth of a partition ends the waits for it, and no other', async () => {
  const { growth, listen, pass } = watchedFile();
  const [three, four, both] = [listen([3]), listen([4]), listen([3, 4])];
  growth.wake(new Set([1, 3]));
  await pass(0);
  expect([three, four, both].map(({ state }) => state.hasEnded)).toEqual([true, false, true]);
});

test('what another process writes after the wait began ends all waits', async () => {
  const { file, listen, pass } = watchedFile();
  const [three, four] = [listen([3]), listen([4])];
  await pass(500);
  expect([three.state.hasEnded, four.state.hasEnded]).toEqual([false, false]);
  file.version = 2;
  await pass(500);
  expect([three.state.hasEnded, four.state.hasEnded]).toEqual([true, true]);
});

test('an abort ends its own wait, closing ends all, and then nobody waits', async () => {
  const { growth, listen, pass } = watchedFile();
  const stop = new AbortController();
  const [stopped, other] = [listen([3], stop.signal), listen([3])];
  stop.abort();
  await pass(0);
  expect([stopped.state.hasEnded, other.state.hasEnded]).toEqual([true, false]);
  growth.close();
  const late = listen([3]);
  await pass(0);
  expect([other.state.hasEnded, late.state.hasEnded]).toEqual([true, true]);
});

test('an error of the file ends the wait: who looks then meets it', async () => {
  const { file, listen, pass } = watchedFile();
  const { state } = listen([3]);
  file.isBroken = true;
  await pass(500);
  expect(state.hasEnded).toBe(true);
});
