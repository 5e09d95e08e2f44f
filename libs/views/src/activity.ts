/**
 * What happened to movies, by time. One row for each bucket of event time in which movies were rated or reviewed, in each of three widths. Buckets of one width
 * tell all events, so who reads a window reads buckets of one width alone.
 *
 * Document `movies`: an array of `[movie_id, ratings, sum of scores in tenths, reviews, sum of compound in ten-thousandths]`, by movie. All are exact integers
 * that can be added.
 */
import { DAY_MS, FIVE_MINUTES_MS, HOUR_MS } from './keyed/index.ts';
import type { View } from './view.ts';

export const activity = {
  name: 'activity',
  isOptional: true,
  layout: {
    key: 'bucket',
    columns: { width_ms: 'integer', start_ms: 'integer' },
    documents: ['movies'],
    lookups: [],
    sorts: [],
    filters: [],
  },
} as const satisfies View;

/** Widths of the buckets, in milliseconds. */
export const ACTIVITY_WIDTHS = [FIVE_MINUTES_MS, HOUR_MS, DAY_MS] as const;
export type ActivityWidth = (typeof ACTIVITY_WIDTHS)[number];

/** What happened to one movie: integers that are added. */
export interface MovieActivity {
  readonly ratings: number;
  readonly sumTenths: number;
  readonly reviews: number;
  readonly compoundE4: number;
}

export const NO_ACTIVITY: MovieActivity = { ratings: 0, sumTenths: 0, reviews: 0, compoundE4: 0 };

/** `a + sign × b`. */
export const addActivities = (a: MovieActivity, b: MovieActivity, sign: 1 | -1 = 1): MovieActivity => ({
  ratings: a.ratings + sign * b.ratings,
  sumTenths: a.sumTenths + sign * b.sumTenths,
  reviews: a.reviews + sign * b.reviews,
  compoundE4: a.compoundE4 + sign * b.compoundE4,
});

type Entry = readonly [movieId: string, ratings: number, sumTenths: number, reviews: number, compoundE4: number];

/** The document `movies`, read. */
export const readActivity = (document: string): readonly (readonly [movieId: string, activity: MovieActivity])[] =>
  (JSON.parse(document) as readonly Entry[]).map(([movieId, ratings, sumTenths, reviews, compoundE4]) => [
    movieId,
    { ratings, sumTenths, reviews, compoundE4 },
  ]); // as: the view's document

/** The same of one movie, without reading the others. @param movieId a UUID in lower case, as the document has them. */
export const activityOf = (document: string, movieId: string): MovieActivity => {
  const begin = document.indexOf(`["${movieId}",`);
  if (begin === -1) return NO_ACTIVITY;
  const entry = document.slice(begin, document.indexOf(']', begin) + 1);
  return readActivity(`[${entry}]`)[0]?.[1] ?? NO_ACTIVITY;
};
