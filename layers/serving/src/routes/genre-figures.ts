/** `GET /analytics/genre/{genre}`: what all films of a genre come to, or those of one year. */
import { foldText } from '@rushes/domain';
import { type FilmSums, movieDocument } from '@rushes/views';
import { Type } from 'typebox';

import { GENRE_FIGURES } from '../answers/analytics-entities.ts';
import { arrayText, extendObject, selectFields, shownOf } from '../answers/documents.ts';
import { figure, figureChange } from '../answers/film-figures.ts';
import { filmMonths, type Months } from '../answers/film-months.ts';
import { filmSumsByYear, type SumsByYear, sumsOfYear } from '../answers/film-sums-by-year.ts';
import { activityWithin, monthChanges, monthFigures } from '../answers/month-figures.ts';
import { requireGenre } from '../answers/known-names.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { limitParameter, rankable } from '../answers/top-list.ts';
import { FOLDED } from '../http/parameter.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { genreConditions, yearParameter } from './film-filters.ts';
import type { AddDataRoute } from './route-definition.ts';

const MAX_TOP_FILMS = 100;
/** Events know no other. */
const CURRENCY = 'USD';

const figuresOf = (sums: FilmSums) => ({
  films: figure('films', sums),
  rated_films: figure('rated_films', sums),
  votes: figure('votes', sums),
  average_rating: figure('average_rating', sums),
  sentiment: {
    reviews: figure('reviews', sums),
    average: figure('average_sentiment', sums),
    positive: figure('positive', sums),
    neutral: figure('neutral', sums),
    negative: figure('negative', sums),
  },
  runtime: {
    known_films: figure('runtime_films', sums),
    total: figure('total_runtime', sums),
    average: figure('average_runtime', sums),
  },
  budget: {
    known_films: figure('budget_films', sums),
    total_cents: figure('budget_cents', sums),
    average_cents: figure('average_budget_cents', sums),
    currency: CURRENCY,
  },
  revenue: {
    known_films: figure('revenue_films', sums),
    total_cents: figure('revenue_cents', sums),
    average_cents: figure('average_revenue_cents', sums),
    currency: CURRENCY,
  },
  popularity: {
    known_films: figure('popularity_films', sums),
    high: figure('popularity_high', sums),
    medium: figure('popularity_medium', sums),
    low: figure('popularity_low', sums),
  },
});

const CHANGES = ['films', 'votes', 'average_rating', 'average_sentiment', 'average_runtime', 'budget_cents', 'revenue_cents'] as const;

const changeOf = (byYear: SumsByYear, year: number) =>
  Object.fromEntries(CHANGES.map((name) => [name, figureChange(name, sumsOfYear(byYear, year), sumsOfYear(byYear, year - 1))]));

const activityOf = (months: Months, year: number, month: number | undefined) => {
  const [now, before] = [activityWithin(months, year, month), activityWithin(months, year - 1, month)];
  const [from, to] = month === undefined ? [Date.UTC(year, 0), Date.UTC(year + 1, 0)] : [Date.UTC(year, month - 1), Date.UTC(year, month)];
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...monthFigures(now), change: monthChanges(now, before) };
};

/** JSON objects of the films that most votes say most for. */
const topFilms = async ({ views }: Snapshot, genre: string, year: number | undefined, limit: number): Promise<string> => {
  const rows = await views.titles.list({
    where: [
      ...rankable(1, 'exclude'),
      ...genreConditions([genre]),
      ...(year === undefined ? [] : [{ column: 'year', op: 'eq', value: year } as const]),
    ],
    sort: [{ column: 'weight', desc: true }],
    limit,
    documents: ['shown'],
  });
  return arrayText(rows.map((row) => movieDocument(row.key, shownOf(row))));
};

export const addGenreFigures = (add: AddDataRoute): void =>
  add({
    url: '/analytics/genre/:genre',
    operation: 'getGenreFigures',
    summary: 'What the films of a genre come to',
    description:
      'Films are titles of type movie that are not for adults only. All figures are of the films as they are known now, their reviews included, whenever these were written; averages are null where nothing is known to average.',
    tag: 'Analytics',
    params: Type.Object({
      genre: Type.String({
        [FOLDED]: true,
        minLength: 1,
        maxLength: 50,
        description: 'One of `/genres`; case does not matter.',
        examples: ['Drama'],
      }),
    }),
    query: Type.Object({
      year: yearParameter('Only films that were released in this year; `activity` is of it.'),
      month: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 12,
          description:
            'With `year`: `activity` is of this month of it. Films are told by year of release alone, since of releases no month is known.',
        }),
      ),
      limit: limitParameter('films are in `top_films`', MAX_TOP_FILMS),
      fields: fieldsParameter(GENRE_FIGURES),
    }),
    check: ({ year, month }, given) =>
      month !== undefined && given !== undefined && year === undefined
        ? [{ in: 'query', name: 'month', detail: 'goes with year alone: it is a month of it' }]
        : [],
    data: Type.Ref('GenreFigures#'),
    // Reviews count too, and any event may have changed a film.
    dependsOn: () => ({ activity: 0 }),
    answer: async (snapshot, { params: { genre }, query: { year, month, limit, fields } }) => {
      const name = await requireGenre(snapshot.views, genre);
      const { merged } = await filmSumsByYear(snapshot, foldText(genre));
      const figures = {
        genre: name,
        year: year ?? null,
        ...figuresOf(sumsOfYear(merged, year)),
        activity: year === undefined ? null : activityOf(await filmMonths(snapshot, foldText(genre)), year, month),
        change: year === undefined ? null : changeOf(merged, year),
      };
      const films = fields === undefined || fields.includes('top_films') ? await topFilms(snapshot, genre, year, limit) : '[]';
      return { data: selectFields(extendObject(JSON.stringify(figures), `"top_films":${films}`), fields) };
    },
  });
