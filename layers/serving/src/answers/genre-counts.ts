/**
 * Genres with their numbers of titles, as the view `genres` counts them. Names that differ in case alone are one genre, as they are for filters: by the name
 * that most titles have.
 */
import { compareUtf8, foldText } from '@rushes/domain';

import type { Adult } from './adult.ts';
import type { ViewReaders } from '../merge/view-readers.ts';

/** Far above what IMDb has (28); a bound all the same. */
const MAX_GENRES = 1000;

export interface GenreCounts {
  readonly genre: string;
  readonly movies: number;
  readonly titles: number;
  readonly adultMovies: number;
  readonly adultTitles: number;
}

const COLUMNS = ['movies', 'titles', 'adult_movies', 'adult_titles'];

/** A genre under the name that most titles have, the first of these by name. */
const together = (spellings: readonly GenreCounts[]): GenreCounts => {
  const sumOf = (count: (one: GenreCounts) => number): number => spellings.reduce((sum, one) => sum + count(one), 0);
  const most = Math.max(...spellings.map((one) => one.titles + one.adultTitles));
  return {
    genre: spellings.find((one) => one.titles + one.adultTitles === most)?.genre ?? '',
    movies: sumOf(({ movies }) => movies),
    titles: sumOf(({ titles }) => titles),
    adultMovies: sumOf(({ adultMovies }) => adultMovies),
    adultTitles: sumOf(({ adultTitles }) => adultTitles),
  };
};

/** By ascending name. */
export const readGenres = async ({ genres }: Pick<ViewReaders, 'genres'>): Promise<readonly GenreCounts[]> => {
  const spellings = new Map<string, GenreCounts[]>();
  for (const { key: genre, columns } of await genres.list({ where: [], sort: [], limit: MAX_GENRES, columns: COLUMNS })) {
    const [movies = 0, titles = 0, adultMovies = 0, adultTitles = 0] = columns.map(Number);
    const folded = foldText(genre);
    spellings.set(folded, [...(spellings.get(folded) ?? []), { genre, movies, titles, adultMovies, adultTitles }]);
  }
  return [...spellings.values()].map(together).toSorted((a, b) => compareUtf8(a.genre, b.genre));
};

/** How many movies are shown; `undefined` for a genre that none of these titles has. */
export const shownMovies = ({ movies, titles, adultMovies, adultTitles }: GenreCounts, adult: Adult): number | undefined => {
  if ((adult === 'only' ? 0 : titles) + (adult === 'exclude' ? 0 : adultTitles) === 0) return undefined;
  return (adult === 'only' ? 0 : movies) + (adult === 'exclude' ? 0 : adultMovies);
};
