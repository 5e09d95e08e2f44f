/**
 * The films that stand out, the farthest off first. Days are read once, those that are examined before the others: then it is known of which films the baseline
 * matters, and only theirs are held. A film that fell silent shows in the baseline alone: where one was busy on half of its days, they are read again.
 */
import { compareUtf8 } from '@rushes/domain';
import { DAY_MS, type MovieActivity, NO_ACTIVITY } from '@rushes/views';

import { daysOf, type DayWindow, startOfDay } from './analysis-days.ts';
import { anomaliesOf, type Anomaly, eventsOf, FEWEST_EVENTS, FEWEST_RATINGS } from './anomalies.ts';
import { type ActivityParts, dailyActivity } from './daily-activity.ts';

/** The day that is asked about, which is still going on, and the one before it. */
const EXAMINED_DAYS = 2;

export interface AnomalySpan {
  readonly window: DayWindow;
  /** The baseline is `[baselineMs, examinedMs)`; the days within `[examinedMs, endMs)` are compared with it. */
  readonly baselineMs: number;
  readonly examinedMs: number;
  readonly endMs: number;
}

export const anomalySpan = (window: DayWindow, asOfMs: number): AnomalySpan => {
  const endMs = startOfDay(asOfMs) + DAY_MS;
  const examinedMs = endMs - EXAMINED_DAYS * DAY_MS;
  return { window, baselineMs: examinedMs - daysOf(window) * DAY_MS, examinedMs, endMs };
};

export interface AnomalousFilm {
  readonly id: string;
  readonly anomalies: readonly Anomaly[];
}

type Activities = Map<string, MovieActivity[]>;

/** All days of these films within a range. */
const addDays = async (to: Activities, parts: ActivityParts, fromMs: number, toMs: number): Promise<void> => {
  for await (const day of dailyActivity(parts, fromMs, toMs)) {
    const movies = day.movies();
    for (const [id, days] of to) days.push(movies.get(id) ?? NO_ACTIVITY);
  }
};

const farthest = ({ anomalies }: AnomalousFilm): number => Math.abs(anomalies[0]?.score ?? 0);

/** Of all titles, films or not. */
export const anomalousFilms = async (
  parts: ActivityParts,
  { window, baselineMs, examinedMs, endMs }: AnomalySpan,
): Promise<readonly AnomalousFilm[]> => {
  const examined: ReadonlyMap<string, MovieActivity>[] = [];
  const baselines: Activities = new Map();
  for await (const day of dailyActivity(parts, examinedMs, endMs)) {
    const movies = day.movies();
    examined.push(movies);
    for (const [id, activity] of movies)
      if (eventsOf(activity) >= FEWEST_EVENTS || activity.ratings >= FEWEST_RATINGS) baselines.set(id, []);
  }
  const busyDays = new Map<string, number>();
  for await (const day of dailyActivity(parts, baselineMs, examinedMs)) {
    const movies = day.movies();
    for (const [id, days] of baselines) days.push(movies.get(id) ?? NO_ACTIVITY);
    for (const [id, activity] of movies)
      if (eventsOf(activity) >= FEWEST_EVENTS && !baselines.has(id)) busyDays.set(id, (busyDays.get(id) ?? 0) + 1);
  }
  // A median of so many needs half of the days to have as many.
  const silent: Activities = new Map([...busyDays].flatMap(([id, busy]) => (2 * busy >= daysOf(window) ? [[id, []]] : [])));
  if (silent.size > 0) await addDays(silent, parts, baselineMs, examinedMs);

  const films: AnomalousFilm[] = [];
  for (const [id, days] of [...baselines, ...silent]) {
    const anomalies = anomaliesOf(
      days,
      examined.map((movies, at) => ({
        startMs: examinedMs + at * DAY_MS,
        activity: movies.get(id) ?? NO_ACTIVITY,
        isComplete: at < EXAMINED_DAYS - 1,
      })),
    );
    if (anomalies.length > 0) films.push({ id, anomalies });
  }
  return films.toSorted((a, b) => farthest(b) - farthest(a) || compareUtf8(a.id, b.id));
};
