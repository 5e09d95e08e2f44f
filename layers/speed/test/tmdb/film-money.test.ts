/** What polling says of what a film costs, earns and is about. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { filmChange } from '../../src/tmdb/film-events.ts';
import { NEW_FILM } from '../../src/tmdb/film-record.ts';
import { openPolling, type Polling } from './polling.ts';
import type { StandInFilm } from './stand-in.ts';

const HOUR_MS = 3_600_000;
const FILM: StandInFilm = {
  id: 278,
  title: 'A Made-up Film',
  imdb_id: 'tt9900000278',
  vote_average: 8.712,
  vote_count: 1000,
  budget: 25_000_000,
  keywords: ['prison', 'escape'],
};

let on: Polling;
beforeEach(async () => {
  on = await openPolling();
});
afterEach(() => on.close());

/** Ends a day on which all films are listed as changed, so that they are asked for again. */
const nextDay = async (): Promise<void> => {
  on.standIn.changes.set(new Date(on.clock.nowMs()).toISOString().slice(0, 10), [...on.standIn.films.keys()]);
  on.clock.advance(24 * HOUR_MS);
  await on.poll();
};

test('what it costs, earns and is about is said when it changes, as one event', async () => {
  on.show(FILM);
  await on.poll();
  on.change(FILM, { revenue: 28_341_469, keywords: ['escape'] });
  await nextDay();
  await nextDay();
  on.change(FILM, { revenue: 0, keywords: ['escape'], budget: 0 });
  await nextDay();
  const changes = (await on.events()).flatMap(({ event }) => (event.type === 'movie_changed' ? [event.payload.changes] : []));
  expect(changes).toEqual([
    { revenue: { cents: 2_834_146_900, currency: 'USD' }, keywords: ['escape'] },
    { revenue: null, budget: null },
  ]);
});

test.each([
  ['minus one dollar', -1],
  ['more than there is', 1e12 + 1],
])('a budget of %s is a dead letter', async (_name, budget) => {
  on.show({ ...FILM, budget });
  await on.poll();
  expect(await on.records()).toEqual([]);
  expect((await on.letters()).map(({ reason }) => reason)).toEqual([
    `the answer about film 278 of TMDB cannot be used: budget is no amount of dollars: ${budget}`,
  ]);
});

test('of a film that was recorded before these were asked for, what is known is said once, and what is not known never', () => {
  const fields = { title: 'x', genres: [], year: null, runtime_minutes: null };
  const known = { ...NEW_FILM, tconst: 'tt9900000278', revision: 3, fields, observed: { average: 1, votes: 1, popularity: 1, atMs: 0 } };
  const facts = {
    id: 278,
    isAdult: false,
    tconst: null,
    observation: { average: 1, votes: 1, popularity: 1 },
    reviews: [],
    reviewPages: 0,
  };
  const change = (budget: number | null, record: typeof known) =>
    filmChange({
      known: record,
      facts: {
        ...facts,
        fields: { ...fields, budget: budget === null ? null : { cents: budget, currency: 'USD' }, revenue: null, keywords: [] },
      },
      claimed: undefined,
      doubt: undefined,
      nowMs: 5,
    });
  expect(change(null, known)).toMatchObject({ events: [], fate: 'unchanged' });
  const said = change(100, known);
  expect(said.events).toMatchObject([{ event: { version: 2, payload: { changes: { budget: { cents: 100, currency: 'USD' } } } } }]);
  expect(change(100, { ...known, ...said.record } as typeof known).events).toEqual([]); // as: with what was said
});
