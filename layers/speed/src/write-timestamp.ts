/** What a row's write is stamped with. */
import type { SpeedRow, TimedRow } from '@rushes/ports';

import type { Opening } from './plan-batches.ts';

const US_PER_MS = 1000;

/** What the write timestamps of an epoch count from. */
export const baseOf = (opening: Opening): number => opening.appendedAtMs * US_PER_MS - opening.offset;

/**
 * Append time of the barrier that opened the row's epoch, in microseconds, plus the row's distance from it: the same for every writer and at every replay,
 * growing with the offset within an epoch.
 */
export const timed = (row: SpeedRow, opening: Opening): TimedRow => ({
  ...row,
  timestampUs: baseOf(opening) + row.lastOffset,
});
