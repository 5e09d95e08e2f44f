/** Random events of a few movies, as their texts lie in a log, and the typed rows that these become. */
import { eventText, judgeEvent, type MovieEvent, type SilverRow, type Topic } from '@rushes/domain';
import type { EventRow } from '@rushes/views';
import fc from 'fast-check';

const BEGIN_MS = Date.UTC(2013, 1, 28);
const APPENDED_AT_MS = Date.UTC(2026, 0, 1);

export const MOVIES = [
  '00000000-0000-4000-8000-000000000001',
  '00000000-0000-4000-8000-000000000002',
  '00000000-0000-4000-8000-000000000003',
  '00000000-0000-4000-8000-000000000004',
] as const;

/** Few different instants within some days, so that many are equal or in one bucket. */
export const instantMs = fc.integer({ min: 0, max: 40 }).map((step) => BEGIN_MS + step * 3_599_000);
const at = instantMs.map((ms) => new Date(ms).toISOString());
const score = fc.integer({ min: 2, max: 20 }).map((halves) => halves / 2);
const text = fc.constantFrom(
  'A wonderful film, I love it!',
  'Terrible. A waste of time :(',
  'A film.',
  'so-so, "quoted" \u00e9\ud83d\ude00\n',
  "it's not bad",
);
const person = fc.option(fc.string({ minLength: 1, maxLength: 8 }), { nil: null });
const source = fc.constantFrom('posted' as const, 'tmdb' as const);

/** Texts that are hard to write as JSON, or to cut. */
export const hardText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((one) => !one.includes('\u0000')),
  fc.constantFrom(
    '"',
    '\\',
    '\\N',
    "it's",
    'a\u001fb',
    'line\nbreak\ttab\r',
    '\u2028',
    '\u007f\u0080',
    '\u00c9t\u00e9'.repeat(80),
    '\ud83d\ude00'.repeat(210),
  ),
);

const fields = {
  title: hardText.map((one) => one.replaceAll(/[\u0000-\u001f]/g, ' ')).filter((one) => one.length <= 500),
  genres: fc.uniqueArray(fc.constantFrom('Action', 'Drama', 'Sci-Fi', 'Film-Noir', 'A "B"'), { maxLength: 5 }),
  year: fc.option(fc.integer({ min: 1900, max: 2030 }), { nil: null }),
  runtime_minutes: fc.option(fc.integer({ min: 1, max: 300 }), { nil: null }),
  rating: fc.option(
    fc.integer({ min: 10, max: 100 }).map((tenths) => tenths / 10),
    { nil: null },
  ),
};

const money = fc.option(
  fc.record({ cents: fc.oneof(fc.integer({ min: 1, max: 10 ** 14 }), fc.constant(7)), currency: fc.constant('USD') }),
  {
    nil: null,
  },
);
/** What version 2 of these events has beside. */
const fields2 = {
  ...fields,
  budget: money,
  revenue: money,
  keywords: fc.uniqueArray(fc.constantFrom('heist', 'a, b', '"quoted"', '\u00e9t\u00e9 \\ sea'), { maxLength: 4 }),
};

const eventOf = (type: MovieEvent['type'], payload: fc.Arbitrary<unknown>, version = 1): fc.Arbitrary<MovieEvent> =>
  payload.map((given) => ({ type, version, payload: given }) as MovieEvent); // as: the arbitraries below follow the schemas, and `rowsOf` checks it

/** An event of each type, about one of these movies. */
export const eventsAbout = (movies: readonly string[]): Readonly<Record<MovieEvent['type'], fc.Arbitrary<MovieEvent>>> => {
  const movie = fc.constantFrom(...movies);
  const addition = { movie_id: movie, tconst: fc.constantFrom('tt0000001', null), source, at };
  return {
    movie_added: fc.oneof(
      eventOf('movie_added', fc.record({ ...addition, ...fields })),
      eventOf('movie_added', fc.record({ ...addition, ...fields2 }), 2),
    ),
    movie_changed: fc.oneof(
      eventOf('movie_changed', fc.record({ movie_id: movie, source, at, changes: fc.record(fields, { requiredKeys: ['title'] }) })),
      eventOf('movie_changed', fc.record({ movie_id: movie, source, at, changes: fc.record(fields2, { requiredKeys: ['budget'] }) }), 2),
    ),
    movie_linked: eventOf(
      'movie_linked',
      fc.record({ movie_id: movie, source: fc.constant('tmdb'), at, tmdb_id: fc.constantFrom(null, 278, 279, 280) }),
    ),
    rating_given: eventOf('rating_given', fc.record({ movie_id: movie, score, user: person, at })),
    rating_observed: eventOf(
      'rating_observed',
      fc.record({
        movie_id: movie,
        source: fc.constantFrom('imdb', 'tmdb'),
        average: fc.integer({ min: 0, max: 10_000 }).map((e3) => e3 / 1000),
        votes: fc.oneof(fc.constant(0), fc.nat(1_000_000)),
        popularity: fc.option(
          fc.integer({ min: 0, max: 1_000_000 }).map((e3) => e3 / 1000),
          { nil: null },
        ),
        at,
      }),
    ),
    review_written: eventOf(
      'review_written',
      fc.record({ movie_id: movie, text, author: person, score: fc.option(score, { nil: null }), at }),
    ),
  };
};

/** Events as a partition's typed rows, in the order of their offsets; the epoch grows now and then. */
export const rowsOf = (events: readonly MovieEvent[], topic: Topic): readonly EventRow[] =>
  events.map((one, offset) => {
    const judged = judgeEvent(eventText(one), { topic, key: one.payload.movie_id, appendedAtMs: APPENDED_AT_MS });
    if ('fault' in judged) throw new Error(judged.fault);
    return { ...(judged.row as SilverRow & EventRow), offset, epoch: 1 + Math.floor(offset / 3) };
  });
