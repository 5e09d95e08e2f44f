import type { KeyedView } from './keyed-view.ts';
import { lateRules } from './late.ts';
import { movieRatings } from './movie-ratings.ts';
import { movieRecords } from './movie-records.ts';
import { popularityByDay, popularityByHour } from './popularity-buckets.ts';
import { ratingsByDay, ratingsByFiveMinutes, ratingsByHour } from './rating-buckets.ts';
import { movieReviews, reviewsByDay, reviewsByFiveMinutes, reviewsByHour } from './review-buckets.ts';

export * from './buckets.ts';
export * from './fold.ts';
export * from './keyed-view.ts';
export { type LateRule, lateByMs } from './late.ts';
export * from './late-sql.ts';
export * from './sql.ts';
export { movieRatings, movieRecords, movieReviews, popularityByDay, popularityByHour };
export { ratingsByDay, ratingsByFiveMinutes, ratingsByHour, reviewsByDay, reviewsByFiveMinutes, reviewsByHour };

/** All keyed views. Whatever folds events folds them into each of these. */
export const KEYED_VIEWS: readonly KeyedView[] = [
  movieRecords,
  movieRatings,
  ratingsByFiveMinutes,
  ratingsByHour,
  ratingsByDay,
  popularityByHour,
  popularityByDay,
  movieReviews,
  reviewsByFiveMinutes,
  reviewsByHour,
  reviewsByDay,
];

/** How an event can be late, for each view that it can be late for. */
export const LATE_RULES = lateRules(KEYED_VIEWS);
