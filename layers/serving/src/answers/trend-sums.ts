/** What a movie, or all films of a genre together, come to day by day. */
import { DAY_MS, type MovieActivity, NO_ACTIVITY } from '@rushes/views';

import type { Snapshot } from '../merge/snapshot.ts';
import { dailyActivity, plusActivity } from './daily-activity.ts';
import { filmFilter } from './film-filter.ts';
import type { Bucket } from './merged-buckets.ts';
import { popularityBuckets } from './popularity-buckets.ts';
import { POPULARITY_METRIC, type PopularitySums } from './trend-metrics.ts';

/** One movie by its key, or all films of a genre but adult ones. */
export type TrendSubject = { readonly movie: string } | { readonly genre: string };

/** Which films a genre has is what is known now. */
const sumsByDay = async <Value, Sums>(
  { views }: Snapshot,
  subject: TrendSubject,
  days: AsyncIterable<Bucket<Value>>,
  none: Sums,
  add: (sums: Sums, value: Value) => Sums,
): Promise<readonly Sums[]> => {
  const all: Sums[] = [];
  if ('movie' in subject) {
    for await (const day of days) {
      const value = day.of(subject.movie);
      all.push(value === undefined ? none : add(none, value));
    }
    return all;
  }
  const filter = filmFilter(views.titles, { adult: 'exclude', genre: subject.genre });
  for await (const day of days) {
    const movies = day.movies();
    const isOfGenre = await filter([...movies.keys()]);
    let sums = none;
    for (const [id, value] of movies) if (isOfGenre(id)) sums = add(sums, value);
    all.push(sums);
  }
  return all;
};

/** What happened on each day within `[fromMs, toMs)`, in order. */
export const trendActivity = (snapshot: Snapshot, subject: TrendSubject, fromMs: number, toMs: number): Promise<readonly MovieActivity[]> =>
  sumsByDay(snapshot, subject, dailyActivity(snapshot, fromMs, toMs), NO_ACTIVITY, plusActivity);

/** The popularities of each day within `[fromMs, toMs)`, in order: each film once, with what was observed last on the day. */
export const trendPopularity = (
  snapshot: Snapshot,
  subject: TrendSubject,
  fromMs: number,
  toMs: number,
): Promise<readonly PopularitySums[]> =>
  sumsByDay(
    snapshot,
    subject,
    popularityBuckets(snapshot, { width: DAY_MS, fromMs, toMs }),
    POPULARITY_METRIC.none,
    (sums, { popularityE3 }) => POPULARITY_METRIC.plus(sums, { observed: 1, sumE3: BigInt(popularityE3) }),
  );
