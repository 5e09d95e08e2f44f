import { type Coverage, EXPIRED_MS } from '@rushes/ports';
import { expect, test } from 'vitest';

import { checkInterlock } from './interlock.ts';

const OPTIONS = { ttlMs: 1000, renewAtShare: 0.85 };
const covered = (epoch: number, from: number, expiresAtMs: number): Coverage => ({
  partition: 'movie.ratings/0',
  epoch,
  generation: 0,
  from,
  expiresAtMs,
  begun: 0,
  baseUs: 0,
});
const CUT = { 'movie.ratings/0': 10 };

test.each([
  [0, 0, 'fine'],
  [499, 0.499, 'fine'],
  [500, 0.5, 'warning'],
  [750, 0.75, 'alarm'],
  [2000, 2, 'alarm'],
] as const)('%i ms after the first row of the oldest uncovered epoch, %f of its time is over: %s', (ageMs, share, level) => {
  const coverage = [covered(2, 10, 1000), covered(3, 20, 5000)];
  expect(checkInterlock(coverage, CUT, ageMs, OPTIONS)).toMatchObject({ ageMs, share, level });
});

test('what the published version covers may expire, what it does not is due before', () => {
  const [old, first, second] = [covered(1, 9, 1000), covered(2, 10, 1000), covered(3, 20, 1100)];
  const due = (nowMs: number) => checkInterlock([old, first, second], CUT, nowMs, OPTIONS).due;
  expect(due(849)).toEqual([]);
  expect(due(850)).toEqual([first]);
  expect(due(950)).toEqual([first, second]);
});

test('an epoch whose rows a clock that was ahead removed is due, and as old as can be told', () => {
  const removed = covered(2, 10, EXPIRED_MS);
  expect(checkInterlock([removed], CUT, 1e12, OPTIONS)).toEqual({ ageMs: 1000, share: 1, level: 'alarm', due: [removed] });
});

test('an epoch without rows is never due', () => {
  const empty = covered(2, 10, Number.MAX_SAFE_INTEGER);
  expect(checkInterlock([empty], CUT, 1e15, OPTIONS)).toEqual({ ageMs: 0, share: 0, level: 'fine', due: [] });
});

test('another partition is measured by its own cut', () => {
  const other: Coverage = { ...covered(2, 3, 1000), partition: 'movie.ratings/1' };
  expect(checkInterlock([other], CUT, 900, OPTIONS).due).toEqual([other]);
});
