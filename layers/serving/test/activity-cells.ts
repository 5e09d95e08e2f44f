/** What happened to made-up films, and what TMDB said of them, as a batch layer's views have it. */
import type { CellValue } from '@rushes/ports';
import { ACTIVITY_WIDTHS, bucketKey, type ActivityWidth, POPULARITY_WIDTHS } from '@rushes/views';

/** A day on which each film was rated once, with a seven. */
export const RATED_ON = '2026-02-28T00:00:00.000Z';
/** A day on which all but the last one of the films were rated twelve times each, with sixes. */
export const CROWDED_ON = '2025-11-20T00:00:00.000Z';
const CROWD = 12;

type Cells = Readonly<Record<string, CellValue>>;

const cellsOf = (width_ms: ActivityWidth, day: string, ids: readonly string[], ratings: number, tenths: number): Cells => {
  const start_ms = Date.parse(day);
  const movies = JSON.stringify(ids.toSorted().map((id) => [id, ratings, ratings * tenths, 0, 0]));
  return { bucket: bucketKey(width_ms, start_ms), width_ms, start_ms, movies };
};

/** Of both days, in buckets of each width. */
export const activityCells = (ids: readonly string[]): readonly Cells[] =>
  ACTIVITY_WIDTHS.flatMap((width) => [cellsOf(width, CROWDED_ON, ids.slice(0, -1), CROWD, 60), cellsOf(width, RATED_ON, ids, 1, 70)]);

/** When the popularity of all but the last one of the films was observed: of the first one 10.5, of each one after it one more. */
export const POPULAR_AT = '2026-02-27T05:30:00.000Z';

export const popularityCells = (ids: readonly string[]): readonly Cells[] =>
  POPULARITY_WIDTHS.map((width_ms) => {
    const atMs = Date.parse(POPULAR_AT);
    const start_ms = atMs - (atMs % width_ms);
    const movies = ids.slice(0, -1).map((id, n) => [id, 10_500 + 1000 * n, atMs, n] as const);
    return {
      bucket: bucketKey(width_ms, start_ms),
      width_ms,
      start_ms,
      movies: JSON.stringify(movies.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    };
  });
