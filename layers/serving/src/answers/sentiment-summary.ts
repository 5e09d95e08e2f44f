/** What reviews of a window of event time say, from the exact sums of its buckets. Pure; docs/analytics.md has the formulas. */
import { DAY_MS, HOUR_MS } from '@rushes/views';

import type { ReviewBucket } from '../merge/overlay/change-reviews.ts';
import { dateOf, dayNumber, startOfDay } from './analysis-days.ts';
import { roundedQuotient, roundedRatio, roundedTo } from './quotient.ts';

const DAYS = { '7d': 7, '30d': 30, '90d': 90 } as const;
export type SentimentWindow = keyof typeof DAYS | 'all';

/** Of all reviews so many last days are shown one by one, but none before the first review. */
const DAYS_OF_ALL = 90;

/** The width of the buckets that a window is made of depends on the window alone, so that every layer counts the same buckets. */
export const widthOf = (window: SentimentWindow): number => (window === '7d' ? HOUR_MS : DAY_MS);

const TEN_THOUSANDTHS = 10_000;

/** Rounded half away from zero to four decimals, from exact integers. */
const quotient = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : roundedQuotient(numerator, 1, denominator) / TEN_THOUSANDTHS;

const sumOf = (buckets: readonly ReviewBucket[], at: 1 | 2 | 3 | 4 | 5): number => buckets.reduce((sum, bucket) => sum + bucket[at], 0);

const summarize = (buckets: readonly ReviewBucket[]) => {
  const count = sumOf(buckets, 1);
  return {
    reviews: count,
    average: quotient(sumOf(buckets, 2), count),
    positive: quotient(TEN_THOUSANDTHS * sumOf(buckets, 3), count),
    neutral: quotient(TEN_THOUSANDTHS * sumOf(buckets, 4), count),
    negative: quotient(TEN_THOUSANDTHS * sumOf(buckets, 5), count),
  };
};

export const SENTIMENT_LABELS = ['positive', 'neutral', 'negative'] as const;
type Label = (typeof SENTIMENT_LABELS)[number];

/** The compound score from which on VADER calls a text positive, and, with a minus, negative. */
const LABEL_COMPOUND = 0.05;

const labelOf = (average: number): Label => (average >= LABEL_COMPOUND ? 'positive' : average <= -LABEL_COMPOUND ? 'negative' : 'neutral');

/** Standard deviations to either side that hold 95 of 100 values of a normal distribution. */
const CONFIDENCE_Z = 1.96;
const CONFIDENCE_DECIMALS = 4;

/**
 * The share of reviews with the label that can be relied on: the lower end of Wilson's score interval (1927) at 95 %. It grows with the number of reviews and with
 * how much they agree.
 */
const confidence = (agreeing: number, reviews: number): number => {
  const square = CONFIDENCE_Z ** 2;
  const spread = CONFIDENCE_Z * Math.sqrt((agreeing * (reviews - agreeing)) / reviews + square / 4);
  return roundedTo(Math.max(0, (agreeing + square / 2 - spread) / (reviews + square)), CONFIDENCE_DECIMALS);
};

const MILLIONTHS_OF_TEN_THOUSANDTH = 100n;
const MILLIONTHS = 1_000_000;

/**
 * The slope of the least-squares line through the compound scores of all reviews by their days, in points a day; millionths. `null`: all were written on one day.
 * Sums of buckets are enough for it, since all reviews of a day have the same day.
 */
const velocityOf = (buckets: readonly ReviewBucket[]): number | null => {
  const [first] = buckets;
  if (first === undefined) return null;
  let [n, x, xx, y, xy] = [0n, 0n, 0n, 0n, 0n];
  for (const [startMs, count, compoundE4] of buckets) {
    const day = BigInt(dayNumber(startMs) - dayNumber(first[0]));
    const [reviews, sum] = [BigInt(count), BigInt(compoundE4)];
    n += reviews;
    x += reviews * day;
    xx += reviews * day * day;
    y += sum;
    xy += sum * day;
  }
  const below = n * xx - x * x;
  return below === 0n ? null : roundedRatio((n * xy - x * y) * MILLIONTHS_OF_TEN_THOUSANDTH, below) / MILLIONTHS;
};

/** Each day that lies at least in part within `[fromMs, toMs)`, with its reviews among these. */
const dailyOf = (buckets: readonly ReviewBucket[], fromMs: number, toMs: number) => {
  const byDay = Map.groupBy(buckets, ([startMs]) => startOfDay(startMs));
  const begin = startOfDay(fromMs);
  // `fromMs` may lie in the middle of a day, as that of a window of hours does.
  return Array.from({ length: Math.ceil((toMs - begin) / DAY_MS) }, (_, at) => {
    const startMs = begin + at * DAY_MS;
    return { date: dateOf(startMs), ...summarize(byDay.get(startMs) ?? []) };
  });
};

/** All that is said of the reviews of a window. */
const describe = (buckets: readonly ReviewBucket[], dailyFromMs: number, endMs: number) => {
  const { reviews, average, ...shares } = summarize(buckets);
  const counts = { positive: sumOf(buckets, 3), neutral: sumOf(buckets, 4), negative: sumOf(buckets, 5) };
  const label = average === null ? null : labelOf(average);
  return {
    reviews,
    average,
    label,
    confidence: label === null ? null : confidence(counts[label], reviews),
    ...shares,
    counts,
    velocity: velocityOf(buckets),
    daily: dailyOf(buckets, dailyFromMs, endMs),
  };
};

/**
 * The window that ends with the bucket that `asOfMs` lies in, and the change of the average against the window before it.
 * `all`: everything up to there, without a trend.
 */
export const windowSentiment = (buckets: readonly ReviewBucket[], window: SentimentWindow, asOfMs: number) => {
  const width = widthOf(window);
  const endMs = Math.floor(asOfMs / width) * width + width;
  const to = new Date(endMs).toISOString();
  const within = (from: number, until: number) => buckets.filter(([start]) => start >= from && start < until);
  if (window === 'all') {
    const all = within(-Infinity, endMs);
    return { from: null, to, ...describe(all, Math.max(endMs - DAYS_OF_ALL * DAY_MS, all[0]?.[0] ?? endMs), endMs), trend: null };
  }
  const length = DAYS[window] * DAY_MS;
  const now = describe(within(endMs - length, endMs), endMs - length, endMs);
  const before = summarize(within(endMs - 2 * length, endMs - length));
  const trend =
    now.average === null || before.average === null ? null : Math.round((now.average - before.average) * TEN_THOUSANDTHS) / TEN_THOUSANDTHS;
  return { from: new Date(endMs - length).toISOString(), to, ...now, trend };
};
