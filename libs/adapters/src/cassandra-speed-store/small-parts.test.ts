import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { changeWaitOf } from './change-wait.ts';
import { inParallel } from '../in-parallel/in-parallel.ts';
import { listingOf } from './listing.ts';
import { ttlSeconds } from './time-to-live.ts';
import { untilAborted } from './until-aborted.ts';
import { nextTimestampUs } from './write-clock.ts';

test.each([
  [1, 1],
  [1_000, 1],
  [1_001, 2],
  [172_800_000, 172_860],
])('a time to live of %d ms is one of %d s', (ms, seconds) => {
  expect(ttlSeconds(ms)).toBe(seconds);
});

test.each([0, -1, Number.NaN, Infinity, 21 * 365 * 86_400_000])('a time to live of %d ms is refused', (ms) => {
  expect(() => ttlSeconds(ms)).toThrow(RangeError);
});

test('write timestamps grow, about with the clock', () => {
  const stamps = Array.from({ length: 10_000 }, nextTimestampUs);
  expect(stamps.every((stamp, n) => n === 0 || stamp > (stamps[n - 1] ?? stamp))).toBe(true);
  expect(Math.abs(Number(stamps[0]) / 1_000 - Date.now())).toBeLessThan(60_000);
});

test('work is done so many at once, in the order of its items', async () => {
  let [running, most] = [0, 0];
  const results = await inParallel([3, 1, 2, 5, 4], 2, async (item) => {
    most = Math.max(most, ++running);
    await sleep(item);
    running -= 1;
    return item * 10;
  });
  expect([results, most]).toEqual([[30, 10, 20, 50, 40], 2]);
  expect(await inParallel([], 2, async () => 1)).toEqual([]);
});

test('after a failure nothing more begins, and what is under way ends first', async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const work = inParallel([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('the first one');
    await sleep(5);
    ended.push(item);
  });
  await expect(work).rejects.toThrow('the first one');
  expect([begun, ended]).toEqual([[1, 2], [2]]);
});

test('an entry is written once, and again before it could end before the rows', () => {
  let nowMs = 0;
  const listing = listingOf('INSERT', () => nowMs);
  const write = (ttlS: number): number | undefined => {
    const entry = listing.entry(['v', 1], 'sum', ttlS);
    entry?.confirm();
    const ttl = entry?.statement.params.at(-1);
    return typeof ttl === 'number' ? ttl : undefined;
  };
  expect(listing.entry(['v', 1], 'sum', 10_000)?.statement.params.at(-1)).toBe(13_600);
  // It was not confirmed.
  expect([write(10_000), write(10_000), write(5_000)]).toEqual([13_600, undefined, undefined]);
  nowMs = 3_598_000;
  expect(write(10_000)).toBeUndefined();
  nowMs = 3_600_000;
  expect(write(10_000)).toBe(13_600);
  expect(write(60_000)).toBe(63_600);
});

test('who waits asks again after each notice and each interval, until the time is over', async () => {
  const wait = changeWaitOf(600_000);
  let asked = 0;
  const found = wait.until(async () => (++asked > 1 ? ['found'] : []), 600_000, undefined);
  await sleep(1);
  wait.notify();
  expect([await found, asked]).toEqual([['found'], 2]);
  const polling = changeWaitOf(1);
  expect(await polling.until(async () => (++asked > 4 ? ['found'] : []), 600_000, undefined)).toEqual(['found']);
  expect(await polling.until(async () => [], 5, undefined)).toEqual([]);
  const ended = AbortSignal.abort(new Error('no more'));
  await expect(polling.until(async () => [], 5, ended)).rejects.toThrow('no more');
});

test('a notice that comes while it asks is not missed', async () => {
  const wait = changeWaitOf(600_000);
  let asked = 0;
  const ask = async (): Promise<readonly string[]> => {
    if (++asked > 1) return ['found'];
    wait.notify();
    return [];
  };
  expect(await wait.until(ask, 600_000, undefined)).toEqual(['found']);
});

test('a signal ends the wait for work that does not end, with its reason', async () => {
  const ended = new AbortController();
  const waiting = untilAborted(new Promise<never>(() => {}), ended.signal);
  ended.abort(new Error('no longer wanted'));
  await expect(waiting).rejects.toThrow('no longer wanted');
  await expect(untilAborted(new Promise<never>(() => {}), ended.signal)).rejects.toThrow('no longer wanted');
  expect(await untilAborted(Promise.resolve(1), new AbortController().signal)).toBe(1);
});
