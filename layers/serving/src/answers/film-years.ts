/** Films of a genre year by year: what a row holds, and how it follows from the sums. Pure. */
import type { FilmSums, TableCell } from '@rushes/views';

import type { Column } from '../formats/column.ts';
import { figure, figureChange, type FigureName } from './film-figures.ts';
import { type SumsByYear, sumsOfYear } from './film-sums-by-year.ts';

const AGAINST = 'against the year before; null where it is not known of both, or the year is not known.';

export const YEAR_COLUMNS = [
  {
    name: 'year',
    type: 'integer',
    nullable: true,
    description: 'Year of release; null in the last row, of films of which it is not known.',
  },
  { name: 'releases', type: 'integer', nullable: false, description: 'Films of the year.' },
  { name: 'rated_films', type: 'integer', nullable: false, description: 'Those of them that somebody voted on.' },
  { name: 'votes', type: 'number', nullable: false, description: 'Votes on them.' },
  { name: 'average_rating', type: 'number', nullable: true, description: 'Weighted by votes; thousandths. Null without votes.' },
  { name: 'runtime_films', type: 'integer', nullable: false, description: 'Films of which the runtime is known.' },
  { name: 'average_runtime', type: 'number', nullable: true, description: 'Minutes, of those films; thousandths. Null without any.' },
  { name: 'revenue_films', type: 'integer', nullable: false, description: 'Films of which the revenue is known.' },
  {
    name: 'revenue_cents',
    type: 'number',
    nullable: true,
    description: 'Their revenue together, in cents of US dollars. Null without any.',
  },
  { name: 'change_releases', type: 'integer', nullable: true, description: `Releases more than before: ${AGAINST}` },
  { name: 'change_votes', type: 'number', nullable: true, description: `Votes more: ${AGAINST}` },
  { name: 'change_average_rating', type: 'number', nullable: true, description: `Average rating, difference: ${AGAINST}` },
  { name: 'change_average_runtime', type: 'number', nullable: true, description: `Average runtime, difference: ${AGAINST}` },
  { name: 'change_revenue_cents', type: 'number', nullable: true, description: `Revenue more: ${AGAINST}` },
] as const satisfies readonly Column[];

type YearColumn = (typeof YEAR_COLUMNS)[number]['name'];

/** What a column shows, or shows the change of. */
const FIGURE_OF: Readonly<Record<Exclude<YearColumn, 'year'>, { readonly figure: FigureName; readonly isChange?: true }>> = {
  releases: { figure: 'films' },
  rated_films: { figure: 'rated_films' },
  votes: { figure: 'votes' },
  average_rating: { figure: 'average_rating' },
  runtime_films: { figure: 'runtime_films' },
  average_runtime: { figure: 'average_runtime' },
  revenue_films: { figure: 'revenue_films' },
  revenue_cents: { figure: 'revenue_cents' },
  change_releases: { figure: 'films', isChange: true },
  change_votes: { figure: 'votes', isChange: true },
  change_average_rating: { figure: 'average_rating', isChange: true },
  change_average_runtime: { figure: 'average_runtime', isChange: true },
  change_revenue_cents: { figure: 'revenue_cents', isChange: true },
};

const hasFilms = (sums: FilmSums): boolean => figure('films', sums) !== 0;

export type YearRow = Readonly<Record<YearColumn, TableCell>>;

/** A row for each year that has films, the earliest first, and at the end one for films of no known year. */
export const filmYears = (byYear: SumsByYear): readonly YearRow[] =>
  [...byYear]
    .filter(([, sums]) => hasFilms(sums))
    .toSorted(([a], [b]) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY))
    .map(([year, sums]) => {
      const cells = Object.entries(FIGURE_OF).map(([column, { figure: name, isChange }]) => {
        if (isChange === undefined) return [column, figure(name, sums)] as const;
        return [column, year === null ? null : figureChange(name, sums, sumsOfYear(byYear, year - 1))] as const;
      });
      return { year, ...Object.fromEntries(cells) } as YearRow; // as: a cell for each column
    });
