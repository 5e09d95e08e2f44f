/**
 * Sums over films by genre and year of release: what genre and year analytics are made of. A film is a title of type movie that is not for adults only, as
 * `GET /movies` lists by default. One row for each genre (as the source writes it) and year that any film has, and one for each year over all films, under
 * the genre `''`, which no title can have.
 *
 * Document `sums`: a JSON array of exact integers in the order of `FILM_MEASURES`; they may exceed what a double holds, so they are read as big integers.
 * Invariant: every measure is a sum of what each film adds, so a film that changed is subtracted as it was and added as it is.
 *
 * A measure more is a line in `MEASURES_OF_TITLE` or `MEASURES_OF_REVIEWS`, and a column of the same name in `sql/views/film_sums.sql`.
 */
import { FOLD_VERSION, foldText } from '@rushes/domain';
import { type CellValue, type ColumnType, SET_SEPARATOR } from '@rushes/ports';

import type { movieReviews, StateOf } from './keyed/index.ts';
import type { ShownTitle } from './shown-title.ts';
import type { View } from './view.ts';

type ReviewState = StateOf<typeof movieReviews>;

/** Where tiers of TMDB's popularity begin, in thousandths: below `medium` it is low. */
export const POPULARITY_TIERS_E3 = { high: 50_000, medium: 10_000 } as const;

const isWithin = (value: number | null, from: number, to: number): 0 | 1 => (value !== null && value >= from && value < to ? 1 : 0);

/** What a film adds by itself. A runtime of 0 minutes is one that nobody knows. */
const MEASURES_OF_TITLE = {
  films: () => 1,
  /** Films that somebody voted on, their votes, and votes × rating in thousandths of points. */
  rated_films: ({ votes }) => ((votes ?? 0) > 0 ? 1 : 0),
  votes: ({ votes }) => votes ?? 0,
  points_e3: ({ votes, rating }) => BigInt(votes ?? 0) * BigInt(rating ?? 0),
  runtime_films: ({ runtime }) => ((runtime ?? 0) > 0 ? 1 : 0),
  runtime_minutes: ({ runtime }) => runtime ?? 0,
  /** Films of which the amount is known, and the sum of it in cents of US dollars. */
  budget_films: ({ told }) => (told.budget_cents === null ? 0 : 1),
  budget_cents: ({ told }) => told.budget_cents ?? 0,
  revenue_films: ({ told }) => (told.revenue_cents === null ? 0 : 1),
  revenue_cents: ({ told }) => told.revenue_cents ?? 0,
  /** Films by tier of popularity; one of which it is not known is in none. */
  popularity_high: ({ told }) => isWithin(told.popularity_e3, POPULARITY_TIERS_E3.high, Number.POSITIVE_INFINITY),
  popularity_medium: ({ told }) => isWithin(told.popularity_e3, POPULARITY_TIERS_E3.medium, POPULARITY_TIERS_E3.high),
  popularity_low: ({ told }) => isWithin(told.popularity_e3, 0, POPULARITY_TIERS_E3.medium),
} as const satisfies Readonly<Record<string, (title: ShownTitle) => number | bigint>>;

/** What its reviews add: their number, the sum of VADER's compound score in ten-thousandths, and how many are of which kind. */
const MEASURES_OF_REVIEWS = {
  reviews: ({ count }) => count,
  compound_e4: ({ compound_e4 }) => compound_e4,
  positive: ({ positive }) => positive,
  neutral: ({ neutral }) => neutral,
  negative: ({ negative }) => negative,
} as const satisfies Readonly<Record<string, (reviews: ReviewState) => number>>;

export type FilmMeasure = keyof typeof MEASURES_OF_TITLE | keyof typeof MEASURES_OF_REVIEWS;

export const FILM_MEASURES = [...Object.keys(MEASURES_OF_TITLE), ...Object.keys(MEASURES_OF_REVIEWS)] as readonly FilmMeasure[]; // as: their own keys

/** A value for each of `FILM_MEASURES`, in their order. */
export type FilmSums = readonly bigint[];

export const NO_FILM_SUMS: FilmSums = FILM_MEASURES.map(() => 0n);

/** `a + sign × b`. */
export const addFilmSums = (a: FilmSums, b: FilmSums, sign: 1n | -1n = 1n): FilmSums => a.map((value, at) => value + sign * (b[at] ?? 0n));

/** Sums by what they are called. */
export const namedFilmSums = (sums: FilmSums): Readonly<Record<FilmMeasure, bigint>> =>
  Object.fromEntries(FILM_MEASURES.map((name, at) => [name, sums[at] ?? 0n])) as Record<FilmMeasure, bigint>; // as: a value for each name

const NONE_OF_REVIEWS: FilmSums = Object.keys(MEASURES_OF_REVIEWS).map(() => 0n);
const NONE_OF_TITLE: FilmSums = Object.keys(MEASURES_OF_TITLE).map(() => 0n);

/** What a film's reviews add. */
export const sumsOfReviews = (reviews: ReviewState): FilmSums => [
  ...NONE_OF_TITLE,
  ...Object.values(MEASURES_OF_REVIEWS).map((measure) => BigInt(measure(reviews))),
];

/** The folded type of films; adult ones have a kind of their own in the view `titles`. */
export const FILM_KIND = 'movie';

/** A row's genre, folded; `''`: all films. */
export const ALL_FILMS = '';

/** Where a film is counted: one of its genres, folded, or all films; and its year. */
export interface FilmCell {
  readonly genreKey: string;
  readonly year: number | null;
}

/** A film's part of the sums, but for its reviews. */
export interface CountedFilm {
  readonly cells: readonly FilmCell[];
  readonly sums: FilmSums;
}

/**
 * What a title counts as; `undefined`: it is no film. A title that a source gives one genre in two spellings is in both rows of the batch layer, so it counts
 * twice in that genre here too.
 */
export const countedFilm = (title: ShownTitle): CountedFilm | undefined => {
  if (foldText(title.type) !== FILM_KIND || title.is_adult) return undefined;
  const genres = title.genres === null ? [] : foldText(title.genres).split(SET_SEPARATOR);
  return {
    cells: [ALL_FILMS, ...genres].map((genreKey) => ({ genreKey, year: title.year })),
    sums: [...Object.values(MEASURES_OF_TITLE).map((measure) => BigInt(measure(title))), ...NONE_OF_REVIEWS],
  };
};

const sumsText = (sums: readonly CellValue[]): string => `[${sums.join(',')}]`;

/** The document `sums`, read. */
export const readFilmSums = (document: string): FilmSums => document.slice(1, -1).split(',').map(BigInt);

const MODEL_COLUMNS = {
  genre: 'text',
  year: 'integer',
  // As texts: sums of many films' points may exceed what a double holds.
  ...(Object.fromEntries(FILM_MEASURES.map((name) => [name, 'text'])) as Record<FilmMeasure, 'text'>), // as: a column for each name
} as const satisfies Readonly<Record<string, ColumnType>>;

/** Changes with the measures, or how one is made. */
const MEASURES_VERSION = 1;

export const filmSums = {
  name: 'film_sums',
  isOptional: true,
  layout: {
    /** Year, if it is known, and genre: `1999/Drama`. */
    key: 'cell',
    columns: {
      /** Folded; empty over all films. */
      genre_key: 'text',
      /** Of release; null over films of which it is not known. */
      year: 'integer',
    },
    documents: ['sums'],
    lookups: [],
    sorts: [],
    filters: ['genre_key'],
  },
  made: {
    from: { cell: 'text', ...MODEL_COLUMNS },
    row: ([cell = null, genre = null, year = null, ...sums]) => [cell, foldText(String(genre)), year, sumsText(sums)],
    version: 100 * FOLD_VERSION + MEASURES_VERSION,
  },
} as const satisfies View;
