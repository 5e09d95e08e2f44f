/**
 * Which films a title is compared with: those of its people, and the most voted ones of its genres and years. Invariants: whatever the title has, a bounded number
 * of rows is read; which ones follows from merged rows and the version's credits alone, so it is what a recompute over all events would read.
 */
import { compareUtf8, foldText } from '@rushes/domain';
import { type ArtefactReader, type CellValue, type Condition, SET_SEPARATOR, type ViewRow } from '@rushes/ports';
import { moviesOf, peopleInTitle, type PersonInTitle, readShown } from '@rushes/views';

import type { ViewReaders } from '../merge/view-readers.ts';
import { kindConditions, kindsOf } from './adult.ts';
import { shownOf } from './documents.ts';
import { type Compared, type Contributor, personWeightE3 } from './similarity.ts';

/** Of each part: series have hundreds of directors and writers. */
const MAX_PEOPLE_OF_PART = 10;
const MAX_FILMS_OF_PEOPLE = 1000;
/** For each of two ways to share genres. */
const MAX_FILMS_OF_GENRES = 100;
/** How far from the title's year films of its genres may be. */
const MAX_YEARS_APART = 10;

/** What of a title's row is compared. */
export const COMPARED = { columns: ['kind', 'genre_keys', 'year', 'rating', 'votes', 'tconst'], documents: ['shown'] };

/** What of a row of `credits` tells who is in a title. */
export const CREDITS = { documents: ['crew', 'credits'] };

const FILM = kindsOf(['movie'], 'exclude');
const isFilm = ({ columns: [kind] }: ViewRow): boolean => FILM.includes(String(kind));

const membersOf = (set: CellValue | undefined): readonly string[] =>
  typeof set === 'string' && set !== '' ? set.split(SET_SEPARATOR) : [];
const integerOf = (value: CellValue | undefined): number | null => (typeof value === 'number' ? value : null);

/** A title's keywords as they are written, by what they are folded. */
export const keywordsOf = (row: ViewRow): ReadonlyMap<string, string> =>
  new Map(membersOf(readShown(shownOf(row)).told.keywords).map((keyword) => [foldText(keyword), keyword]));

/** @param row as `COMPARED` selects it. @param withKeywords whether anything is compared with them: they take a while to read. */
export const comparedOf = (row: ViewRow, withKeywords: boolean): Compared => {
  const [, genres, year, rating, votes] = row.columns;
  return {
    key: row.key,
    genres: membersOf(genres),
    keywords: withKeywords ? [...keywordsOf(row).keys()] : [],
    year: integerOf(year),
    ratingE3: integerOf(rating),
    votes: integerOf(votes),
  };
};

/** IMDb's id, if it has one. */
export const tconstOf = ({ columns }: ViewRow): string | undefined => {
  const tconst = columns[COMPARED.columns.indexOf('tconst')];
  return typeof tconst === 'string' ? tconst : undefined;
};

const PARTS: readonly (readonly string[])[] = [['director'], ['writer'], ['actor', 'actress']];

/** The first of each part, each once. */
const mainPeople = (people: readonly PersonInTitle[]): readonly PersonInTitle[] => {
  const first = PARTS.flatMap((part) => people.filter(({ as }) => as.some((one) => part.includes(one))).slice(0, MAX_PEOPLE_OF_PART));
  return [...new Set(first)];
};

/** The title's main people with their films. Events credit nobody: a title that IMDb does not have has none. */
export const readContributors = async (
  { credits, people }: Pick<ViewReaders, 'credits' | 'people'>,
  key: string,
  tconst: string | undefined,
): Promise<readonly Contributor[]> => {
  const row = tconst === undefined ? undefined : await credits.get(tconst, CREDITS);
  if (row === undefined) return [];
  const main = mainPeople(peopleInTitle(row.documents[0], row.documents[1]));
  const ids = main.map(({ nconst }) => nconst);
  const rows = await people.getMany(ids, { documents: ['movies'] });
  const filmsOf = new Map(rows.map(({ key: nconst, documents }) => [nconst, moviesOf(documents[0])]));
  return main.map((person) => {
    const films = new Set(filmsOf.get(person.nconst));
    return { ...person, films, weightE3: personWeightE3(person.as, new Set(films).add(key).size) };
  });
};

/** Films of people, those who count most first. Of people whose films do not fit any more none is taken, though they count where a film is of them too. */
const filmsOfPeople = (people: readonly Contributor[]): ReadonlySet<string> => {
  const chosen = new Set<string>();
  for (const { films } of people.toSorted((a, b) => b.weightE3 - a.weightE3 || compareUtf8(a.nconst, b.nconst)))
    if (chosen.size + films.size <= MAX_FILMS_OF_PEOPLE) for (const film of films) chosen.add(film);
  return chosen;
};

/** The most voted films of all its genres; where these are few, also those that have one of them. */
const filmsOfGenres = async (titles: ArtefactReader, { genres, year }: Compared): Promise<readonly ViewRow[]> => {
  if (genres.length === 0) return [];
  const within: readonly Condition[] =
    year === null
      ? []
      : [
          { column: 'year', op: 'gte', value: year - MAX_YEARS_APART },
          { column: 'year', op: 'lte', value: year + MAX_YEARS_APART },
        ];
  const list = (conditions: readonly Condition[]) =>
    titles.list({
      where: [...kindConditions(['movie'], 'exclude'), ...within, ...conditions],
      sort: [{ column: 'votes', desc: true }],
      limit: MAX_FILMS_OF_GENRES,
      ...COMPARED,
    });
  const all = await list(genres.map((value): Condition => ({ column: 'genre_keys', op: 'has', value })));
  if (genres.length === 1 || all.length === MAX_FILMS_OF_GENRES) return all;
  return [...all, ...(await list([{ column: 'genre_keys', op: 'hasAny', value: genres }]))];
};

/** Rows of the films to compare with, each once, without the title itself. */
export const readCandidates = async (
  titles: ArtefactReader,
  title: Compared,
  people: readonly Contributor[],
): Promise<readonly ViewRow[]> => {
  const [ofPeople, ofGenres] = await Promise.all([titles.getMany([...filmsOfPeople(people)], COMPARED), filmsOfGenres(titles, title)]);
  const films = new Map([...ofPeople.filter(isFilm), ...ofGenres].map((row) => [row.key, row]));
  films.delete(title.key);
  return [...films.values()];
};
