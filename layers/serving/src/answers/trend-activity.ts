/** What happened, day by day, to a movie or to all films of a genre together. */
import { type MovieActivity, NO_ACTIVITY } from '@rushes/views';

import type { Snapshot } from '../merge/snapshot.ts';
import { dailyActivity, plusActivity } from './daily-activity.ts';
import { filmFilter } from './film-filter.ts';

/** One movie by its key, or all films of a genre but adult ones. */
export type TrendSubject = { readonly movie: string } | { readonly genre: string };

/** Of each day within `[fromMs, toMs)`, in order. Which films a genre has is what is known now. */
export const trendActivity = async (
  snapshot: Snapshot,
  subject: TrendSubject,
  fromMs: number,
  toMs: number,
): Promise<readonly MovieActivity[]> => {
  const days = dailyActivity(snapshot, fromMs, toMs);
  const activities: MovieActivity[] = [];
  if ('movie' in subject) {
    for await (const day of days) activities.push(day.of(subject.movie));
    return activities;
  }
  const filter = filmFilter(snapshot.views.titles, { adult: 'exclude', genre: subject.genre });
  for await (const day of days) {
    const movies = day.movies();
    const isOfGenre = await filter([...movies.keys()]);
    let sum = NO_ACTIVITY;
    for (const [id, activity] of movies) if (isOfGenre(id)) sum = plusActivity(sum, activity);
    activities.push(sum);
  }
  return activities;
};
