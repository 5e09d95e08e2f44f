/** Random histories, from a seed: events and what happens to the layers between them. */
import type { MovieEvent } from '@rushes/domain';

import type { LoggedEvent } from './world.ts';

export type HistoryStep =
  | { readonly kind: 'append'; readonly events: readonly LoggedEvent[] }
  | { readonly kind: 'run'; readonly dump: number; readonly full: boolean }
  | { readonly kind: 'aborted run'; readonly dump: number }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'restart speed' }
  | { readonly kind: 'restart serving' };

/** Numbers from 0 up to, not including, 1: mulberry32. */
const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const BEGIN_MS = Date.UTC(2024, 4, 1);
const DAYS = 20;

/** Few, so that several movies are linked to one. */
export const TMDB_IDS: readonly number[] = [278, 279, 280];

/** How many dumps there are, and when each was so: the one that is imported last need not be the newest, and observations lie before, between and behind them. */
export const DUMP_TIMES_MS: readonly number[] = [5, 15, 10].map((day) => BEGIN_MS + day * 24 * 3_600_000);

/**
 * @param movieIds whom events are about; some are known to nobody unless they are added.
 */
export const madeUpHistory = (seed: number, movieIds: readonly string[], steps: number): readonly HistoryStep[] => {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const appended: LoggedEvent[] = [];
  let events = 0;

  const eventOf = (): MovieEvent => {
    const movie_id = pick(movieIds);
    const at = new Date(BEGIN_MS + below(DAYS * 24) * 3_600_000 + below(3_600_000)).toISOString();
    const fields = {
      title: pick(['A', 'Zebra', '\u00c9t\u00e9 "x"', 'the tale']),
      genres: pick([['Drama'], ['Action', 'Odd'], [], ['Comedy', 'Drama', 'Odd', 'War']]),
      year: pick([null, 1999, 2024]),
      runtime_minutes: pick([null, 5, 240]),
      rating: pick([null, 9.9, 1]),
    };
    const more = {
      budget: pick([null, { cents: 1_999, currency: 'USD' as const }, { cents: 20_000_000_000, currency: 'USD' as const }]),
      revenue: pick([null, { cents: 7, currency: 'USD' as const }]),
      keywords: pick([[], ['heist', 'sea, "x"'], ['sequel']]),
    };
    const source = pick(['posted', 'tmdb'] as const);
    switch (below(10)) {
      case 0:
        return random() < 0.5
          ? { type: 'movie_added', version: 1, payload: { movie_id, tconst: null, source, at, ...fields } }
          : { type: 'movie_added', version: 2, payload: { movie_id, tconst: null, source, at, ...fields, ...more } };
      case 1:
        if (random() < 0.5)
          return {
            type: 'movie_changed',
            version: 2,
            payload: { movie_id, source, at, changes: pick([{ budget: more.budget }, { ...more, year: fields.year }, more]) },
          };
        return {
          type: 'movie_changed',
          version: 1,
          payload: { movie_id, source, at, changes: pick([{ year: fields.year }, { title: fields.title }, fields]) },
        };
      case 2:
        return {
          type: 'rating_observed',
          version: 1,
          payload: {
            movie_id,
            source: pick(['imdb', 'tmdb'] as const),
            average: below(10_001) / 1000,
            votes: below(4) * 997,
            popularity: pick([null, 0, below(100_000) / 1000]),
            at,
          },
        };
      case 9:
        return { type: 'movie_linked', version: 1, payload: { movie_id, source: 'tmdb', at, tmdb_id: pick([null, ...TMDB_IDS]) } };
      case 3:
      case 4:
        return {
          type: 'review_written',
          version: 1,
          payload: {
            movie_id,
            text: pick(['I love it!', 'Awful.', 'A film.', 'Not bad at all']),
            author: pick([null, 'x']),
            score: null,
            at,
          },
        };
      default:
        return { type: 'rating_given', version: 1, payload: { movie_id, score: 1 + below(19) / 2, user: null, at } };
    }
  };
  const nextEvents = (): readonly LoggedEvent[] =>
    Array.from({ length: 1 + below(12) }, () => {
      // Now and then an event comes again.
      const one = appended.length > 0 && random() < 0.1 ? pick(appended) : { id: `event-${seed}-${(events += 1)}`, event: eventOf() };
      appended.push(one);
      return one;
    });

  return Array.from({ length: steps }, (): HistoryStep => {
    const dice = random();
    if (dice < 0.55) return { kind: 'append', events: nextEvents() };
    if (dice < 0.72) return { kind: 'run', dump: below(DUMP_TIMES_MS.length), full: random() < 0.2 };
    if (dice < 0.79) return { kind: 'aborted run', dump: below(DUMP_TIMES_MS.length) };
    if (dice < 0.86) return { kind: 'rollback' };
    return { kind: dice < 0.93 ? 'restart speed' : 'restart serving' };
  });
};
