/** What keyed views and `gold.title_events` must hold of the events of `event-case.ts`, written by hand; only buckets are gathered. */
import { FOUND, NOON, placeOf, POSTED, TITLE, UNKNOWN } from './event-case.ts';
import { FOUR_GENRES, givenRatings, metadataEvents, observations, quarantined, reviews, TWO_GENRES } from './event-silver-reference.ts';
import { RECORDS, said } from './event-records-reference.ts';
import type { EventTableName } from './expected-version.ts';
import { lateFor } from './late-reference.ts';
import { groupBy, type Row } from './rows.ts';

const { RATED, EDITED, UNWEIGHED, OBSERVED, OVERRULED, EPISODE } = TITLE;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How often each score from 1 to 10 was given, in steps of a half. */
const histogram = (...scores: readonly number[]): readonly number[] =>
  Array.from({ length: 19 }, (_, step) => scores.filter((score) => score === 1 + step / 2).length);

const observation = (id: string, average_e3: number, votes: number, popularity_e3: number | null = null): Row =>
  said(id, { average_e3, votes, popularity_e3 });
const NO_RATINGS = { count: 0, sum_tenths: 0, histogram: histogram(), imdb: null, tmdb: null } satisfies Row;

export const RATINGS: Readonly<Record<string, Row>> = {
  [RATED]: {
    ...NO_RATINGS,
    count: 3,
    sum_tenths: 225,
    histogram: histogram(10, 9.5, 3),
    imdb: observation('imdb-before-dump', 2000, 5000),
  },
  [UNKNOWN]: { ...NO_RATINGS, count: 1, sum_tenths: 60, histogram: histogram(6) },
  [OVERRULED]: { ...NO_RATINGS, count: 1, sum_tenths: 40, histogram: histogram(4) },
  [EPISODE]: {
    ...NO_RATINGS,
    count: 1,
    sum_tenths: 20,
    histogram: histogram(2),
    tmdb: observation('tmdb-alone', 6500, 30, 3250),
  },
  [OBSERVED]: { ...NO_RATINGS, imdb: observation('imdb-new', 8250, 2000, 12_345), tmdb: observation('tmdb-beside', 5000, 3) },
  [UNWEIGHED]: { ...NO_RATINGS, imdb: observation('imdb-without-votes', 9900, 0) },
};

const latest = (id: string, text: string, compound_e4: number, author: string | null = null, score_tenths: number | null = null): Row => {
  const { at_ms, epoch, offset } = placeOf(id);
  return { at_ms, offset, epoch, text, author, score_tenths, compound_e4 };
};

const REVIEWS: Readonly<Record<string, Row>> = {
  [RATED]: {
    count: 3,
    compound_e4: -1019,
    positive: 1,
    neutral: 1,
    negative: 1,
    latest: [latest('blame', 'bad', -5423), latest('no-opinion', 'film', 0), latest('praise', 'good', 4404, 'Bo "Quote"', 80)],
  },
  [UNKNOWN]: { count: 1, compound_e4: 4404, positive: 1, neutral: 0, negative: 0, latest: [latest('unknown-praise', 'good', 4404)] },
};

const keyed = (states: Readonly<Record<string, Row>>): readonly Row[] =>
  Object.entries(states).map(([movie_id, state]) => ({ movie_id, ...state }));

interface Bucketed {
  readonly movie_id: string;
  readonly at_ms: number;
}
const bucketed = <Event extends Bucketed>(
  events: readonly Event[],
  widthMs: number,
  state: (events: readonly Event[]) => Row,
): readonly Row[] =>
  [...groupBy(events, ({ movie_id, at_ms }) => `${movie_id} ${Math.floor(at_ms / widthMs)}`)].map(([key, members]) => {
    const [movie_id = '', number] = key.split(' ');
    return { movie_id, bucket_ms: Number(number) * widthMs, ...state(members) };
  });

const ratingState = (events: readonly (typeof givenRatings)[number][]): Row => ({
  count: events.length,
  sum_tenths: events.reduce((sum, { score_tenths }) => sum + score_tenths, 0),
});
const reviewState = (events: readonly (typeof reviews)[number][]): Row => ({
  count: events.length,
  compound_e4: events.reduce((sum, { compound_e4 }) => sum + compound_e4, 0),
  positive: events.filter(({ positive }) => positive).length,
  neutral: events.filter(({ neutral }) => neutral).length,
  negative: events.filter(({ negative }) => negative).length,
});

const popularities = observations.filter(({ source, popularity_e3 }) => source === 'tmdb' && popularity_e3 !== null);
/** The last one by event time; no two are of one time here. */
const popularityState = (events: readonly (typeof observations)[number][]): Row => {
  const [last] = events.toSorted((a, b) => b.at_ms - a.at_ms);
  if (last === undefined) return { latest: null };
  const { popularity_e3, at_ms, epoch, offset } = last;
  return { latest: { popularity_e3, at_ms, epoch, offset } };
};

/** An observation that came behind a newer one. */
const overtaken = (id: string, movie_id: string, late_ms: number, shown: Row): Row => {
  const { epoch: _epoch, ...place } = placeOf(id);
  const states = { before: JSON.stringify(shown), after: JSON.stringify(shown) };
  const view = { view: 'movie_ratings', bucket_ms: null, bucket_width_ms: null };
  return { ...place, topic: 'movie.ratings', type: 'rating_observed', movie_id, ...view, late_ms, ...states };
};

/** JSON as the engine writes it. */
const json = (value: Row): string => JSON.stringify(value).replaceAll('\\u001f', '\\u001F');

/** What `gold.title_events` shows of a title whose events say nothing of it but this. */
const titleEvents = (title_id: string, shown: Row): Row => ({
  title_id,
  additions: RECORDS[title_id]?.['additions'] ?? 0,
  added_tconst: null,
  tmdb_id: null,
  title: null,
  genres: null,
  start_year: null,
  runtime_minutes: null,
  said_tenths: null,
  budget_cents: null,
  revenue_cents: null,
  popularity_e3: null,
  keywords: null,
  given: RATINGS[title_id]?.['count'] ?? 0,
  given_tenths: RATINGS[title_id]?.['sum_tenths'] ?? 0,
  imdb: RATINGS[title_id]?.['imdb'] ?? null,
  tmdb: RATINGS[title_id]?.['tmdb'] ?? null,
  records: RECORDS[title_id] === undefined ? null : json(RECORDS[title_id]),
  ratings: RATINGS[title_id] === undefined ? null : json(RATINGS[title_id]),
  ...shown,
});

export const EVENT_ROWS: Readonly<Record<EventTableName, readonly Row[]>> = {
  'silver.metadata_events': metadataEvents,
  'silver.rating_events': [...givenRatings, ...observations],
  'silver.review_events': reviews,
  'silver.event_quarantine': quarantined,
  'ledger.late_events': [
    ...lateFor('ratings_by_5m', 5 * MINUTE_MS, givenRatings, ratingState),
    ...lateFor('ratings_by_hour', HOUR_MS, givenRatings, ratingState),
    ...lateFor('ratings_by_day', 24 * HOUR_MS, givenRatings, ratingState),
    ...lateFor('reviews_by_5m', 5 * MINUTE_MS, reviews, reviewState),
    ...lateFor('reviews_by_hour', HOUR_MS, reviews, reviewState),
    ...lateFor('reviews_by_day', 24 * HOUR_MS, reviews, reviewState),
    ...lateFor('popularity_by_hour', HOUR_MS, popularities, popularityState),
    ...lateFor('popularity_by_day', 24 * HOUR_MS, popularities, popularityState),
    ...(
      [
        ['tmdb-earlier', 1],
        ['tmdb-much-earlier', 30 * MINUTE_MS],
        ['tmdb-day-before', 24 * HOUR_MS],
      ] as const
    ).map(([id, lateMs]) => overtaken(id, EPISODE, lateMs, { tmdb: observation('tmdb-alone', 6500, 30, 3250) })),
    overtaken('imdb-late', OBSERVED, 60 * MINUTE_MS + 1, { imdb: observation('imdb-new', 8250, 2000, 12_345) }),
  ],
  'keyed.movie_records': keyed(RECORDS),
  'keyed.movie_ratings': keyed(RATINGS),
  'keyed.ratings_by_5m': bucketed(givenRatings, 5 * MINUTE_MS, ratingState),
  'keyed.ratings_by_hour': bucketed(givenRatings, HOUR_MS, ratingState),
  'keyed.ratings_by_day': bucketed(givenRatings, 24 * HOUR_MS, ratingState),
  'keyed.popularity_by_hour': bucketed(popularities, HOUR_MS, popularityState),
  'keyed.popularity_by_day': bucketed(popularities, 24 * HOUR_MS, popularityState),
  'keyed.movie_reviews': keyed(REVIEWS),
  'keyed.reviews_by_5m': bucketed(reviews, 5 * MINUTE_MS, reviewState),
  'keyed.reviews_by_hour': bucketed(reviews, HOUR_MS, reviewState),
  'keyed.reviews_by_day': bucketed(reviews, 24 * HOUR_MS, reviewState),
  'gold.title_events': [
    titleEvents(RATED, {}),
    // A posted list without keywords takes precedence, and leaves none to show.
    titleEvents(EDITED, {
      title: 'Vier Genres',
      genres: FOUR_GENRES,
      start_year: 2022,
      runtime_minutes: 95,
      said_tenths: 10,
      budget_cents: 100,
      revenue_cents: 7,
    }),
    titleEvents(UNWEIGHED, {}),
    titleEvents(OBSERVED, {}),
    titleEvents(OVERRULED, {}),
    titleEvents(EPISODE, { popularity_e3: 3250 }),
    titleEvents(POSTED, { title: 'Neu "Ü"', genres: TWO_GENRES, said_tenths: 75 }),
    titleEvents(FOUND, {
      tmdb_id: 278,
      added_tconst: 'tt7654321',
      title: 'Found',
      start_year: 1999,
      runtime_minutes: 90,
      budget_cents: 5_000_000_050,
      keywords: 'heist\u001fsea, "x"',
    }),
    titleEvents(UNKNOWN, { tmdb_id: 279, title: 'Later' }),
  ],
};

/** Rows of the served view `sentiment`: buckets are `[start, count, compound, positive, neutral, negative]`. */
export const SENTIMENT: readonly Row[] = [
  {
    movie_id: RATED,
    reviews_count: 3,
    reviews: REVIEWS[RATED] ?? null,
    hours: [
      [NOON, 2, 4404, 1, 1, 0],
      [NOON + 12 * HOUR_MS, 1, -5423, 0, 0, 1],
    ],
    days: [
      [NOON - 12 * HOUR_MS, 2, 4404, 1, 1, 0],
      [NOON + 12 * HOUR_MS, 1, -5423, 0, 0, 1],
    ],
  },
  {
    movie_id: UNKNOWN,
    reviews_count: 1,
    reviews: REVIEWS[UNKNOWN] ?? null,
    hours: [[NOON, 1, 4404, 1, 0, 0]],
    days: [[NOON - 12 * HOUR_MS, 1, 4404, 1, 0, 0]],
  },
];

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Rows of the served view `activity`: movies are `[id, ratings, tenths, reviews, compound]`. */
export const ACTIVITY: readonly Row[] = (
  [
    ['5m', 5 * MINUTE_MS],
    ['hour', HOUR_MS],
    ['day', 24 * HOUR_MS],
  ] as const
).flatMap(([name, widthMs]) => {
  const startOf = ({ at_ms }: Bucketed): number => Math.floor(at_ms / widthMs) * widthMs;
  return [...groupBy<Bucketed>([...givenRatings, ...reviews], (one) => String(startOf(one)))].map(([key, inBucket]): Row => {
    const start = Number(key);
    const movies = [...new Set(inBucket.map(({ movie_id }) => movie_id))].toSorted();
    const isOf =
      (movie: string) =>
      (one: Bucketed): boolean =>
        one.movie_id === movie && startOf(one) === start;
    return {
      bucket: `${new Date(start).toISOString().slice(0, 16)}Z/${name}`,
      width_ms: widthMs,
      start_ms: start,
      movies: movies.map((movie) => {
        const [rated, reviewed] = [givenRatings.filter(isOf(movie)), reviews.filter(isOf(movie))];
        const [tenths, compound] = [rated.map(({ score_tenths }) => score_tenths), reviewed.map(({ compound_e4 }) => compound_e4)];
        return [movie, rated.length, sumOf(tenths), reviewed.length, sumOf(compound)];
      }),
    };
  });
});

const offsetOf = (id: string): number => placeOf(id).offset;

/** Rows of the served view `popularity`: movies are `[id, popularity, time, offset]` of what was observed last. */
export const POPULARITY: readonly Row[] = (
  [
    ['hour', HOUR_MS, NOON - 24 * HOUR_MS, 'tmdb-day-before', 50_125, NOON - 24 * HOUR_MS],
    ['hour', HOUR_MS, NOON - HOUR_MS, 'tmdb-earlier', 3000, NOON - 1],
    ['hour', HOUR_MS, NOON, 'tmdb-alone', 3250, NOON],
    ['day', 24 * HOUR_MS, NOON - 36 * HOUR_MS, 'tmdb-day-before', 50_125, NOON - 24 * HOUR_MS],
    ['day', 24 * HOUR_MS, NOON - 12 * HOUR_MS, 'tmdb-alone', 3250, NOON],
  ] as const
).map(([name, width_ms, start_ms, id, popularityE3, atMs]) => ({
  bucket: `${new Date(start_ms).toISOString().slice(0, 16)}Z/${name}`,
  width_ms,
  start_ms,
  movies: [[EPISODE, popularityE3, atMs, offsetOf(id)]],
}));
