/**
 * What the ledger of late events has to say of the events that count, from the rules, in the plainest way: for each event, everything that came before it is
 * looked at again. Shares no code with what it checks.
 */
import { type Counted, BUCKETS_MS, movieRatings, ratingBucket, sentiment } from './plain-fold.ts';
import type { Row } from './read-version.ts';

const BUCKETED = {
  rating_given: { views: 'ratings_by_', state: ratingBucket },
  review_written: { views: 'reviews_by_', state: sentiment },
} as const;

const isBucketed = (type: string): type is keyof typeof BUCKETED => Object.hasOwn(BUCKETED, type);

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
    const { type, payload, place, record } = event;
    const before = counted.slice(0, at).filter((one) => one.movie === event.movie && one.type === type);
    if (type === 'rating_observed') {
      const own = before.filter((one) => one.payload['source'] === payload['source']);
      const newestMs = Math.max(...own.map((one) => one.place.at_ms));
      if (newestMs <= place.at_ms) return [];
      const source = String(payload['source']);
      const shown = { [source]: movieRatings(own)[source] };
      const late = { view: 'movie_ratings', bucket_ms: null, bucket_width_ms: null, late_ms: newestMs - place.at_ms };
      return [{ ...told(event), ...late, before: shown, after: shown }];
    }
    if (!isBucketed(type)) return [];
    const { views, state } = BUCKETED[type];
    return Object.entries(BUCKETS_MS)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, widthMs]) => {
        const startOf = (one: Counted): number => Math.floor(one.place.at_ms / widthMs) * widthMs;
        const bucket_ms = startOf(event);
        const late_ms = record.appendedAtMs - (bucket_ms + widthMs);
        if (late_ms < 0) return [];
        const found = before.filter((one) => startOf(one) === bucket_ms);
        const states = { before: state(found), after: state([...found, event]) };
        return [{ ...told(event), view: `${views}${name}`, bucket_ms, bucket_width_ms: widthMs, late_ms, ...states }];
      });
  });
