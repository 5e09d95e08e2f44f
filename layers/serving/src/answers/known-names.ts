/**
 * Genres and types by name. Case and diacritics do not matter; a name that neither IMDb uses nor any title has is a typo, which is said, because a list
 * without rows would not tell it.
 */
import { compareUtf8, foldText } from '@rushes/domain';
import type { ArtefactReader, Condition } from '@rushes/ports';
import { nearestName } from '@rushes/runtime';

import { readGenres } from './genre-counts.ts';
import { kindsOf } from './adult.ts';
import { badRequest, type Fault, notFound } from '../http/problem.ts';
import type { ViewReaders } from '../merge/view-readers.ts';

const IMDB_GENRES: readonly string[] = [
  'Action',
  'Adult',
  'Adventure',
  'Animation',
  'Biography',
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Family',
  'Fantasy',
  'Film-Noir',
  'Game-Show',
  'History',
  'Horror',
  'Music',
  'Musical',
  'Mystery',
  'News',
  'Reality-TV',
  'Romance',
  'Sci-Fi',
  'Short',
  'Sport',
  'Talk-Show',
  'Thriller',
  'War',
  'Western',
];
const IMDB_TYPES: readonly string[] = [
  'movie',
  'short',
  'tvEpisode',
  'tvMiniSeries',
  'tvMovie',
  'tvPilot',
  'tvSeries',
  'tvShort',
  'tvSpecial',
  'video',
  'videoGame',
];
const FOLDED_GENRES = new Set(IMDB_GENRES.map(foldText));
const FOLDED_TYPES = new Set(IMDB_TYPES.map(foldText));

/** A parameter that names genres or types. */
export interface Named {
  readonly parameter: string;
  readonly names: readonly string[];
}

const exists = async (titles: ArtefactReader, condition: Condition): Promise<boolean> =>
  (await titles.list({ where: [condition], sort: [{ column: 'votes', desc: true }], limit: 1 })).length > 0;

const hintFor = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
};

const unknownName = (parameter: string, name: string, what: string, known: readonly string[]): Fault => ({
  in: 'query',
  name: parameter,
  detail: `no title has the ${what} ${name}: ${hintFor(name, known)}`,
});

/** Those that titles have, and those that IMDb uses. */
const everyGenre = async (views: ViewReaders): Promise<readonly string[]> => {
  const had = (await readGenres(views)).map(({ genre }) => genre);
  const folded = new Set(had.map(foldText));
  return [...had, ...IMDB_GENRES.filter((name) => !folded.has(foldText(name)))].toSorted(compareUtf8);
};

/** Whether IMDb uses the genre, or any title has it. */
const isGenre = async ({ titles }: ViewReaders, name: string): Promise<boolean> => {
  const folded = foldText(name);
  return FOLDED_GENRES.has(folded) || (await exists(titles, { column: 'genre_keys', op: 'has', value: folded }));
};

const genreFaults = async (views: ViewReaders, { parameter, names }: Named): Promise<readonly Fault[]> => {
  const faults: Fault[] = [];
  for (const name of names) if (!(await isGenre(views, name))) faults.push(unknownName(parameter, name, 'genre', await everyGenre(views)));
  return faults;
};

const typeFaults = async ({ titles }: ViewReaders, { parameter, names }: Named): Promise<readonly Fault[]> => {
  const faults: Fault[] = [];
  for (const name of names) {
    if (FOLDED_TYPES.has(foldText(name))) continue;
    if (await exists(titles, { column: 'kind', op: 'in', value: kindsOf([name], 'include') })) continue;
    faults.push(unknownName(parameter, name, 'type', IMDB_TYPES));
  }
  return faults;
};

/** A genre by the name that most titles have. Throws a `Problem` (404) for one that neither IMDb uses nor any title has. */
export const requireGenre = async (views: ViewReaders, name: string): Promise<string> => {
  const known = await everyGenre(views);
  if (!(await isGenre(views, name))) throw notFound(`No title has the genre ${name}: ${hintFor(name, known)}`);
  return known.find((one) => foldText(one) === foldText(name)) ?? name;
};

/** Throws a `Problem` (400) that names each unknown genre and type. */
export const requireKnownNames = async (
  views: ViewReaders,
  { genres, types = [] }: { readonly genres: readonly Named[]; readonly types?: readonly Named[] },
): Promise<void> => {
  const faults: Fault[] = [];
  for (const named of genres) faults.push(...(await genreFaults(views, named)));
  for (const named of types) faults.push(...(await typeFaults(views, named)));
  if (faults.length > 0) throw badRequest(faults);
};
