/**
 * What makes a film stand out: a day on which much more or much less happened to it, or on which it was rated otherwise, than on the days before. Pure;
 * docs/analytics.md has the rules with an example.
 */
import type { MovieActivity } from '@rushes/views';

import { dateOf } from './analysis-days.ts';
import { median } from './median.ts';
import { roundedTo } from './quotient.ts';
import { ROBUST_THRESHOLD, robustScore, type RobustScore } from './robust-score.ts';
import { TREND_METRICS } from './trend-metrics.ts';

/** Ratings and reviews of a day that has enough of them to be more than a few; and of most days before, to be less. */
export const FEWEST_EVENTS = 10;
/** Ratings of a day whose average says something. */
export const FEWEST_RATINGS = 5;
/** Days before with ratings, so that there is something to compare with. */
const FEWEST_RATED_DAYS = 7;

/** Of independent events as many come on a day as of a Poisson distribution: they deviate by the root of what is usual. */
const leastOfEvents = (usual: number): number => Math.sqrt(Math.max(usual, 1));
const LEAST_OF_RATINGS = 0.5;

export const ANOMALY_KINDS = ['activity_high', 'activity_low', 'rating_high', 'rating_low'] as const;

export interface Anomaly {
  readonly kind: (typeof ANOMALY_KINDS)[number];
  readonly date: string;
  readonly value: number;
  readonly median: number;
  readonly mad: number;
  readonly score: number;
  readonly reason: string;
}

/** A day that is looked at. */
export interface ExaminedDay {
  readonly startMs: number;
  readonly activity: MovieActivity;
  /** What has not ended cannot be said to have been quiet. */
  readonly isComplete: boolean;
}

const DECIMALS = 3;

export const eventsOf = ({ ratings, reviews }: MovieActivity): number => ratings + reviews;
const averageOf = (activity: MovieActivity): number | null => TREND_METRICS.rating.value(activity, 1);

const shown = (value: number): number => roundedTo(value, DECIMALS);

const anomaly = (kind: Anomaly['kind'], startMs: number, value: number, score: RobustScore, fact: string, usual: string): Anomaly => {
  const [middle, mad, z] = [shown(score.median), shown(score.mad), shown(score.z)];
  const reason = `${fact} on ${dateOf(startMs)}. ${usual}: median ${middle}, median absolute deviation ${mad}. That is ${Math.abs(z)} deviations ${z > 0 ? 'above' : 'below'}, with ${ROBUST_THRESHOLD} as the threshold.`;
  return { kind, date: dateOf(startMs), value, median: middle, mad, score: z, reason };
};

const activityAnomaly = ({ startMs, activity, isComplete }: ExaminedDay, baseline: readonly MovieActivity[]): Anomaly | undefined => {
  const value = eventsOf(activity);
  const before = baseline.map(eventsOf);
  // Too few to be more than usual, and no day that could be less: most films on most days.
  if (value < FEWEST_EVENTS && (!isComplete || (median(before) ?? 0) < FEWEST_EVENTS)) return undefined;
  const score = robustScore(value, before, leastOfEvents);
  const fact = `${value} ratings and reviews`;
  const usual = `A day of the ${baseline.length} before`;
  if (score.z > ROBUST_THRESHOLD && value >= FEWEST_EVENTS) return anomaly('activity_high', startMs, value, score, fact, usual);
  if (score.z < -ROBUST_THRESHOLD && score.median >= FEWEST_EVENTS && isComplete)
    return anomaly('activity_low', startMs, value, score, fact, usual);
  return undefined;
};

const ratingAnomaly = ({ startMs, activity }: ExaminedDay, baseline: readonly MovieActivity[]): Anomaly | undefined => {
  const value = averageOf(activity);
  const averages = baseline.flatMap((day) => averageOf(day) ?? []);
  if (value === null || activity.ratings < FEWEST_RATINGS || averages.length < FEWEST_RATED_DAYS) return undefined;
  const score = robustScore(value, averages, () => LEAST_OF_RATINGS);
  if (Math.abs(score.z) <= ROBUST_THRESHOLD) return undefined;
  const fact = `An average of ${value} from ${activity.ratings} ratings`;
  const usual = `Averages of the ${averages.length} days with ratings among the ${baseline.length} before`;
  return anomaly(score.z > 0 ? 'rating_high' : 'rating_low', startMs, value, score, fact, usual);
};

/** Those of a film, the farthest off first. @param baseline each day before those that are examined. */
export const anomaliesOf = (baseline: readonly MovieActivity[], examined: readonly ExaminedDay[]): readonly Anomaly[] =>
  examined
    .flatMap((day) => [activityAnomaly(day, baseline), ratingAnomaly(day, baseline)])
    .filter((one) => one !== undefined)
    .toSorted((a, b) => Math.abs(b.score) - Math.abs(a.score));
