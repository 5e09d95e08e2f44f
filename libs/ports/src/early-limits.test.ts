import { expect, test } from 'vitest';

import { batchAgeWarning, deadLetterWarning, quarantineWarnings, uncoveredWarning } from './early-limits.ts';
import { oldestMs, uncoveredEpochs } from './oldest-uncovered.ts';
import { type Coverage, NEVER_MS, SPEED_TTL_MS } from './speed-store.ts';

const HOUR_MS = 3_600_000;

test('data are old from four hours and a half on', () => {
  expect(batchAgeWarning(16_200)).toEqual([]);
  expect(batchAgeWarning(16_201)).toEqual([{ what: 'batch_age', value: 16_201, limit: 16_200, unit: 'seconds' }]);
});

test('a file has too many lines in quarantine from one of a hundred on, also an empty one has none', () => {
  const ofRatings = (read: number, quarantined: number) => quarantineWarnings({ 'title.ratings': { read, quarantined } });
  expect(ofRatings(200, 2)).toEqual([]);
  expect(ofRatings(200, 3)).toEqual([{ what: 'quarantine', of: 'title.ratings', value: 0.015, limit: 0.01, unit: 'share' }]);
  expect(ofRatings(0, 0)).toEqual([]);
});

test('one dead letter is told', () => {
  expect(deadLetterWarning(0)).toEqual([]);
  expect(deadLetterWarning(1)).toEqual([{ what: 'dead_letters', value: 1, limit: 1, unit: 'events' }]);
});

test('the oldest events wait for long from a day on; of what a version covers, or has no rows, nothing waits', () => {
  const covered = (epoch: number, from: number, writtenMs: number): Coverage => ({
    partition: 'movie.ratings/0',
    epoch,
    generation: 0,
    from,
    expiresAtMs: writtenMs + SPEED_TTL_MS,
    begun: 0,
    baseUs: 0,
  });
  const [old, first, second] = [covered(1, 9, 0), covered(2, 10, HOUR_MS), covered(3, 20, 2 * HOUR_MS)];
  const empty = { ...covered(4, 30, 0), expiresAtMs: NEVER_MS };
  const waiting = uncoveredEpochs([old, second, first, empty], { 'movie.ratings/0': 10 });
  expect(waiting).toEqual([second, first]);
  const warned = (nowMs: number) => uncoveredWarning(oldestMs(waiting, nowMs, SPEED_TTL_MS), SPEED_TTL_MS);
  expect(warned(25 * HOUR_MS - 1)).toEqual([]);
  expect(warned(25 * HOUR_MS)).toEqual([{ what: 'uncovered_epoch', value: 86_400, limit: 86_400, unit: 'seconds' }]);
  expect(oldestMs([], 25 * HOUR_MS, SPEED_TTL_MS)).toBe(0);
});
