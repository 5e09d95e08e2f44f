import { count, sum } from '../measures/index.ts';
import { DAY_MS, FIVE_MINUTES_MS, HOUR_MS } from './buckets.ts';
import { keyedView } from './keyed-view.ts';

const GIVEN = { type: 'rating_given' };

const ratingBuckets = (name: string, bucketMs: number) =>
  keyedView({ name, events: ['rating_given'], bucketMs, measures: { count: count(GIVEN), sum_tenths: sum('score_tenths', GIVEN) } });

/** Given ratings by event time: for windows of up to a day, of up to a week, and longer ones. */
export const ratingsByFiveMinutes = ratingBuckets('ratings_by_5m', FIVE_MINUTES_MS);
export const ratingsByHour = ratingBuckets('ratings_by_hour', HOUR_MS);
export const ratingsByDay = ratingBuckets('ratings_by_day', DAY_MS);
