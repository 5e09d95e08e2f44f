import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type ChangeWatch, watchChanges } from './change-watch.ts';

const POLL_MS = 150;

let version: number;
let looks: number;
let watch: ChangeWatch;
beforeEach(() => {
  vi.useFakeTimers();
  [version, looks] = [1, 0];
  watch = watchChanges(() => {
    looks += 1;
    return version;
  }, POLL_MS);
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

const listen = () => {
  const listener = vi.fn<() => void>();
  return { listener, end: watch.add(listener) };
};

test('others’ writes are looked for as often as was said, and only while somebody listens', async () => {
  await vi.advanceTimersByTimeAsync(10 * POLL_MS);
  expect(looks).toBe(0);
  const { listener, end } = listen();
  version = 2;
  await vi.advanceTimersByTimeAsync(POLL_MS - 1);
  expect(listener).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(listener).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10 * POLL_MS);
  expect(listener, 'nothing was written since').toHaveBeenCalledTimes(1);
  end();
  end();
  version = 3;
  await vi.advanceTimersByTimeAsync(10 * POLL_MS);
  expect(listener).toHaveBeenCalledTimes(1);
});

test('the own writes are told without waiting, once for those of one moment', async () => {
  const { listener } = listen();
  watch.notify();
  watch.notify();
  await vi.advanceTimersByTimeAsync(0);
  expect(listener).toHaveBeenCalledTimes(1);
});

test('who ended it is not called any more, not even for what was just written, or by another listener', async () => {
  const first = listen();
  watch.notify();
  first.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(first.listener).not.toHaveBeenCalled();
  const ends: (() => void)[] = [];
  watch.add(() => ends[0]?.());
  const second = listen();
  ends.push(second.end);
  watch.notify();
  await vi.advanceTimersByTimeAsync(0);
  expect(second.listener).not.toHaveBeenCalled();
});

test('where the version cannot be read, whoever reads is told why', async () => {
  watch = watchChanges(() => {
    throw new Error('the disk is gone');
  }, POLL_MS);
  const { listener } = listen();
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect(listener).toHaveBeenCalledTimes(1);
});
