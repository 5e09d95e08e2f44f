/** What TMDB was observed to say last of movies in each hour or day (UTC), batch and speed layer together. */
import { laterPopularity, type MoviePopularity, popularityOf, type PopularityWidth, readPopularity } from '@rushes/views';

import type { OverlayState } from '../merge/overlay/overlay.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { type Bucket, type BucketRange, type BucketView, mergedBuckets } from './merged-buckets.ts';

/** What of a snapshot tells of popularity. */
export interface PopularityParts {
  readonly batch: Pick<Snapshot['batch'], 'popularity'>;
  readonly overlay: Pick<OverlayState, 'popularity'> | undefined;
}

const POPULARITY: BucketView<MoviePopularity> = { read: readPopularity, of: popularityOf, merge: laterPopularity };

/** The buckets of a range, each of them, the earliest first. */
export const popularityBuckets = (
  { batch, overlay }: PopularityParts,
  range: BucketRange<PopularityWidth>,
): AsyncGenerator<Bucket<MoviePopularity>> => mergedBuckets(POPULARITY, batch.popularity, overlay?.popularity, range);
