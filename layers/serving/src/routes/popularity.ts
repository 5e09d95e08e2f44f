/** `GET /movies/{id}/popularity`: what TMDB was observed to say of a title's popularity, by hour or by day. */
import { Type } from 'typebox';

import { DAY_WINDOWS, type DayWindow } from '../answers/analysis-days.ts';
import { instantFault, isWritable } from '../answers/instant.ts';
import { bucketNumber, POPULARITY_BUCKETS, type PopularityBucket, popularitySeries, popularitySpan } from '../answers/popularity-series.ts';
import { findTitle, TITLE_ID_SCHEMA, titleBucketDependency } from '../answers/title-id.ts';
import { type Fault, notFound } from '../http/problem.ts';
import type { AddDataRoute } from './route-definition.ts';

/** Hours are 168 of a week; of longer windows they are not asked for. */
const WINDOW_OF_HOURS: DayWindow = '7d';

interface Asked {
  readonly bucket?: PopularityBucket | undefined;
  readonly window?: DayWindow | undefined;
  readonly as_of?: string | undefined;
}

const faultsOf = ({ bucket, window, as_of: asOf }: Asked): readonly Fault[] => {
  if (bucket === undefined || window === undefined) return [];
  const faults: Fault[] = [];
  if (bucket === 'hour' && window !== WINDOW_OF_HOURS)
    faults.push({ in: 'query', name: 'window', detail: `must be ${WINDOW_OF_HOURS} where buckets are hours` });
  if (asOf === undefined) return faults;
  const fault = instantFault(asOf);
  if (fault !== undefined) return [...faults, { in: 'query', name: 'as_of', detail: fault }];
  const { fromMs, toMs } = popularitySpan(bucket, window, Date.parse(asOf));
  // Both ends of the window are shown.
  if (!isWritable(fromMs) || !isWritable(toMs))
    faults.push({ in: 'query', name: 'as_of', detail: 'must be such that its window lies in the years 1 to 9999' });
  return faults;
};

const instantOrNull = Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'When it was observed.' });

export const addPopularity = (add: AddDataRoute, now: () => number): void =>
  add({
    url: '/movies/:id/popularity',
    operation: 'getMoviePopularity',
    summary: "A title's popularity at TMDB, by hour or by day",
    description:
      'The popularity of a bucket is what TMDB was observed to say last within it, by the time of the observation (`at`). The window ends with the bucket that `as_of` lies in.',
    tag: 'Films',
    params: Type.Object({ id: TITLE_ID_SCHEMA }),
    query: Type.Object({
      bucket: Type.Enum([...POPULARITY_BUCKETS], { type: 'string', default: 'day', description: 'Hours or days, in UTC.' }),
      window: Type.Enum([...DAY_WINDOWS], {
        type: 'string',
        default: '7d',
        description: `The last days; for hours, ${WINDOW_OF_HOURS} alone.`,
      }),
      as_of: Type.Optional(
        Type.String({ format: 'date-time', maxLength: 40, description: 'The moment that is asked about; now by default.' }),
      ),
    }),
    check: faultsOf,
    data: Type.Object({
      movie_id: Type.String(),
      bucket: Type.String(),
      window: Type.String(),
      from: Type.String({ format: 'date-time' }),
      to: Type.String({ format: 'date-time', description: 'The window ends before this moment.' }),
      latest: Type.Union([Type.Object({ value: Type.Number(), observed_at: Type.String({ format: 'date-time' }) }), Type.Null()], {
        description: 'The last observation of the window; null without any.',
      }),
      series: Type.Array(
        Type.Object({
          start: Type.String({ format: 'date-time', description: 'The bucket begins then.' }),
          value: Type.Union([Type.Number(), Type.Null()], {
            description: 'Null where nothing was observed in the bucket; three decimals.',
          }),
          observed_at: instantOrNull,
        }),
        { description: 'Each bucket of the window, the earliest first.' },
      ),
    }),
    // Without `as_of` the answer changes when the bucket of "now" does.
    dependsOn: ({ params: { id }, query: { bucket, as_of } }) =>
      titleBucketDependency(id, as_of === undefined ? bucketNumber(bucket, now()) : 0),
    answer: async (snapshot, { params: { id }, query: { bucket, window, as_of } }) => {
      const title = await findTitle(snapshot.views, id, {});
      if (title === undefined) throw notFound(`There is no title with the id ${id}.`);
      const span = popularitySpan(bucket, window, as_of === undefined ? now() : Date.parse(as_of));
      return {
        data: JSON.stringify({
          movie_id: title.key,
          bucket,
          window,
          from: new Date(span.fromMs).toISOString(),
          to: new Date(span.toMs).toISOString(),
          ...(await popularitySeries(snapshot, title.key, span)),
        }),
      };
    },
  });
