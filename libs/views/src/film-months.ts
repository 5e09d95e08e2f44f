/**
 * What happened in each month (in UTC, of event time): of the films of each genre, and of each movie. The months of a genre are what is answered; those of a movie
 * are read only for movies that events put into another genre, which take their months along.
 *
 * Both have documents of exact integers that are added: ratings, sum of scores in tenths, reviews, sum of compound in ten-thousandths.
 */
import { FOLD_VERSION, foldText } from '@rushes/domain';
import type { CellValue } from '@rushes/ports';

import type { MovieActivity } from './activity.ts';
import type { View } from './view.ts';

const MONTH_CHARACTERS = '2026-01'.length;

/** The month of a moment, such as `2026-01`. @param atMs within the years 0 to 9999. */
export const monthOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, MONTH_CHARACTERS);

/**
 * One row for each genre and month in which films of the genre were rated or reviewed, and one for each month over all films, under the genre `''`. Films are
 * those of the view `film_sums`. Document `activity`: an array of the four integers.
 */
export const filmMonths = {
  name: 'film_months',
  isOptional: true,
  layout: {
    /** Month and genre: `2026-01/Drama`. */
    key: 'cell',
    columns: {
      /** Folded; empty over all films. */
      genre_key: 'text',
      month: 'text',
    },
    documents: ['activity'],
    lookups: [],
    sorts: [],
    filters: ['genre_key'],
  },
  made: {
    from: { cell: 'text', genre: 'text', month: 'text', activity: 'text' },
    row: ([cell = null, genre = null, month = null, activity = null]: readonly CellValue[]) => [
      cell,
      foldText(String(genre)),
      month,
      activity,
    ],
    version: 100 * FOLD_VERSION + 1,
  },
} as const satisfies View;

/**
 * One row for each movie that was rated or reviewed, whether anybody knows its title or not. Document `months`: an array of `[month, the four integers]`, by month.
 */
export const movieMonths = {
  name: 'movie_months',
  isOptional: true,
  layout: { key: 'movie_id', columns: {}, documents: ['months'], lookups: [], sorts: [], filters: [] },
} as const satisfies View;

type Integers = readonly [ratings: number, sumTenths: number, reviews: number, compoundE4: number];

const activityOf = ([ratings, sumTenths, reviews, compoundE4]: Integers): MovieActivity => ({ ratings, sumTenths, reviews, compoundE4 });

/** The document `activity` of `film_months`, read. */
export const readMonthActivity = (document: string): MovieActivity => activityOf(JSON.parse(document) as Integers); // as: the view's document

/** The document `months` of `movie_months`, read. */
export const readMonths = (document: string): readonly (readonly [month: string, activity: MovieActivity])[] =>
  (JSON.parse(document) as readonly (readonly [string, ...Integers])[]).map(([month, ...integers]) => [month, activityOf(integers)]); // as: the view's document
