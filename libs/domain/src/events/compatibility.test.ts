/**
 * Events lie in logs and archives for ever, so what a version's schema accepts never changes: the recorded schemas are compared, and events of every
 * version are still read as they were. Whoever wants another form adds a version beside the old one, and its record here.
 */
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { EVENT_SCHEMAS, type MovieEvent } from './event-schemas.ts';
import { eventText } from './event-text.ts';
import { judgeEvent } from './silver-event.ts';

const RECORDED = new URL('./event-schemas.recorded.json', import.meta.url);

const MOVIE = '00000000-0000-4000-8000-000000000001';
const AT = '2026-01-01T10:00:00.000Z';

/** One event of each type and version, as a log may hold it. */
const SAMPLES: Readonly<Record<string, MovieEvent>> = {
  'movie_added 1': {
    type: 'movie_added',
    version: 1,
    payload: {
      movie_id: MOVIE,
      tconst: null,
      source: 'tmdb',
      at: AT,
      title: 'A',
      genres: [],
      year: 2020,
      runtime_minutes: null,
      rating: 7.1,
    },
  },
  'movie_changed 1': {
    type: 'movie_changed',
    version: 1,
    payload: { movie_id: MOVIE, source: 'posted', at: AT, changes: { rating: null } },
  },
  'movie_added 2': {
    type: 'movie_added',
    version: 2,
    payload: {
      movie_id: MOVIE,
      tconst: 'tt0000001',
      source: 'tmdb',
      at: AT,
      title: 'A',
      genres: [],
      year: 2020,
      runtime_minutes: null,
      rating: null,
      budget: { cents: 23_700_000_000, currency: 'USD' },
      revenue: null,
      keywords: ['sea', 'heist'],
    },
  },
  'movie_changed 2': {
    type: 'movie_changed',
    version: 2,
    payload: { movie_id: MOVIE, source: 'tmdb', at: AT, changes: { revenue: { cents: 1, currency: 'USD' } } },
  },
  'movie_linked 1': { type: 'movie_linked', version: 1, payload: { movie_id: MOVIE, source: 'tmdb', at: AT, tmdb_id: 278 } },
  'rating_given 1': { type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score: 9.5, user: 'somebody', at: AT } },
  'rating_observed 1': {
    type: 'rating_observed',
    version: 1,
    payload: { movie_id: MOVIE, source: 'imdb', average: 8.7, votes: 1_000_000, popularity: 12.5, at: AT },
  },
  'review_written 1': { type: 'review_written', version: 1, payload: { movie_id: MOVIE, text: 'Fine.', author: null, score: 6, at: AT } },
};

const versions = Object.entries(EVENT_SCHEMAS).flatMap(([type, { topic, versions: byNumber }]) =>
  Object.entries(byNumber).map(([version, schema]) => [`${type} ${version}`, { topic, schema }] as const),
);

test('the schemas are those that were recorded', () => {
  const recorded: unknown = JSON.parse(readFileSync(RECORDED, 'utf8'));
  expect(JSON.parse(JSON.stringify(Object.fromEntries(versions)))).toEqual(recorded);
});

test.each(versions)('an event of %s is read', (name, { topic }) => {
  const event = SAMPLES[name];
  if (event === undefined) throw new Error(`there is no sample of ${name}: add one`);
  expect(judgeEvent(eventText(event), { topic, key: MOVIE, appendedAtMs: Date.UTC(2026, 0, 2) })).toMatchObject({
    row: { movie_id: MOVIE },
  });
});
