/** What a row's write is stamped with. */
import type { SpeedRow, TimedRow } from '@rushes/ports';

import type { Opening } from './plan-batches.ts';

const US_PER_MS = 1000;

/**
 * Append time of the barrier that opened the row's epoch, in microseconds, plus the row's distance from it: the same for every writer and at every replay,
 * growing with the offset within an epoch.
 */
export const timed = (row: SpeedRow, opening: Opening): TimedRow => ({
  ...row,
  timestampUs: opening.appendedAtMs * US_PER_MS + (row.lastOffset - opening.offset),
});
