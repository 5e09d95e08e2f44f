/**
 * The films as the lines of four of IMDb's data sets. Ids are made up: `tt99` or `nm99` and eight digits (IMDb's have at most eight in all),
 * counted by the position in the source, so that the same source gives the same ids. A director is the same person wherever the name is the same.
 */
import { IMDB_NULL, type ImdbDataset } from '@rushes/domain';
import { headerLine } from '../imdb-files.ts';
import { directorName, genresField, minutesField, ratingFields, titleField, yearField } from './film-fields.ts';
import type { Film } from './film-source.ts';

/** The data sets that the source can fill. It knows no cast, no writers, no regional titles and no series. */
export const FILM_DATASETS = ['title.basics', 'title.ratings', 'title.crew', 'name.basics'] as const satisfies readonly ImdbDataset[];

export type FilmDataset = (typeof FILM_DATASETS)[number];

/** IMDb names at most four titles that a person is known for. */
const MAX_KNOWN_FOR = 4;

const madeUpId = (prefix: 'tt' | 'nm', position: number): string => `${prefix}99${String(position).padStart(8, '0')}`;

interface Director {
  readonly nconst: string;
  readonly titles: { readonly tconst: string; readonly votes: number }[];
}

/** The text of each data set, header included. Pure. */
export const filmTables = (films: readonly Film[]): Readonly<Record<FilmDataset, string>> => {
  const basics: string[] = [];
  const ratings: string[] = [];
  const crew: string[] = [];
  const directors = new Map<string, Director>();

  for (const [index, film] of films.entries()) {
    const tconst = madeUpId('tt', index + 1);
    const title = titleField(film.Title);
    const minutes = minutesField(film['Running Time min']);
    basics.push(
      `${tconst}\tmovie\t${title}\t${title}\t0\t${yearField(film['Release Date'])}\t${IMDB_NULL}\t${minutes}\t${genresField(film)}\n`,
    );
    const rated = ratingFields(film);
    if (rated) ratings.push(`${tconst}\t${rated.join('\t')}\n`);
    const name = directorName(film.Director);
    if (name === undefined) {
      crew.push(`${tconst}\t${IMDB_NULL}\t${IMDB_NULL}\n`);
      continue;
    }
    const director = directors.get(name) ?? { nconst: madeUpId('nm', directors.size + 1), titles: [] };
    directors.set(name, director);
    director.titles.push({ tconst, votes: Number(rated?.[1] ?? 0) });
    crew.push(`${tconst}\t${director.nconst}\t${IMDB_NULL}\n`);
  }

  const names = Array.from(directors, ([name, { nconst, titles }]) => {
    const knownFor = titles.toSorted((a, b) => b.votes - a.votes || (a.tconst < b.tconst ? -1 : 1)).slice(0, MAX_KNOWN_FOR);
    return `${nconst}\t${name}\t${IMDB_NULL}\t${IMDB_NULL}\tdirector\t${knownFor.map(({ tconst }) => tconst).join(',')}\n`;
  });
  const text = (dataset: FilmDataset, lines: readonly string[]): string => headerLine(dataset) + lines.join('');
  return {
    'title.basics': text('title.basics', basics),
    'title.ratings': text('title.ratings', ratings),
    'title.crew': text('title.crew', crew),
    'name.basics': text('name.basics', names),
  };
};
