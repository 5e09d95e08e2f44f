/**
 * What happened to movies day by day (UTC), batch and speed layer together. Days are read some at a time and given in order, each of them, whether anything happened
 * on it or not; who asks for one movie parses no other one's numbers.
 */
import { setImmediate } from 'node:timers/promises';

import { activityKey, activityOf, DAY_MS, type MovieActivity, NO_ACTIVITY, readActivity } from '@rushes/views';

import type { OverlayState } from '../merge/overlay/overlay.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { requireDocument } from './documents.ts';

/** Some milliseconds of reading and adding; then others get their turn. */
const DAYS_PER_READ = 15;

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

/** The days that start within `[fromMs, toMs)`, the earliest first. Both are starts of days within the years 1 to 9999. */
export const dailyActivity = async function* (
  { batch, overlay }: ActivityParts,
  fromMs: number,
  toMs: number,
): AsyncGenerator<ActivityDay> {
  const added = new Map([...(overlay?.activity.within(DAY_MS, fromMs, toMs) ?? [])].map((bucket) => [bucket.startMs, bucket]));
  for (let readMs = fromMs; readMs < toMs; readMs += DAYS_PER_READ * DAY_MS) {
    const starts = Array.from({ length: Math.min(DAYS_PER_READ, (toMs - readMs) / DAY_MS) }, (_, n) => readMs + n * DAY_MS);
    const keys = starts.map((startMs) => activityKey(DAY_MS, startMs));
    const rows = await batch.activity.getMany(keys, { documents: ['movies'] });
    const texts = new Map(rows.map(({ key, documents }) => [key, requireDocument(documents[0], `document movies of ${key}`)]));
    for (const startMs of starts) {
      const text = texts.get(activityKey(DAY_MS, startMs));
      const later = added.get(startMs);
      yield {
        startMs,
        of(movieId) {
          const before = text === undefined ? NO_ACTIVITY : activityOf(text, movieId);
          const since = later?.of(movieId);
          return since === undefined ? before : plusActivity(before, since);
        },
        movies() {
          const all = new Map(text === undefined ? [] : readActivity(text));
          for (const [id, since] of later?.movies ?? []) all.set(id, plusActivity(all.get(id) ?? NO_ACTIVITY, since));
          return all;
        },
      };
    }
    await setImmediate();
  }
};
