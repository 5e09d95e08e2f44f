import type { SlicePlan } from '../models/plan-slices.ts';

/** Rows that become part of a document, ordered within it, by megabyte of the engine's memory; measured, with room to spare. */
const DOCUMENT_ROWS_PER_MB = 2_000;

/**
 * The same for entries of activity, which are grouped twice, first by bucket and movie: 365,000 rows at once need more than 320 MB beside other views that are
 * loaded at the same time.
 */
const ACTIVITY_ROWS_PER_MB = 300;

const byTitle = (...inputs: readonly string[]): SlicePlan => ({
  keysOf: 'silver.titles',
  inputs: Object.fromEntries(['silver.titles', ...inputs].map((input) => [input, 'tconst'])),
  rowsPerMb: DOCUMENT_ROWS_PER_MB,
});

/** By the starts of buckets: keys of rows begin with them. */
const BUCKETS_OF_ACTIVITY = ['5m', 'hour', 'day'].flatMap((width) => [`keyed.ratings_by_${width}`, `keyed.reviews_by_${width}`]);

/** Views that gather rows of a key, which the engine cannot spill: they are computed in ranges of the key. */
export const VIEW_SLICES: Readonly<Record<string, SlicePlan>> = {
  credits: byTitle('silver.principals', 'silver.crew'),
  title_names: byTitle('silver.akas'),
  people: {
    keysOf: 'gold.people',
    inputs: { 'gold.people': 'nconst', 'gold.person_movies': 'nconst' },
    rowsPerMb: DOCUMENT_ROWS_PER_MB,
  },
  activity: {
    keysOf: 'keyed.ratings_by_5m',
    inputs: Object.fromEntries(BUCKETS_OF_ACTIVITY.map((table) => [table, 'bucket_ms'])),
    rowsPerMb: ACTIVITY_ROWS_PER_MB,
  },
  movie_months: {
    keysOf: 'keyed.ratings_by_day',
    inputs: { 'keyed.ratings_by_day': 'movie_id', 'keyed.reviews_by_day': 'movie_id' },
    rowsPerMb: ACTIVITY_ROWS_PER_MB,
  },
  popularity: {
    keysOf: 'keyed.popularity_by_hour',
    inputs: { 'keyed.popularity_by_hour': 'bucket_ms', 'keyed.popularity_by_day': 'bucket_ms' },
    rowsPerMb: DOCUMENT_ROWS_PER_MB,
  },
};
