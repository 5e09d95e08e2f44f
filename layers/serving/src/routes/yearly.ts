/** `GET /analytics/yearly`: films year by year, and what changed against the year before. */
import { foldText } from '@rushes/domain';
import { ALL_FILMS } from '@rushes/views';
import { Type } from 'typebox';

import { arrayText, selectFields } from '../answers/documents.ts';
import { FILM_MONTH } from '../answers/analytics-entities.ts';
import { filmMonths } from '../answers/film-months.ts';
import { filmSumsByYear, type FilmSumsParts } from '../answers/film-sums-by-year.ts';
import { filmYears, YEAR_COLUMNS, type YearRow } from '../answers/film-years.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { seasonalPattern } from '../answers/month-figures.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { rowsOfObjects } from '../answers/whole-list.ts';
import { FOLDED } from '../http/parameter.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import type { AddDataRoute } from './route-definition.ts';

const genreKeyOf = (genre: string | undefined): string => (genre === undefined ? ALL_FILMS : foldText(genre));

const yearsOf = async (snapshot: FilmSumsParts & Pick<Snapshot, 'views'>, genre: string | undefined): Promise<readonly YearRow[]> => {
  await requireKnownNames(snapshot.views, { genres: [{ parameter: 'genre', names: genre === undefined ? [] : [genre] }] });
  const { merged } = await filmSumsByYear(snapshot, genreKeyOf(genre));
  return filmYears(merged);
};

export const addYearly = (add: AddDataRoute): void =>
  add({
    url: '/analytics/yearly',
    operation: 'listYears',
    summary: 'Films year by year, and the change against the year before',
    description:
      'Films are titles of type movie that are not for adults only, by their year of release. A year without films has no row, and counts as one with 0 films for the year after it. Averages are rounded half up to thousandths; a change is the difference of two numbers as they are shown.',
    tag: 'Analytics',
    params: Type.Object({}),
    query: Type.Object({
      genre: Type.Optional(
        Type.String({ [FOLDED]: true, minLength: 1, maxLength: 50, description: 'Only films of this genre; case does not matter.' }),
      ),
      fields: fieldsParameter(YEAR_COLUMNS.map(({ name }) => name)),
    }),
    data: Type.Object({
      years: Type.Array(Type.Ref('FilmYear#'), { description: 'The earliest year first.' }),
      months: Type.Array(FILM_MONTH, {
        minItems: 12,
        maxItems: 12,
        description:
          'The seasonal pattern: ratings and reviews that were given to these films by month of the calendar (UTC), over all years. Of releases no month is known.',
      }),
    }),
    // What is given to films makes the months.
    dependsOn: () => ({ activity: 0 }),
    table: {
      name: 'yearly',
      columns: YEAR_COLUMNS,
      pages: async function* (snapshot, { query: { genre } }) {
        yield rowsOfObjects(YEAR_COLUMNS, await yearsOf(snapshot, genre));
      },
    },
    answer: async (snapshot, { query: { genre, fields } }) => ({
      data: `{"years":${arrayText((await yearsOf(snapshot, genre)).map((row) => selectFields(JSON.stringify(row), fields)))},"months":${JSON.stringify(seasonalPattern(await filmMonths(snapshot, genreKeyOf(genre))))}}`,
    }),
  });
