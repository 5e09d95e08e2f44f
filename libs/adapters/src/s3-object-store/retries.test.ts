import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { expect, test } from 'vitest';

import { DEFAULT_LIMITS, type S3Clock } from './limits.ts';
import { pauseMs, type Retries, withRetries } from './retries.ts';

const slowDown = (): Error => Object.assign(new Error('busy'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
const denied = (): Error => Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });

const recording = (random = 0): { readonly clock: S3Clock; readonly pauses: number[] } => {
  const pauses: number[] = [];
  const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    pauses.push(ms);
  };
  return { clock: { nowMs: () => 0, pause, random: () => random }, pauses };
};
const retries = (clock: S3Clock): Retries => ({ location: 's3://lake', limits: DEFAULT_LIMITS, clock });

test('pauses double up to the longest, and are drawn between half and all of it', () => {
  const limits = { ...DEFAULT_LIMITS, firstPauseMs: 100, longestPauseMs: 1_000 };
  expect([1, 2, 3, 4, 5, 50].map((n) => pauseMs(n, limits, 0))).toEqual([50, 100, 200, 400, 500, 500]);
  expect([1, 2, 50].map((n) => pauseMs(n, limits, 1))).toEqual([100, 200, 1_000]);
});

test('what may pass is tried again, with a pause before each retry', async () => {
  const { clock, pauses } = recording();
  const result = await withRetries(retries(clock), {}, async (_, tried) => {
    if (tried < 4) throw slowDown();
    return tried;
  });
  expect([result, pauses]).toEqual([4, [50, 100, 200]]);
});

test('what needs somebody is not tried again; what nobody knows goes through', async () => {
  const { clock, pauses } = recording();
  await expect(withRetries(retries(clock), {}, () => Promise.reject(denied()))).rejects.toBeInstanceOf(StoreFault);
  const missing = Object.assign(new Error('none'), { name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
  await expect(withRetries(retries(clock), {}, () => Promise.reject(missing))).rejects.toBe(missing);
  expect(pauses).toEqual([]);
});

test('a clash of keys is tried so often, and is then a fault', async () => {
  const { clock, pauses } = recording();
  const clash = Object.assign(new Error('clash'), { name: 'ObjectParentIsFile', $metadata: { httpStatusCode: 409 } });
  await expect(withRetries(retries(clock), {}, () => Promise.reject(clash))).rejects.toBeInstanceOf(StoreFault);
  expect(pauses).toHaveLength(7);
});

test('the deadline ends retries with the last trouble, and an attempt that never ends', async () => {
  const real = { ...recording().clock, pause: async (): Promise<void> => new Promise((resolve) => setImmediate(resolve)) };
  const failing = withRetries(retries(real), { deadlineMs: 20 }, () => Promise.reject(slowDown()));
  await expect(failing).rejects.toThrow(/s3:\/\/lake is overloaded; tried for 0 s \(SlowDown: busy\)/);
  await expect(failing).rejects.toBeInstanceOf(StoreUnavailable);
  const silent = withRetries(retries(real), { deadlineMs: 20 }, () => new Promise(() => {}));
  await expect(silent).rejects.toThrow(/does not answer/);
});

test('the signal ends an attempt and a pause, with its reason', async () => {
  for (const attempt of [() => new Promise(() => {}), () => Promise.reject(slowDown())]) {
    const ending = new AbortController();
    const clock = { ...recording().clock, pause: async (): Promise<void> => ending.abort(new Error('enough')) };
    const call = withRetries(retries(clock), { signal: ending.signal }, attempt);
    setImmediate(() => ending.abort(new Error('enough')));
    await expect(call).rejects.toThrow('enough');
  }
  const signal = AbortSignal.abort(new Error('before'));
  await expect(withRetries(retries(recording().clock), { signal }, () => Promise.resolve(1))).rejects.toThrow('before');
});
