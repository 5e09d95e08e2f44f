/** A title's popularity bucket by bucket, and what of it was observed last. Pure but for the reading of buckets; docs/analytics.md says what a bucket's is. */
import { bucketStart, DAY_MS, HOUR_MS, type MoviePopularity } from '@rushes/views';

import { type DayWindow, daysOf } from './analysis-days.ts';
import { popularityBuckets, type PopularityParts } from './popularity-buckets.ts';

const WIDTHS = { hour: HOUR_MS, day: DAY_MS } as const;
export type PopularityBucket = keyof typeof WIDTHS;
export const POPULARITY_BUCKETS = Object.keys(WIDTHS) as readonly PopularityBucket[]; // as: its own keys

/** The number of the bucket that a moment lies in, from 1970-01-01 on: equal numbers, equal windows. */
export const bucketNumber = (bucket: PopularityBucket, atMs: number): number => Math.floor(atMs / WIDTHS[bucket]);

/** The window that ends with the bucket that `asOfMs` lies in: `[fromMs, toMs)`. */
export const popularitySpan = (bucket: PopularityBucket, window: DayWindow, asOfMs: number) => {
  const width = WIDTHS[bucket];
  const toMs = bucketStart(asOfMs, width) + width;
  return { width, fromMs: toMs - daysOf(window) * DAY_MS, toMs };
};

const THOUSANDTHS = 1000;

/** As it is shown. */
export const shownPopularity = ({ popularityE3, atMs }: MoviePopularity) => ({
  value: popularityE3 / THOUSANDTHS,
  observed_at: new Date(atMs).toISOString(),
});

const NOT_OBSERVED = { value: null, observed_at: null };

/** Each bucket of the span, the earliest first, and the last observation of all of them. */
export const popularitySeries = async (parts: PopularityParts, movieId: string, span: ReturnType<typeof popularitySpan>) => {
  let latest: MoviePopularity | undefined;
  const series: object[] = [];
  for await (const bucket of popularityBuckets(parts, span)) {
    const observed = bucket.of(movieId);
    latest = observed ?? latest;
    series.push({ start: new Date(bucket.startMs).toISOString(), ...(observed === undefined ? NOT_OBSERVED : shownPopularity(observed)) });
  }
  return { latest: latest === undefined ? null : shownPopularity(latest), series };
};
