/** Widths of the buckets of event time, the same in every layer. */
export const FIVE_MINUTES_MS = 5 * 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
