import { latest, PRESENT } from '../measures/index.ts';
import { DAY_MS, HOUR_MS } from './buckets.ts';
import { keyedView } from './keyed-view.ts';

/**
 * The popularity of a bucket is what TMDB was observed to say last within it, by event time, then by place in the log: a level, not a flow, so it is neither added up
 * nor weighed by how often somebody asked. The same observation once more changes nothing. Observations that say no popularity are not looked at.
 */
const popularityBuckets = (name: string, bucketMs: number) =>
  keyedView({
    name,
    events: ['rating_observed'],
    where: { source: 'tmdb', popularity_e3: PRESENT },
    bucketMs,
    measures: { latest: latest({ popularity_e3: 'BIGINT' }, 'at') },
  });

/** TMDB's popularity by event time. */
export const popularityByHour = popularityBuckets('popularity_by_hour', HOUR_MS);
export const popularityByDay = popularityBuckets('popularity_by_day', DAY_MS);
