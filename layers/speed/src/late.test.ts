import { createMetrics } from '@rushes/runtime';
import { judgeEvent } from '@rushes/domain';
import { expect, test } from 'vitest';

import { lateForBuckets } from './late.ts';
import { createSpeedMetrics } from './speed-metrics.ts';

const MOVIE = '00000000-0000-4000-8000-000000000001';
/** The beginning of an hour, and of a bucket of five minutes. */
const BEGIN_MS = Date.UTC(2026, 0, 1, 12);

const lateBy = (type: string, payload: object, topic: 'movie.ratings' | 'movie.reviews' | 'movie.metadata', appendedAfterMs: number) => {
  const text = JSON.stringify({ type, version: 1, payload: { movie_id: MOVIE, at: new Date(BEGIN_MS).toISOString(), ...payload } });
  const appendedAtMs = BEGIN_MS + appendedAfterMs;
  const judged = judgeEvent(text, { topic, key: MOVIE, appendedAtMs });
  if ('fault' in judged) throw new Error(judged.fault);
  return lateForBuckets({ offset: 0, appendedAtMs, silver: judged.row });
};

test('an event is late from the end of its bucket of five minutes on', () => {
  const rated = (appendedAfterMs: number) => lateBy('rating_given', { score: 7, user: null }, 'movie.ratings', appendedAfterMs);
  expect([0, 299_999, 300_000, 300_001, 7_200_000].map(rated)).toEqual([undefined, undefined, 0, 1, 6_900_000]);
  expect(lateBy('review_written', { text: 'good', author: null, score: null }, 'movie.reviews', 400_000)).toBe(100_000);
});

test('popularity is in no bucket below an hour, and nothing else of an observation is in any', () => {
  const day = 86_400_000;
  expect(lateBy('movie_changed', { source: 'posted', changes: { title: 'New' } }, 'movie.metadata', day)).toBeUndefined();
  const seen = { source: 'imdb', average: 7, votes: 1, popularity: null };
  expect(lateBy('rating_observed', seen, 'movie.ratings', day)).toBeUndefined();
  expect(lateBy('rating_observed', { ...seen, source: 'tmdb' }, 'movie.ratings', day)).toBeUndefined();
  const popular = { ...seen, source: 'tmdb', popularity: 7.5 };
  expect(lateBy('rating_observed', popular, 'movie.ratings', 3_599_999)).toBeUndefined();
  expect(lateBy('rating_observed', popular, 'movie.ratings', 3_600_001)).toBe(1);
});

test('the histogram counts what came late by topic, from 0 on', async () => {
  const registry = createMetrics();
  const metrics = createSpeedMetrics(registry);
  const counts = async (): Promise<readonly string[]> =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('rushes_speed_late_seconds_count') || line.includes('late_seconds_sum'));
  expect(await counts()).toEqual([
    'rushes_speed_late_seconds_sum{topic="movie.ratings"} 0',
    'rushes_speed_late_seconds_count{topic="movie.ratings"} 0',
    'rushes_speed_late_seconds_sum{topic="movie.reviews"} 0',
    'rushes_speed_late_seconds_count{topic="movie.reviews"} 0',
  ]);
  metrics.progressed('movie.ratings/3', { records: 3, rows: 1, duplicates: 0, rejected: 0, lateMs: [500, 86_400_000], appendedAtMs: 0 }, 0);
  expect(await counts()).toEqual([
    'rushes_speed_late_seconds_sum{topic="movie.ratings"} 86400.5',
    'rushes_speed_late_seconds_count{topic="movie.ratings"} 2',
    'rushes_speed_late_seconds_sum{topic="movie.reviews"} 0',
    'rushes_speed_late_seconds_count{topic="movie.reviews"} 0',
  ]);
});
