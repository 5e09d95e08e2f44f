import { describe, expect, test } from 'vitest';

import { titleIdOf, type Tconst } from '../ids.ts';
import type { MovieEvent } from './event-schemas.ts';
import { eventText } from './event-text.ts';
import { judgeEvent } from './silver-event.ts';

const MOVIE: string = titleIdOf('tt0000001' as Tconst); // as: it is one
const OTHER = '00000000-0000-4000-8000-000000000001';
const APPENDED_AT_MS = Date.UTC(2026, 0, 2);
const AT = '2026-01-01T10:00:00.000Z';
const judge = (text: string, topic: 'movie.metadata' | 'movie.ratings' | 'movie.reviews', key = MOVIE) =>
  judgeEvent(text, { topic, key, appendedAtMs: APPENDED_AT_MS });

const added: MovieEvent = {
  type: 'movie_added',
  version: 1,
  payload: {
    movie_id: MOVIE,
    tconst: 'tt0000001',
    source: 'posted',
    at: AT,
    title: 'A "Film"',
    genres: ['Drama', 'Sci-Fi'],
    year: null,
    runtime_minutes: 90,
    rating: 8.7,
  },
};

test('an added movie sets every field, also those of which it knows nothing', () => {
  expect(judge(eventText(added), 'movie.metadata')).toMatchObject({
    row: {
      title: 'A "Film"',
      genres: 'Drama\u001fSci-Fi',
      year: null,
      sets_year: true,
      rating_tenths: 87,
      at_ms: Date.UTC(2026, 0, 1, 10),
      tconst: 'tt0000001',
    },
  });
});

test("a film under another id than the one that follows from IMDb's keeps its own, without IMDb's", () => {
  const tconstUnder = (movie_id: string): unknown =>
    judge(eventText({ ...added, payload: { ...added.payload, movie_id } }), 'movie.metadata', movie_id);
  expect(tconstUnder(OTHER)).toMatchObject({ row: { movie_id: OTHER, title: 'A "Film"', tconst: null } });
  expect(tconstUnder(MOVIE)).toMatchObject({ row: { movie_id: MOVIE, title: 'A "Film"', tconst: 'tt0000001' } });
});

test('a change sets what it names and nothing else', () => {
  const changed: MovieEvent = {
    type: 'movie_changed',
    version: 1,
    payload: { movie_id: MOVIE, source: 'tmdb', at: AT, changes: { year: 1999 } },
  };
  expect(judge(eventText(changed), 'movie.metadata')).toMatchObject({
    row: { year: 1999, sets_year: true, title: null, sets_title: false, sets_genres: false, sets_rating: false, source: 'tmdb' },
  });
});

test('scores become tenths, averages thousandths, sentiment ten-thousandths', () => {
  const given: MovieEvent = { type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score: 7.5, user: null, at: AT } };
  expect(judge(eventText(given), 'movie.ratings')).toMatchObject({ row: { score_tenths: 75, average_e3: null } });
  const observed: MovieEvent = {
    type: 'rating_observed',
    version: 1,
    payload: { movie_id: MOVIE, source: 'tmdb', average: 7.713, votes: 12, popularity: null, at: AT },
  };
  expect(judge(eventText(observed), 'movie.ratings')).toMatchObject({ row: { average_e3: 7713, votes: 12, popularity_e3: null } });
  const review: MovieEvent = {
    type: 'review_written',
    version: 1,
    payload: { movie_id: MOVIE, text: 'I love it!', author: null, score: null, at: AT },
  };
  expect(judge(eventText(review), 'movie.reviews')).toMatchObject({
    row: { compound_e4: 6696, positive: true, neutral: false, negative: false },
  });
});

describe('version 2', () => {
  const more = { budget: { cents: 23_700_000_050, currency: 'USD' as const }, revenue: null, keywords: ['heist', 'a, b'] };

  test('sets what version 1 sets, and money in cents and keywords', () => {
    const first = judge(eventText(added), 'movie.metadata');
    const second = judge(eventText({ ...added, version: 2, payload: { ...added.payload, ...more } }), 'movie.metadata');
    if ('fault' in first || 'fault' in second) throw new Error('a fault');
    expect(first.row).toMatchObject({ budget_cents: null, sets_budget: false, revenue_cents: null, keywords: null, sets_keywords: false });
    expect(second.row).toEqual({
      ...first.row,
      budget_cents: 23_700_000_050,
      keywords: 'heist\u001fa, b',
      sets_budget: true,
      sets_revenue: true,
      sets_keywords: true,
    });
  });

  test.each([
    ['another currency', { budget: { cents: 1, currency: 'EUR' } }],
    ['no currency', { budget: { cents: 1 } }],
    ['half a cent', { budget: { cents: 0.5, currency: 'USD' } }],
    ['nothing, which is null', { budget: { cents: 0, currency: 'USD' } }],
    ['more than sums can hold', { budget: { cents: 10 ** 14 + 1, currency: 'USD' } }],
    ['a keyword twice', { keywords: ['x', 'x'] }],
    ['a keyword with a separator of tables', { keywords: ['a\u001fb'] }],
    ['too many keywords', { keywords: Array.from({ length: 51 }, String) }],
  ])('%s is refused', (_, changes) => {
    const text = JSON.stringify({ type: 'movie_changed', version: 2, payload: { movie_id: MOVIE, source: 'tmdb', at: AT, changes } });
    expect(judge(text, 'movie.metadata')).toMatchObject({ fault: expect.stringContaining('movie_changed: /changes') });
  });
});

const withPayload = (payload: object): string => JSON.stringify({ ...added, payload: { ...added.payload, ...payload } });

test.each([
  ['no JSON', '{"type":', 'is not a JSON object'],
  ['no object', '[]', 'unknown event type'],
  ['an unknown type', JSON.stringify({ ...added, type: 'movie_gone' }), 'unknown event type "movie_gone"'],
  ['a member of every object', JSON.stringify({ ...added, type: 'constructor' }), 'unknown event type'],
  ['an unknown version', JSON.stringify({ ...added, version: 3 }), 'unknown version 3'],
  ['a version by its name', JSON.stringify({ ...added, version: '1' }), 'unknown version "1"'],
  ['a version that another type has', JSON.stringify({ ...added, type: 'movie_linked', version: 2 }), 'unknown version 2 of movie_linked'],
  ['a field of a later version', withPayload({ budget: null }), 'movie_added'],
  ['a missing field', withPayload({ title: undefined }), 'movie_added'],
  ['an unknown field', withPayload({ color: 'red' }), 'movie_added'],
  ['a rating between two tenths', withPayload({ rating: 8.75 }), '/rating'],
  ['a title with a separator of tables', withPayload({ title: 'a\u001eb' }), '/title'],
  ['half a surrogate pair', withPayload({ title: 'a\ud83d' }), 'surrogate'],
  ['a time in the future', withPayload({ at: '2026-01-03T00:00:01Z' }), 'future'],
  ['another key', withPayload({ movie_id: '00000000-0000-4000-8000-000000000002' }), 'is not the movie'],
])('%s is refused with its reason', (_, text, reason) => {
  expect(judge(text, 'movie.metadata')).toMatchObject({ fault: expect.stringContaining(reason) });
});

test('an event of another topic is refused', () => {
  expect(judge(eventText(added), 'movie.ratings')).toMatchObject({ fault: 'movie_added does not belong to movie.ratings' });
});
