/**
 * TMDB's popularity, by time. One row for each hour and each day of event time in which it was observed of any movie.
 *
 * Document `movies`: an array of `[movie_id, popularity in thousandths, event time in ms, offset]`, by movie: what was observed last of it within the bucket.
 */
import { DAY_MS, HOUR_MS } from './keyed/index.ts';
import type { View } from './view.ts';

export const popularity = {
  name: 'popularity',
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
export const POPULARITY_WIDTHS = [HOUR_MS, DAY_MS] as const;
export type PopularityWidth = (typeof POPULARITY_WIDTHS)[number];

/** One observation of a movie, with its place. */
export interface MoviePopularity {
  readonly popularityE3: number;
  /** Event time. */
  readonly atMs: number;
  /** In the movie's partition of the log. */
  readonly offset: number;
}

/** The one that was observed later, by event time, then by offset. Whichever stands first, the result is the same. */
export const laterPopularity = (a: MoviePopularity, b: MoviePopularity): MoviePopularity =>
  (a.atMs === b.atMs ? a.offset > b.offset : a.atMs > b.atMs) ? a : b;

type Entry = readonly [movieId: string, popularityE3: number, atMs: number, offset: number];

const observationOf = ([, popularityE3, atMs, offset]: Entry): MoviePopularity => ({ popularityE3, atMs, offset });

/** The document `movies`, read. */
export const readPopularity = (document: string): readonly (readonly [movieId: string, popularity: MoviePopularity])[] =>
  (JSON.parse(document) as readonly Entry[]).map((entry) => [entry[0], observationOf(entry)]); // as: the view's document

/** The same of one movie, without reading the others. @param movieId a UUID in lower case, as the document has them. */
export const popularityOf = (document: string, movieId: string): MoviePopularity | undefined => {
  const begin = document.indexOf(`["${movieId}",`);
  if (begin === -1) return undefined;
  return observationOf(JSON.parse(document.slice(begin, document.indexOf(']', begin) + 1)) as Entry); // as: the view's document
};
