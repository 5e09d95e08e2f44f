/** What happened to made-up films, as a batch layer's view of activity has it. */
import type { CellValue } from '@rushes/ports';
import { ACTIVITY_WIDTHS, activityKey, type ActivityWidth } from '@rushes/views';

/** A day on which each film was rated once, with a seven. */
export const RATED_ON = '2026-02-28T00:00:00.000Z';
/** A day on which all but the last one of the films were rated twelve times each, with sixes. */
export const CROWDED_ON = '2025-11-20T00:00:00.000Z';
const CROWD = 12;

type Cells = Readonly<Record<string, CellValue>>;

const cellsOf = (width_ms: ActivityWidth, day: string, ids: readonly string[], ratings: number, tenths: number): Cells => {
  const start_ms = Date.parse(day);
  const movies = JSON.stringify(ids.toSorted().map((id) => [id, ratings, ratings * tenths, 0, 0]));
  return { bucket: activityKey(width_ms, start_ms), width_ms, start_ms, movies };
};

/** Of both days, in buckets of each width. */
export const activityCells = (ids: readonly string[]): readonly Cells[] =>
  ACTIVITY_WIDTHS.flatMap((width) => [cellsOf(width, CROWDED_ON, ids.slice(0, -1), CROWD, 60), cellsOf(width, RATED_ON, ids, 1, 70)]);
