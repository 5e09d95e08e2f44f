/** What happened to movies day by day (UTC), batch and speed layer together. */
import { activityOf, DAY_MS, type MovieActivity, NO_ACTIVITY, readActivity } from '@rushes/views';

import type { OverlayState } from '../merge/overlay/overlay.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { type BucketView, mergedBuckets } from './merged-buckets.ts';

export interface ActivityDay {
  readonly startMs: number;
  /** What happened to one movie. */
  of(movieId: string): MovieActivity;
  /** All movies that anything happened to. */
  movies(): ReadonlyMap<string, MovieActivity>;
}

/** What of a snapshot tells of activity. */
export interface ActivityParts {
  readonly batch: Pick<Snapshot['batch'], 'activity'>;
  readonly overlay: Pick<OverlayState, 'activity'> | undefined;
}

export const plusActivity = (a: MovieActivity, b: MovieActivity): MovieActivity => ({
  ratings: a.ratings + b.ratings,
  sumTenths: a.sumTenths + b.sumTenths,
  reviews: a.reviews + b.reviews,
  compoundE4: a.compoundE4 + b.compoundE4,
});

const ACTIVITY: BucketView<MovieActivity> = { read: readActivity, of: activityOf, merge: plusActivity };

/** The days that start within `[fromMs, toMs)`, each of them, the earliest first. Both are starts of days within the years 1 to 9999. */
export const dailyActivity = async function* (
  { batch, overlay }: ActivityParts,
  fromMs: number,
  toMs: number,
): AsyncGenerator<ActivityDay> {
  for await (const day of mergedBuckets(ACTIVITY, batch.activity, overlay?.activity, { width: DAY_MS, fromMs, toMs }))
    yield { startMs: day.startMs, of: (movieId) => day.of(movieId) ?? NO_ACTIVITY, movies: () => day.movies() };
};
