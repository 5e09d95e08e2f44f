/** What trends are asked of: a number for each day from exact sums of that day, rounded once. All else is computed from these numbers as they are shown. Pure. */
import { type MovieActivity, NO_ACTIVITY } from '@rushes/views';

import { plusActivity } from './daily-activity.ts';
import { roundedQuotient, roundedRatio } from './quotient.ts';

const THOUSANDTHS = 1000;
const TENTHS_TO_THOUSANDTHS = 100;
const TEN_THOUSANDTHS = 10_000;

export interface TrendMetric<Sums = MovieActivity> {
  /** Of averages and forecasts. */
  readonly decimals: number;
  /** What the value of a day can be. */
  readonly range: readonly [lowest: number, highest: number];
  /** The sums of nothing. */
  readonly none: Sums;
  /** Those of both together. */
  plus(a: Sums, b: Sums): Sums;
  /** Of so many days together, as that of one day: a mean of all events of them, or events a day. `null`: a mean of none. */
  value(sums: Sums, days: number): number | null;
  /** How many events the value is made of. */
  count(sums: Sums): number;
}

const OF_ACTIVITY = { none: NO_ACTIVITY, plus: plusActivity };

const perDay = (events: number, days: number): number => roundedQuotient(events, THOUSANDTHS, days) / THOUSANDTHS;

const countOf = (count: (activity: MovieActivity) => number): TrendMetric => ({
  ...OF_ACTIVITY,
  decimals: 3,
  range: [0, Number.POSITIVE_INFINITY],
  value: (activity, days) => perDay(count(activity), days),
  count,
});

/** Average of the ratings that were given. */
const rating: TrendMetric = {
  ...OF_ACTIVITY,
  decimals: 3,
  range: [1, 10],
  value: ({ ratings, sumTenths }) => (ratings === 0 ? null : roundedQuotient(sumTenths, TENTHS_TO_THOUSANDTHS, ratings) / THOUSANDTHS),
  count: ({ ratings }) => ratings,
};

/** Average compound score of reviews. */
const sentiment: TrendMetric = {
  ...OF_ACTIVITY,
  decimals: 4,
  range: [-1, 1],
  value: ({ reviews, compoundE4 }) => (reviews === 0 ? null : roundedQuotient(compoundE4, 1, reviews) / TEN_THOUSANDTHS),
  count: ({ reviews }) => reviews,
};

/** Metrics of what happened. */
export const TREND_METRICS = {
  rating,
  sentiment,
  votes: countOf(({ ratings }) => ratings),
  reviews: countOf(({ reviews }) => reviews),
} as const;

/** Popularities of films on a day, of several days one beside the other: integers that are added. */
export interface PopularitySums {
  /** How many. */
  readonly observed: number;
  /** Their sum, in thousandths: of many films it may be more than a double holds. */
  readonly sumE3: bigint;
}

/** Average of TMDB's popularity: each film counts once a day, with what was observed last on it. */
export const POPULARITY_METRIC: TrendMetric<PopularitySums> = {
  none: { observed: 0, sumE3: 0n },
  plus: (a, b) => ({ observed: a.observed + b.observed, sumE3: a.sumE3 + b.sumE3 }),
  decimals: 3,
  range: [0, Number.POSITIVE_INFINITY],
  value: ({ observed, sumE3 }) => (observed === 0 ? null : roundedRatio(sumE3, BigInt(observed)) / THOUSANDTHS),
  count: ({ observed }) => observed,
};

export type TrendMetricName = keyof typeof TREND_METRICS | 'popularity';
export const TREND_METRIC_NAMES = [...Object.keys(TREND_METRICS), 'popularity'] as readonly TrendMetricName[]; // as: its own keys
