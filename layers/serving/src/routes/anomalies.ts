/** `GET /analytics/anomalies`: films to which more or less happens than usual, or that are rated otherwise than before. */
import { movieDocument } from '@rushes/views';
import { Type } from 'typebox';

import { adultParameter } from '../answers/adult.ts';
import { DAY_WINDOWS, type DayWindow, dayNumber } from '../answers/analysis-days.ts';
import { anomalousFilms, type AnomalousFilm, anomalySpan } from '../answers/anomalous-films.ts';
import { arrayText, extendObject, selectFields, shownOf } from '../answers/documents.ts';
import { movieFields } from '../answers/entities.ts';
import { type FilmCondition, filmFilter, passing } from '../answers/film-filter.ts';
import { instantFault, isWritable } from '../answers/instant.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { limitParameter } from '../answers/top-list.ts';
import { FOLDED } from '../http/parameter.ts';
import type { Fault } from '../http/problem.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import type { AddDataRoute } from './route-definition.ts';

const MAX_MOVIES = 100;

const instant = (ms: number): string => new Date(ms).toISOString();

/** All days that are read have to have a name of the calendar. */
const faultsOfAsOf = (asOf: string | undefined, window: DayWindow | undefined): readonly Fault[] => {
  if (asOf === undefined || window === undefined) return [];
  const fault = instantFault(asOf);
  if (fault !== undefined) return [{ in: 'query', name: 'as_of', detail: fault }];
  const { baselineMs, endMs } = anomalySpan(window, Date.parse(asOf));
  return isWritable(baselineMs) && isWritable(endMs)
    ? []
    : [{ in: 'query', name: 'as_of', detail: 'must be such that it and the days before it lie in the years 1 to 9999' }];
};

/** JSON objects of the first films that are asked for. */
const shownFilms = async (
  { views }: Snapshot,
  films: readonly AnomalousFilm[],
  asked: FilmCondition & { readonly limit: number; readonly fields: readonly string[] | undefined },
): Promise<readonly string[]> => {
  const found: AnomalousFilm[] = [];
  for await (const film of passing(films, filmFilter(views.titles, asked))) {
    found.push(film);
    if (found.length === asked.limit) break;
  }
  const rows = await views.titles.getMany(
    found.map(({ id }) => id),
    { documents: ['shown'] },
  );
  const documents = new Map(rows.map((row) => [row.key, shownOf(row)]));
  return found.flatMap(({ id, anomalies }) => {
    const document = documents.get(id);
    if (document === undefined) return [];
    const members = JSON.stringify({ anomalies }).slice(1, -1);
    return [selectFields(extendObject(movieDocument(id, document), members), asked.fields)];
  });
};

export const addAnomalies = (add: AddDataRoute, now: () => number): void =>
  add({
    url: '/analytics/anomalies',
    operation: 'listAnomalies',
    summary: 'Films that stand out from their own days before',
    description:
      'The day that `as_of` lies in (UTC) and the one before it are compared with the days of the window before them, by the median and the median absolute deviation: ratings and reviews that came, and the average of the ratings given. A film stands out from 3.5 deviations on; days with few events do not. The farthest off comes first.',
    tag: 'Analytics',
    params: Type.Object({}),
    query: Type.Object({
      window: Type.Enum([...DAY_WINDOWS], { type: 'string', default: '30d', description: 'How many days before are compared with.' }),
      genre: Type.Optional(
        Type.String({ [FOLDED]: true, minLength: 1, maxLength: 50, description: 'Only films of this genre; case does not matter.' }),
      ),
      adult: adultParameter,
      limit: limitParameter('films', MAX_MOVIES),
      as_of: Type.Optional(
        Type.String({ format: 'date-time', maxLength: 40, description: 'The moment that is asked about; now by default.' }),
      ),
      fields: fieldsParameter([...Object.keys(movieFields), 'anomalies']),
    }),
    check: ({ as_of, window }) => faultsOfAsOf(as_of, window),
    data: Type.Object({
      window: Type.String(),
      baseline_from: Type.String({ format: 'date-time', description: 'Where the days begin that are compared with.' }),
      examined_from: Type.String({ format: 'date-time', description: 'Where these end, and the two days begin that are examined.' }),
      to: Type.String({ format: 'date-time', description: 'The days that are examined end before this moment.' }),
      movies: Type.Array(Type.Ref('AnomalousMovie#'), { description: 'The farthest off first.' }),
    }),
    // All days of all movies are read.
    isLong: true,
    // Without `as_of` the answer changes when the day of "now" does.
    dependsOn: ({ query: { as_of } }) => ({ activity: as_of === undefined ? dayNumber(now()) : 0 }),
    answer: async (snapshot, { query: { window, as_of, genre, adult, limit, fields } }) => {
      await requireKnownNames(snapshot.views, { genres: [{ parameter: 'genre', names: genre === undefined ? [] : [genre] }] });
      const span = anomalySpan(window, as_of === undefined ? now() : Date.parse(as_of));
      const movies = await shownFilms(snapshot, await anomalousFilms(snapshot, span), { genre, adult, limit, fields });
      const ends = `"baseline_from":"${instant(span.baselineMs)}","examined_from":"${instant(span.examinedMs)}","to":"${instant(span.endMs)}"`;
      return { data: `{"window":"${window}",${ends},"movies":${arrayText(movies)}}` };
    },
  });
