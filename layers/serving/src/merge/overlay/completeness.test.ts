/** What an answer lacks, by what the speed store covers. With a store and a clock: `overlay.test.ts`. */
import type { Coverage } from '@rushes/ports';
import { expect, test } from 'vitest';

import { lostEvents, missingEvents } from './completeness.ts';

const RATINGS = 'movie.ratings/0';
const NOW = 1000;
const covered = (epoch: number, from: number, expiresAtMs = NOW + 1): Coverage => ({
  partition: RATINGS,
  epoch,
  generation: 0,
  from,
  expiresAtMs,
  begun: 0,
  baseUs: 0,
});
const missing = (coverage: readonly Coverage[], position: number) =>
  missingEvents(coverage, { version: 3, cut: { [RATINGS]: 100 } }, { [RATINGS]: position }, NOW).map(({ from, to, reason }) => [
    from,
    to,
    reason,
  ]);

test('nothing, if all epochs after the cut are covered and none has expired', () => {
  expect(missing([covered(4, 100), covered(5, 150)], 200)).toEqual([]);
  expect(missing([], 100)).toEqual([]);
  // The barrier itself carries no event.
  expect(missing([covered(4, 101)], 200)).toEqual([]);
});

test('what expired, up to the next epoch or the position', () => {
  expect(missing([covered(4, 100, NOW), covered(5, 150), covered(6, 180, NOW)], 200)).toEqual([
    [100, 150, 'expired'],
    [180, 200, 'expired'],
  ]);
  expect(missing([covered(3, 50, NOW), covered(4, 100)], 200)).toEqual([]);
});

test('what lies before the beginning of projecting', () => {
  expect(missing([covered(4, 130)], 200)).toEqual([[100, 130, 'not projected']]);
});

test('nothing behind the position: an answer at the cut lacks no event', () => {
  expect(missing([covered(4, 130, NOW), covered(5, 150, NOW)], 100)).toEqual([]);
  expect(missing([covered(4, 100, NOW), covered(5, 150, NOW)], 120)).toEqual([[100, 120, 'expired']]);
  expect(missing([covered(4, 130)], 110)).toEqual([[100, 110, 'not projected']]);
});

test('after a rollback what versions before had and the speed store does not have, up to where answers have gone', () => {
  const rolledBack = (coverage: readonly Coverage[], position: number) =>
    missingEvents(coverage, { version: 3, cut: { [RATINGS]: 100 }, passed: { [RATINGS]: 150 } }, { [RATINGS]: position }, NOW);
  expect(rolledBack([], 100)).toEqual([{ partition: RATINGS, from: 100, to: 150, reason: 'not projected' }]);
  expect(rolledBack([covered(4, 100)], 130)).toEqual([{ partition: RATINGS, from: 130, to: 150, reason: 'not projected' }]);
  expect(rolledBack([covered(4, 100, NOW)], 130)).toEqual([
    { partition: RATINGS, from: 100, to: 130, reason: 'expired' },
    { partition: RATINGS, from: 130, to: 150, reason: 'not projected' },
  ]);
  expect(rolledBack([covered(4, 100), covered(5, 150)], 150)).toEqual([]);
  expect(rolledBack([covered(4, 100), covered(5, 150)], 170)).toEqual([]);
});

test('what was lost for good, as far as the position has come', () => {
  const lost = [{ partition: RATINGS, from: 100, to: 150 }] as const;
  const told = (position: number) => lostEvents({ lost }, { [RATINGS]: position }).map(({ from, to, reason }) => [from, to, reason]);
  expect(told(100)).toEqual([]);
  expect(told(101)).toEqual([[100, 101, 'lost']]);
  expect(told(200)).toEqual([[100, 150, 'lost']]);
  expect(lostEvents({}, { [RATINGS]: 200 })).toEqual([]);
});
