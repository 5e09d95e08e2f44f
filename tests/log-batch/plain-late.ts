/**
 * What the ledger of late events has to say of the events that count, from the rules, in the plainest way: for each event, everything that came before it is
 * looked at again. Shares no code with what it checks.
 */
import { type Counted, BUCKETS_MS, movieRatings, popularityBucket, ratingBucket, saysPopularity, sentiment } from './plain-fold.ts';
import type { Row } from './read-version.ts';

const BUCKETED = {
  rating_given: { views: 'ratings_by_', widths: ['5m', 'day', 'hour'], state: ratingBucket },
  rating_observed: { views: 'popularity_by_', widths: ['day', 'hour'], state: popularityBucket },
  review_written: { views: 'reviews_by_', widths: ['5m', 'day', 'hour'], state: sentiment },
} as const;

const isBucketed = ({ type }: Counted): boolean => Object.hasOwn(BUCKETED, type);

/** The event's columns. */
const told = ({ type, movie, place, record }: Counted): Row => ({
  partition: record.partition,
  offset: place.offset,
  id: record.id,
  topic: record.partition.split('/')[0],
  type,
  movie_id: movie,
  at_ms: place.at_ms,
  appended_at_ms: record.appendedAtMs,
});

/** @param counted all events that count, by partition and offset. @returns the ledger's rows, ordered by partition, offset and view. */
export const plainLate = (counted: readonly Counted[]): readonly Row[] =>
  counted.flatMap((event, at): readonly Row[] => {
    const before = counted.slice(0, at).filter((one) => one.movie === event.movie && one.type === event.type);
    // By the names of the views.
    return event.type === 'rating_observed' ? [...behind(event, before), ...afterBuckets(event, before)] : afterBuckets(event, before);
  });

/** An observation that comes behind a newer one of its source. */
const behind = (event: Counted, before: readonly Counted[]): readonly Row[] => {
  const { payload, place } = event;
  const own = before.filter((one) => one.payload['source'] === payload['source']);
  const newestMs = Math.max(...own.map((one) => one.place.at_ms));
  if (newestMs <= place.at_ms) return [];
  const source = String(payload['source']);
  const shown = { [source]: movieRatings(own)[source] };
  const late = { view: 'movie_ratings', bucket_ms: null, bucket_width_ms: null, late_ms: newestMs - place.at_ms };
  return [{ ...told(event), ...late, before: shown, after: shown }];
};

/** An event whose buckets had ended when it was appended. */
const afterBuckets = (event: Counted, all: readonly Counted[]): readonly Row[] => {
  const { type, record } = event;
  if (!isBucketed(event) || (type === 'rating_observed' && !saysPopularity(event))) return [];
  const before = type === 'rating_observed' ? all.filter(saysPopularity) : all;
  const { views, widths, state } = BUCKETED[type as keyof typeof BUCKETED]; // as: it is one of them
  return widths.flatMap((name) => {
    const widthMs = BUCKETS_MS[name] ?? 0;
    const startOf = (one: Counted): number => Math.floor(one.place.at_ms / widthMs) * widthMs;
    const bucket_ms = startOf(event);
    const late_ms = record.appendedAtMs - (bucket_ms + widthMs);
    if (late_ms < 0) return [];
    const found = before.filter((one) => startOf(one) === bucket_ms);
    const states = { before: state(found), after: state([...found, event]) };
    return [{ ...told(event), view: `${views}${name}`, bucket_ms, bucket_width_ms: widthMs, late_ms, ...states }];
  });
};
