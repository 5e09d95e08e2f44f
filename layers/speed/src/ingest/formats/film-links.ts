/** MovieLens' `links.csv`: IMDb's ids of films by those of MovieLens and TMDB. Held in memory: MovieLens has some 90,000 films. */
import { isTconst, type Tconst } from '@rushes/domain';
import { UsageError } from '@rushes/runtime';

import { lookAt } from '../look-at-file.ts';
import { readLines } from '../read-lines.ts';
import { COMMAS } from './separated.ts';

export interface FilmLinks {
  /** For people. */
  readonly location: string | undefined;
  readonly byMovieLens: ReadonlyMap<string, Tconst>;
  readonly byTmdb: ReadonlyMap<string, Tconst>;
}

export const NO_LINKS: FilmLinks = { location: undefined, byMovieLens: new Map(), byTmdb: new Map() };

const COLUMNS = ['movieId', 'imdbId', 'tmdbId'] as const;
const MOST_LINKS = 2_000_000;
const NUMBER = /^[0-9]{1,12}$/;
const TCONST_DIGITS = 7;

/** IMDb's id is written without its letters, in some copies also without the zeros in front. */
const tconstOf = (digits: string): Tconst | undefined => {
  const text = `tt${digits.padStart(TCONST_DIGITS, '0')}`;
  return NUMBER.test(digits) && isTconst(text) ? text : undefined;
};

const wrong = (path: string, line: number, reason: string): UsageError =>
  new UsageError(`${path}, line ${line}: ${reason}`, { hint: `Name a file with the columns ${COLUMNS.join(', ')}, as MovieLens has it.` });

/** @throws UsageError if the file is not there, or none of links. */
export const readFilmLinks = async (path: string): Promise<FilmLinks> => {
  const [byMovieLens, byTmdb] = [new Map<string, Tconst>(), new Map<string, Tconst>()];
  let places: readonly number[] | undefined;
  for await (const lines of readLines(await lookAt(path, true)))
    for (const { line, text, fault } of lines) {
      const fields = fault === undefined ? COMMAS.fields(text) : undefined;
      if (fields === undefined) throw wrong(path, line, fault ?? 'no row of fields');
      if (places === undefined) {
        places = COLUMNS.map((name) => fields.indexOf(name));
        if (places.includes(-1)) throw wrong(path, line, 'these are not the columns of links');
        continue;
      }
      if (text.trim() === '') continue;
      const [movieLens = '', imdb = '', tmdb = ''] = places.map((place) => fields[place] ?? '');
      const tconst = tconstOf(imdb);
      if (tconst === undefined || !NUMBER.test(movieLens)) throw wrong(path, line, `no link of two films: ${text.slice(0, 80)}`);
      if (byMovieLens.size >= MOST_LINKS) throw wrong(path, line, `more than ${MOST_LINKS} links`);
      byMovieLens.set(movieLens, tconst);
      // Some films have none at TMDB.
      if (tmdb !== '') byTmdb.set(tmdb, tconst);
    }
  return { location: path, byMovieLens, byTmdb };
};
