import { expect, test } from 'vitest';

import type { MovieEvent } from './event-schemas.ts';
import { eventText } from './event-text.ts';
import { judgeNewEvent } from './new-event.ts';
import { judgeEvent } from './silver-event.ts';

const movie_id = '00000000-0000-4000-8000-000000000001';
const CONTEXT = { topic: 'movie.ratings', key: movie_id, appendedAtMs: Date.UTC(2026, 2, 10) } as const;

const added: MovieEvent = {
  type: 'movie_added',
  version: 1,
  payload: {
    movie_id,
    tconst: 'tt0000001',
    source: 'tmdb',
    at: '2026-01-01T00:00:00Z',
    title: 'A',
    genres: [],
    year: null,
    runtime_minutes: null,
    rating: null,
  },
};
const given = (at: string): MovieEvent => ({ type: 'rating_given', version: 1, payload: { movie_id, score: 7, user: null, at } });
const observed = (source: 'imdb' | 'tmdb', average: number, votes: number): MovieEvent => ({
  type: 'rating_observed',
  version: 1,
  payload: { movie_id, source, average, votes, popularity: null, at: '2026-01-01T00:00:00Z' },
});

test('a film under another id than the one that follows from IMDb’s does not enter the log', () => {
  const context = { ...CONTEXT, topic: 'movie.metadata' } as const;
  const fault = `movie_added: movie_id is ${movie_id}, but what follows from tt0000001 is another id`;
  expect(judgeNewEvent(eventText(added), context)).toEqual({ fault });
  expect(judgeEvent(eventText(added), context)).toHaveProperty('row');
  const unlinked = { ...added, payload: { ...added.payload, tconst: null } };
  expect(judgeNewEvent(eventText(unlinked), context)).toHaveProperty('row');
});

test.each([
  ['30 February', given('2026-02-30T00:00:00Z'), 'no instant of the calendar: 2026-02-30T00:00:00Z'],
  ['the hour 24', given('2026-02-01T24:00:00Z'), 'no instant of the calendar'],
  ['the year 0', given('0000-02-01T00:00:00Z'), 'no instant of the calendar'],
  ['votes with an average of 0', observed('imdb', 0, 9), 'an average of 0 cannot come from votes of 1 to 10'],
  ['votes with an average below 1', observed('imdb', 0.99, 9), 'cannot come from votes'],
])('%s does not enter the log, and is read as ever where it lies there', (_, event, fault) => {
  expect(judgeNewEvent(eventText(event), CONTEXT)).toEqual({ fault: expect.stringContaining(fault) });
  expect(judgeEvent(eventText(event), CONTEXT)).toHaveProperty('row');
});

test.each([
  ['no votes yet', observed('imdb', 0, 0)],
  ['a rating of one', observed('imdb', 1, 9)],
  ["TMDB's, which begin at a half", observed('tmdb', 0.5, 9)],
  ['a leap day', given('2024-02-29T23:59:59.999Z')],
])('%s may enter', (_, event) => {
  expect(judgeNewEvent(eventText(event), CONTEXT)).toHaveProperty('row');
});

test('what no reader accepts may not enter', () => {
  expect(judgeNewEvent('{', CONTEXT)).toEqual({ fault: 'the text is not a JSON object' });
  expect(judgeNewEvent(eventText(given('2026-03-12T00:00:00Z')), CONTEXT)).toEqual({ fault: expect.stringContaining('future') });
});
