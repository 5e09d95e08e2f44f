/**
 * What events after the cut say of TMDB's popularity, by width, bucket and movie: the last observation of each. Invariant: a day's is the last one of its hours',
 * so only states of hours are held and read. A state only comes to hold more events, so its last observation never gets an earlier one.
 */
import {
  bucketStart,
  laterPopularity,
  type MoviePopularity,
  POPULARITY_WIDTHS,
  popularityByHour,
  type PopularityWidth,
  splitKey,
  type StateOf,
} from '@rushes/views';

import { type ChangedBuckets, type ChangedBucketsEditor, noBuckets } from './changed-buckets.ts';
import type { EpochStates } from './epoch-states.ts';

/** The views whose events change it. */
export const POPULARITY_VIEWS = [popularityByHour] as const;

export type ChangedPopularity = ChangedBuckets<PopularityWidth, MoviePopularity>;

export const noPopularity = (): ChangedPopularity => noBuckets(POPULARITY_WIDTHS);

/** Sets what was observed last after the cut, of a movie in its hour. @param key of the states: movie and start. */
export const setPopularity = (
  edited: ChangedBucketsEditor<PopularityWidth, MoviePopularity>,
  key: string,
  now: MoviePopularity | undefined,
): void => {
  if (now === undefined) return;
  const { movieId, bucketMs = 0 } = splitKey(key);
  for (const width of POPULARITY_WIDTHS) {
    const movies = edited.bucket(width, bucketStart(bucketMs, width));
    const known = movies.get(movieId);
    movies.set(movieId, known === undefined ? now : laterPopularity(known, now));
  }
};

/** The observation that a state has. */
export const popularityIn = ({ latest }: StateOf<typeof popularityByHour>): MoviePopularity | undefined =>
  latest === null ? undefined : { popularityE3: Number(latest.popularity_e3), atMs: latest.at_ms, offset: latest.offset };

/** What was observed last in the epochs after the cut, of a movie in its hour. */
export const popularityAt = (states: Pick<EpochStates, 'merged'>, key: string): MoviePopularity | undefined => {
  const state = states.merged(popularityByHour, key);
  return state && popularityIn(state);
};
