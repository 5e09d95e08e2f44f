/** What trends are asked of: a number for each day from exact sums of that day, rounded once. All else is computed from these numbers as they are shown. Pure. */
import type { MovieActivity } from '@rushes/views';

import { roundedQuotient } from './quotient.ts';

const THOUSANDTHS = 1000;
const TENTHS_TO_THOUSANDTHS = 100;
const TEN_THOUSANDTHS = 10_000;

export interface TrendMetric {
  /** Of averages and forecasts. */
  readonly decimals: number;
  /** What the value of a day can be. */
  readonly range: readonly [lowest: number, highest: number];
  /** Of so many days together, as that of one day: a mean of all events of them, or events a day. `null`: a mean of none. */
  value(activity: MovieActivity, days: number): number | null;
  /** How many events the value is made of. */
  count(activity: MovieActivity): number;
}

const perDay = (events: number, days: number): number => roundedQuotient(events, THOUSANDTHS, days) / THOUSANDTHS;

const countOf = (count: (activity: MovieActivity) => number): TrendMetric => ({
  decimals: 3,
  range: [0, Number.POSITIVE_INFINITY],
  value: (activity, days) => perDay(count(activity), days),
  count,
});

/** Average of the ratings that were given. */
const rating: TrendMetric = {
  decimals: 3,
  range: [1, 10],
  value: ({ ratings, sumTenths }) => (ratings === 0 ? null : roundedQuotient(sumTenths, TENTHS_TO_THOUSANDTHS, ratings) / THOUSANDTHS),
  count: ({ ratings }) => ratings,
};

/** Average compound score of reviews. */
const sentiment: TrendMetric = {
  decimals: 4,
  range: [-1, 1],
  value: ({ reviews, compoundE4 }) => (reviews === 0 ? null : roundedQuotient(compoundE4, 1, reviews) / TEN_THOUSANDTHS),
  count: ({ reviews }) => reviews,
};

export const TREND_METRICS = {
  rating,
  sentiment,
  votes: countOf(({ ratings }) => ratings),
  reviews: countOf(({ reviews }) => reviews),
} as const;

export type TrendMetricName = keyof typeof TREND_METRICS;
export const TREND_METRIC_NAMES = Object.keys(TREND_METRICS) as readonly TrendMetricName[]; // as: its own keys
