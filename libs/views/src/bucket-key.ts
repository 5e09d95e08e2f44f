/** Keys of rows that are buckets of event time, with all their movies. */
import { DAY_MS, FIVE_MINUTES_MS, HOUR_MS } from './keyed/index.ts';

const WIDTHS = [FIVE_MINUTES_MS, HOUR_MS, DAY_MS] as const;
/** Widths that buckets have, in milliseconds. */
export type BucketWidth = (typeof WIDTHS)[number];

const WIDTH_NAMES: Readonly<Record<BucketWidth, string>> = { [FIVE_MINUTES_MS]: '5m', [HOUR_MS]: 'hour', [DAY_MS]: 'day' };

const MINUTE_CHARACTERS = '2026-01-01T00:00'.length;

/**
 * The row's key, such as `2026-01-01T00:00Z/day`: keys are in the order of time, so that a part of all rows is a range of time.
 * @param startMs of the bucket, within the years 0 to 9999: others have no rows.
 */
export const bucketKey = (widthMs: BucketWidth, startMs: number): string =>
  `${new Date(startMs).toISOString().slice(0, MINUTE_CHARACTERS)}Z/${WIDTH_NAMES[widthMs]}`;
