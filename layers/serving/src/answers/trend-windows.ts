/**
 * The windows of what is trending: of which buckets they are made, and how much each bucket counts. Invariant: both follow from the window and its end alone, so
 * that every layer counts the same. Pure; docs/analytics.md explains the numbers.
 */
import { type ActivityWidth, bucketStart, DAY_MS, FIVE_MINUTES_MS, HOUR_MS } from '@rushes/views';

const WINDOWS = {
  '1h': { width: FIVE_MINUTES_MS, lengthMs: HOUR_MS },
  '6h': { width: FIVE_MINUTES_MS, lengthMs: 6 * HOUR_MS },
  '24h': { width: FIVE_MINUTES_MS, lengthMs: DAY_MS },
  '7d': { width: HOUR_MS, lengthMs: 7 * DAY_MS },
  '30d': { width: DAY_MS, lengthMs: 30 * DAY_MS },
  '90d': { width: DAY_MS, lengthMs: 90 * DAY_MS },
} as const satisfies Readonly<Record<string, { readonly width: ActivityWidth; readonly lengthMs: number }>>;

export type TrendWindow = keyof typeof WINDOWS;
export const TREND_WINDOWS = Object.keys(WINDOWS) as readonly TrendWindow[]; // as: its own keys

/** The window that is asked for, the one before it, and the one before that: so many tell of acceleration and of ranks before. */
export const WINDOWS_READ = 3;

/** What the newest bucket of a window counts; each other counts less, in whole numbers, so that sums are exact. */
const FULL_WEIGHT = 1000;

/** So many half-lives is a window long. */
const HALF_LIVES = 4;

export interface TrendSpan {
  readonly window: TrendWindow;
  readonly width: ActivityWidth;
  readonly lengthMs: number;
  /** The window is `[endMs - lengthMs, endMs)`. */
  readonly endMs: number;
  /** Where the first of the windows that are read begins. */
  readonly firstMs: number;
}

/** The window that ends with the bucket that `asOfMs` lies in. */
export const trendSpan = (window: TrendWindow, asOfMs: number): TrendSpan => {
  const { width, lengthMs } = WINDOWS[window];
  const endMs = bucketStart(asOfMs, width) + width;
  return { window, width, lengthMs, endMs, firstMs: endMs - WINDOWS_READ * lengthMs };
};

/** Names the bucket of a moment: equal numbers, equal windows. */
export const trendBucket = (window: TrendWindow, atMs: number): number => Math.floor(atMs / WINDOWS[window].width);

/** Which window a bucket lies in (0: the one asked for, 1: the one before, …), and what it counts there. */
export interface BucketPlace {
  readonly at: number;
  readonly weight: number;
}

/** What the bucket counts that ended so many buckets before the window did: thousandths, half after a quarter of the window. */
const weightOf = (bucketsBefore: number, buckets: number): number =>
  Math.round(FULL_WEIGHT * 2 ** ((-HALF_LIVES * bucketsBefore) / buckets));

/** @param startMs of a bucket within the windows that are read. */
export const placeOfBucket = ({ width, lengthMs, endMs }: TrendSpan, startMs: number): BucketPlace => {
  const buckets = lengthMs / width;
  const back = (endMs - width - startMs) / width;
  return { at: Math.floor(back / buckets), weight: weightOf(back % buckets, buckets) };
};

/** The starts of all buckets of the windows that are read, the earliest first. */
export const bucketStarts = ({ width, firstMs, endMs }: TrendSpan): readonly number[] =>
  Array.from({ length: (endMs - firstMs) / width }, (_, n) => firstMs + n * width);
