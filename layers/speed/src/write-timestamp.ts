/**
 * What a row's write is stamped with. Each generation of an epoch has a base, which stands in its coverage, written once. So every writer of a generation,
 * and every replay in it, stamps a row the same, and growing with its offset; and the time of a stamp is about the time of writing, which a store that keeps
 * rows of one time together, and drops them together, needs.
 */
import type { SpeedRow, TimedRow } from '@rushes/ports';

const US_PER_MS = 1000;

/** Where something begins to be projected: its first offset, and a time in milliseconds since 1970. */
export interface Opening {
  readonly offset: number;
  readonly appendedAtMs: number;
}

/** The base of a generation that begins there: the first row is stamped with its time. */
export const baseOf = ({ offset, appendedAtMs }: Opening): number => appendedAtMs * US_PER_MS - offset;

export const timed = (row: SpeedRow, baseUs: number): TimedRow => ({ ...row, timestampUs: baseUs + row.lastOffset });
