import type { LateEvent } from '@rushes/batch';
import { expect, test } from 'vitest';

import { describeLate } from './late-lines.ts';

const EVENT: LateEvent = {
  partition: 'movie.ratings/4',
  offset: 7,
  id: 'one',
  topic: 'movie.ratings',
  type: 'rating_given',
  movie_id: 'd476accf-a8cf-552a-b872-68ffc71a03f6',
  at: '2026-01-05T20:01:00.000Z',
  appended_at: '2026-01-08T20:00:00.000Z',
  view: 'ratings_by_5m',
  bucket: '2026-01-05T20:00:00.000Z',
  bucket_width_ms: 300_000,
  late_ms: 258_900_000,
  before: { count: 1, sum_tenths: 100 },
  after: { count: 2, sum_tenths: 135 },
};
const SHOWN = { imdb: { average_e3: 7100, votes: 10 } };
const OBSERVATION: LateEvent = {
  ...EVENT,
  offset: 8,
  view: 'movie_ratings',
  bucket: null,
  late_ms: 3_600_000,
  before: SHOWN,
  after: SHOWN,
};

test('totals by view come first, then what each of the last ones moved', () => {
  const views = [
    { view: 'movie_ratings', events: 1, longest_late_ms: 3_600_000 },
    { view: 'ratings_by_5m', events: 1200, longest_late_ms: 258_900_000 },
  ];
  const ledger = { events: 1201, longest_late_ms: 258_900_000, views, newest: [OBSERVATION, EVENT] };
  expect(describeLate({ version: 3, ledger }, Infinity).split('\n')).toEqual([
    'Version 3: 1,201 events came late.',
    'view           events  late by at most',
    'movie_ratings       1  1 h 0 min',
    'ratings_by_5m   1,200  3 days',
    '',
    expect.stringMatching(/^appended +from +movie +event time +late by +view +moved$/),
    expect.stringMatching(/movie\.ratings\/4 at 8 .* 1 h 0 min +movie_ratings +nothing: a newer one had come before$/),
    expect.stringMatching(/movie\.ratings\/4 at 7 .* 3 days +ratings_by_5m 2026-01-05T20:00:00.000Z +count 1 → 2, sum_tenths 100 → 135$/),
  ]);
});

test('where there is nothing it says why', () => {
  expect(describeLate(undefined, 80)).toBe('Nothing has been published yet.');
  expect(describeLate({ version: 3, ledger: null }, 80)).toContain('made before there was a ledger of late events: it has none');
  const none = { events: 0, longest_late_ms: null, views: [], newest: [] };
  expect(describeLate({ version: 3, ledger: none }, 80)).toBe('Of the events asked for, none came late in version 3.');
});
