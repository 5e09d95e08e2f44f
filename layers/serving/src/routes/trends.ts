/** `GET /analytics/trends`: a metric of a movie or a genre day by day, where it is going, and what the next days may bring. */
import { Type } from 'typebox';

import { DAY_WINDOWS, type DayWindow, dayNumber } from '../answers/analysis-days.ts';
import { instantFault, isWritable } from '../answers/instant.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { findTitle, TITLE_ID_SCHEMA } from '../answers/title-id.ts';
import { POPULARITY_METRIC, TREND_METRIC_NAMES, TREND_METRICS, type TrendMetricName } from '../answers/trend-metrics.ts';
import { lastForecastMs, type TrendDays, trendDays, trendSeries } from '../answers/trend-series.ts';
import { trendActivity, trendPopularity, type TrendSubject } from '../answers/trend-sums.ts';
import { FOLDED } from '../http/parameter.ts';
import { type Fault, notFound } from '../http/problem.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import type { AddDataRoute } from './route-definition.ts';

/** All days that are read or forecast have to have a name of the calendar. */
const faultsOfAsOf = (asOf: string | undefined, window: DayWindow | undefined): readonly Fault[] => {
  if (asOf === undefined || window === undefined) return [];
  const fault = instantFault(asOf);
  if (fault !== undefined) return [{ in: 'query', name: 'as_of', detail: fault }];
  const days = trendDays(window, Date.parse(asOf));
  return isWritable(days.readMs) && isWritable(lastForecastMs(days))
    ? []
    : [{ in: 'query', name: 'as_of', detail: 'must be such that its window and the days around it lie in the years 1 to 9999' }];
};

/** @param isReadable whether all parameters are right by themselves: one that is not may be the one that is missed. */
const faultsOfSubject = (movieId: string | undefined, genre: string | undefined, isReadable: boolean): readonly Fault[] => {
  if (movieId !== undefined && genre !== undefined)
    return [{ in: 'query', name: 'genre', detail: 'cannot be given beside movie_id: ask for one of the two' }];
  if (movieId === undefined && genre === undefined && isReadable)
    return [{ in: 'query', name: 'movie_id', detail: 'is required, unless there is a genre' }];
  return [];
};

const subjectOf = async ({ views }: Snapshot, movieId: string | undefined, genre: string | undefined): Promise<TrendSubject> => {
  if (movieId === undefined) {
    if (genre === undefined) throw new Error('neither a movie nor a genre was asked for, and the check let it through');
    await requireKnownNames(views, { genres: [{ parameter: 'genre', names: [genre] }] });
    return { genre };
  }
  const title = await findTitle(views, movieId, {});
  if (title === undefined) throw notFound(`There is no title with the id ${movieId}.`);
  return { movie: title.key };
};

const seriesOf = async (snapshot: Snapshot, subject: TrendSubject, metric: TrendMetricName, days: TrendDays) =>
  metric === 'popularity'
    ? trendSeries(days, POPULARITY_METRIC, await trendPopularity(snapshot, subject, days.readMs, days.toMs))
    : trendSeries(days, TREND_METRICS[metric], await trendActivity(snapshot, subject, days.readMs, days.toMs));

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });
const date = Type.String({ format: 'date', description: 'The day, in UTC.' });
const extreme = (which: string) =>
  Type.Union([Type.Object({ date, value: Type.Number() }), Type.Null()], {
    description: `The ${which} value of a complete day; of several days the earliest. Null without any.`,
  });

const DATA = Type.Object({
  movie_id: textOrNull,
  genre: textOrNull,
  metric: Type.String(),
  window: Type.String(),
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time', description: 'The window ends before this moment.' }),
  direction: Type.Enum(['rising', 'falling', 'flat'], { type: 'string', description: '`flat` unless it is significant: |z| above 1.96.' }),
  significance: Type.Object(
    {
      method: Type.String(),
      days: Type.Integer({ description: 'Complete days with a value, which the test is about.' }),
      s: Type.Integer({ description: 'Pairs of days that rise, less those that fall.' }),
      z: Type.Number(),
      p_value: Type.Number({ description: 'How likely at least such a z is without a direction.' }),
    },
    { description: 'The test of Mann and Kendall, with corrections for ties and continuity.' },
  ),
  change_per_day: numberOrNull(
    'Slope of Theil and Sen: the median change a day between two days; millionths. Null for fewer than two days.',
  ),
  minimum: extreme('lowest'),
  maximum: extreme('highest'),
  series: Type.Array(
    Type.Object({
      date,
      value: numberOrNull('Of an average on a day without events, that of the last day before with any; null where there is none.'),
      count: Type.Integer({ description: 'Events that the value is made of; for `popularity`, films that were observed on the day.' }),
      moving_average: numberOrNull(
        'Of the seven days that end with this one: the mean of all their events, or events a day; for `popularity`, of all values of films on these days.',
      ),
      complete: Type.Boolean({ description: 'Whether the day had ended at `as_of`.' }),
    }),
    { description: 'Each day of the window, the earliest first.' },
  ),
  forecast: Type.Union(
    [
      Type.Object({
        method: Type.String(),
        alpha: Type.Number(),
        values: Type.Integer({ description: 'Days that it was made from.' }),
        interval: Type.Number({ description: 'The part of days that are meant to lie from `low` to `high`.' }),
        series: Type.Array(Type.Object({ date, value: Type.Number(), low: Type.Number(), high: Type.Number() })),
      }),
      Type.Null(),
    ],
    { description: 'Of the day that is asked about and the six after it; null with fewer than eight values in the 28 days before.' },
  ),
});

export const addTrends = (add: AddDataRoute, now: () => number): void =>
  add({
    url: '/analytics/trends',
    operation: 'getTrend',
    summary: 'A metric of a title or a genre day by day, its direction, and a forecast',
    description:
      'Give `movie_id` or `genre`. Ratings, reviews and observations of TMDB count by their own time (`at`), in days of UTC. The window ends with the day that `as_of` lies in; that day is taken to be still going on, and counts in neither direction, extremes nor forecast. A genre has those of all its films, without adult ones, by the genres that they have now.',
    tag: 'Analytics',
    params: Type.Object({}),
    query: Type.Object({
      movie_id: Type.Optional(TITLE_ID_SCHEMA),
      genre: Type.Optional(
        Type.String({
          [FOLDED]: true,
          minLength: 1,
          maxLength: 50,
          description: 'All films of this genre together; case does not matter.',
        }),
      ),
      metric: Type.Enum([...TREND_METRIC_NAMES], {
        type: 'string',
        default: 'votes',
        description:
          "Average of the ratings that were given; average compound score of reviews; number of ratings given; number of reviews; TMDB's popularity as it was observed last on each day, for a genre the average of the films that were observed on it.",
      }),
      window: Type.Enum([...DAY_WINDOWS], { type: 'string', default: '30d', description: 'How many days.' }),
      as_of: Type.Optional(
        Type.String({ format: 'date-time', maxLength: 40, description: 'The moment that is asked about; now by default.' }),
      ),
    }),
    check: ({ movie_id, genre, window, as_of }, given) => [
      ...faultsOfSubject(movie_id, genre, given !== undefined),
      ...faultsOfAsOf(as_of, window),
    ],
    data: DATA,
    // All days of many movies are added up for a genre.
    isLong: true,
    // Without `as_of` the answer changes when the day of "now" does.
    dependsOn: ({ query: { as_of } }) => ({ activity: as_of === undefined ? dayNumber(now()) : 0 }),
    answer: async (snapshot, { query: { movie_id, genre, metric, window, as_of } }) => {
      const subject = await subjectOf(snapshot, movie_id, genre);
      const days = trendDays(window, as_of === undefined ? now() : Date.parse(as_of));
      return {
        data: JSON.stringify({
          movie_id: 'movie' in subject ? subject.movie : null,
          genre: 'genre' in subject ? subject.genre : null,
          metric,
          window,
          from: new Date(days.fromMs).toISOString(),
          to: new Date(days.toMs).toISOString(),
          ...(await seriesOf(snapshot, subject, metric, days)),
        }),
      };
    },
  });
