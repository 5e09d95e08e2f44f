/**
 * What events after the cut add to the buckets of the view `activity`: sums by width, bucket and movie. Invariant: hours and days are the sums of their five
 * minutes, so only states of those are held and read.
 */
import {
  ACTIVITY_WIDTHS,
  addActivities,
  type ActivityWidth,
  bucketStart,
  FIVE_MINUTES_MS,
  type MovieActivity,
  NO_ACTIVITY,
  ratingsByFiveMinutes,
  reviewsByFiveMinutes,
  splitKey,
} from '@rushes/views';

import { type ChangedBuckets, type ChangedBucketsEditor, noBuckets } from './changed-buckets.ts';
import type { EpochStates } from './epoch-states.ts';

/** The views whose events change it. */
export const ACTIVITY_VIEWS = [ratingsByFiveMinutes, reviewsByFiveMinutes] as const;

export type ChangedActivity = ChangedBuckets<ActivityWidth, MovieActivity>;

export const noActivity = (): ChangedActivity => noBuckets(ACTIVITY_WIDTHS);

/** Sets what events after the cut come to now, of a movie in its five minutes. @param key of the states: movie and start. */
export const setActivity = (edited: ChangedBucketsEditor<ActivityWidth, MovieActivity>, key: string, now: MovieActivity): void => {
  const { movieId, bucketMs = 0 } = splitKey(key);
  const before = edited.bucket(FIVE_MINUTES_MS, bucketMs).get(movieId) ?? NO_ACTIVITY;
  const difference = addActivities(now, before, -1);
  for (const width of ACTIVITY_WIDTHS) {
    const movies = edited.bucket(width, bucketStart(bucketMs, width));
    movies.set(movieId, addActivities(movies.get(movieId) ?? NO_ACTIVITY, difference, 1));
  }
};

/** What the epochs after the cut come to, of a movie in its five minutes. */
export const activityAt = (states: Pick<EpochStates, 'merged'>, key: string): MovieActivity => {
  const [ratings, reviews] = [states.merged(ratingsByFiveMinutes, key), states.merged(reviewsByFiveMinutes, key)];
  return {
    ratings: ratings?.count ?? 0,
    sumTenths: ratings?.sum_tenths ?? 0,
    reviews: reviews?.count ?? 0,
    compoundE4: reviews?.compound_e4 ?? 0,
  };
};
