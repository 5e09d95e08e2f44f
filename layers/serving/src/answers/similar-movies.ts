/**
 * Films that are similar to a title: who is looked at, and what is shown of the best. Candidates are the films of the title's people, and the most voted films of
 * its genres and years. Whatever a title has, a request reads a bounded number of rows.
 */
import { compareUtf8, foldText } from '@rushes/domain';
import { type ArtefactReader, type CellValue, type Condition, SET_SEPARATOR, type ViewRow } from '@rushes/ports';
import { movieDocument, moviesOf, peopleInTitle, type PersonInTitle } from '@rushes/views';

import { notFound } from '../http/problem.ts';
import type { ViewReaders } from '../merge/view-readers.ts';
import { kindConditions, kindsOf } from './adult.ts';
import { arrayText, extendObject, selectFields, shownOf } from './documents.ts';
import { type GenreCounts, readGenres } from './genre-counts.ts';
import { type Asked, type Compared, type Contributor, genreWeightE3, mostSimilar, personWeightE3, type Similarity } from './similarity.ts';
import { findTitle } from './title-id.ts';

/** Of each part: series have hundreds of directors and writers. */
const MAX_PEOPLE_OF_PART = 10;
/** Films of people that are compared. */
const MAX_FILMS_OF_PEOPLE = 1000;
/** Films of the title's genres that are compared. */
const MAX_FILMS_OF_GENRES = 100;
/** How far from the title's year these may be. */
const MAX_YEARS_APART = 10;

const THOUSANDTHS = 1000;

const MOVIE_KIND = kindsOf(['movie'], 'exclude')[0];
const COMPARED = ['kind', 'genre_keys', 'year', 'rating', 'votes'];

const integer = (value: CellValue | undefined): number | null => (typeof value === 'number' ? value : null);
const members = (value: CellValue | undefined): readonly string[] => (typeof value === 'string' && value !== '' ? value.split(SET_SEPARATOR) : []);

const comparedOf = ({ key, columns: [, genres, year, rating, votes] }: ViewRow): Compared => ({
  key,
  genres: members(genres),
  year: integer(year),
  ratingE3: integer(rating),
  votes: integer(votes),
});

const PARTS: readonly (readonly string[])[] = [['director'], ['writer'], ['actor', 'actress']];

/** The first of each part, once each. */
const mainPeople = (people: readonly PersonInTitle[]): readonly PersonInTitle[] => [
  ...new Set(PARTS.flatMap((part) => people.filter((person) => person.as.some((one) => part.includes(one))).slice(0, MAX_PEOPLE_OF_PART))),
];

const CREDITS = { documents: ['crew', 'credits'] };

const readContributors = async ({ credits, people }: ViewReaders, tconst: CellValue | undefined): Promise<readonly Contributor[]> => {
  // Events name no people: a title that IMDb does not have has none.
  const row = typeof tconst === 'string' ? await credits.get(tconst, CREDITS) : undefined;
  if (row === undefined) return [];
  const main = mainPeople(peopleInTitle(row.documents[0], row.documents[1]));
  const rows = await people.getMany(
    main.map(({ nconst }) => nconst),
    { documents: ['movies'] },
  );
  const filmsOf = new Map(rows.map(({ key, documents }) => [key, moviesOf(documents[0])]));
  return main.map((person) => {
    const films = filmsOf.get(person.nconst) ?? [];
    return { ...person, films: new Set(films), weightE3: personWeightE3(person.as, films.length) };
  });
};

/** Films of people, of those first who say most; people whose films do not fit any more bring none, though they count where they are shared. */
const filmsOfPeople = (people: readonly Contributor[]): ReadonlySet<string> => {
  const chosen = new Set<string>();
  for (const { films } of people.toSorted((a, b) => b.weightE3 - a.weightE3 || compareUtf8(a.nconst, b.nconst)))
    if (chosen.size + films.size <= MAX_FILMS_OF_PEOPLE) for (const film of films) chosen.add(film);
  return chosen;
};

const filmsOfGenres = async (titles: ArtefactReader, { genres, year }: Pick<Compared, 'genres' | 'year'>): Promise<readonly ViewRow[]> => {
  if (genres.length === 0) return [];
  const where: Condition[] = [...kindConditions(['movie'], 'exclude')];
  if (year !== null)
    where.push({ column: 'year', op: 'gte', value: year - MAX_YEARS_APART }, { column: 'year', op: 'lte', value: year + MAX_YEARS_APART });
  const list = (conditions: readonly Condition[]) =>
    titles.list({ where: [...where, ...conditions], sort: [{ column: 'votes', desc: true }], limit: MAX_FILMS_OF_GENRES, columns: COMPARED });
  const all = await list(genres.map((value): Condition => ({ column: 'genre_keys', op: 'has', value })));
  if (genres.length === 1 || all.length === MAX_FILMS_OF_GENRES) return all;
  return [...all, ...(await list([{ column: 'genre_keys', op: 'hasAny', value: genres }]))];
};

const readCandidates = async (titles: ArtefactReader, asked: Asked): Promise<readonly Compared[]> => {
  const [ofPeople, ofGenres] = await Promise.all([
    titles.getMany([...filmsOfPeople(asked.people)], { columns: COMPARED }),
    filmsOfGenres(titles, asked),
  ]);
  // What an event made another title of is no film any more.
  const films = [...ofPeople, ...ofGenres].filter(({ columns: [kind] }) => kind === MOVIE_KIND);
  return [...new Map(films.map((row) => [row.key, comparedOf(row)])).values()].filter(({ key }) => key !== asked.key);
};

const CREDITS_OF_ONE: ReadonlyMap<string, readonly string[]> = new Map();

/** The parts of everybody in films, by IMDb's id of the film. */
const readParts = async (credits: ArtefactReader, tconsts: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>> => {
  const rows = await credits.getMany(tconsts, CREDITS);
  return new Map(
    rows.map(({ key, documents: [crew, all] }) => [key, new Map(peopleInTitle(crew, all).map(({ nconst, as }) => [nconst, as]))]),
  );
};

const reasonsText = (asked: Asked, { film }: Similarity, genreName: (folded: string) => string, parts: ReadonlyMap<string, readonly string[]>) => ({
  people: asked.people
    .filter(({ films }) => films.has(film.key))
    .map(({ nconst, name, as }) => ({ nconst, name, as, there: parts.get(nconst) ?? [] })),
  genres: asked.genres.filter((genre) => film.genres.includes(genre)).map(genreName),
  years_apart: asked.year === null || film.year === null ? null : Math.abs(asked.year - film.year),
});

const membersOf = (
  { peopleE3, genresE3, yearE3, ratingE3, scoreE3 }: Similarity,
  reasons: ReturnType<typeof reasonsText>,
): string =>
  JSON.stringify({
    score: scoreE3 / THOUSANDTHS,
    parts: {
      people: peopleE3 / THOUSANDTHS,
      genres: genresE3 / THOUSANDTHS,
      year: yearE3 / THOUSANDTHS,
      rating: ratingE3 / THOUSANDTHS,
    },
    reasons,
  }).slice(1, -1);

/** Names and weights of genres. */
const weighGenres = (counts: readonly GenreCounts[]) => {
  const mentions = counts.reduce((sum, { movies }) => sum + movies, 0);
  const byName = new Map(counts.map((one) => [foldText(one.genre), one]));
  return {
    weightOfGenre: (folded: string): number => genreWeightE3(byName.get(folded)?.movies ?? 0, mentions),
    genreName: (folded: string): string => byName.get(folded)?.genre ?? folded,
  };
};

const NOTHING_KNOWN = 'Neither genres nor people who made other films are known of this title, so no film is compared with it.';

/** JSON text. @throws Problem (404) for an id that no title has. */
export const similarMovies = async (
  views: ViewReaders,
  id: string,
  limit: number,
  fields: readonly string[] | undefined,
): Promise<string> => {
  const row = await findTitle(views, id, { columns: [...COMPARED, 'tconst'] });
  if (row === undefined) throw notFound(`There is no title with the id ${id}.`);
  const title = comparedOf(row);
  const [people, counts] = await Promise.all([readContributors(views, row.columns[COMPARED.length]), readGenres(views)]);
  const { weightOfGenre, genreName } = weighGenres(counts);
  const asked: Asked = { ...title, people, weightOfGenre };
  const candidates = await readCandidates(views.titles, asked);
  const best = mostSimilar(asked, candidates, limit);
  const rows = await views.titles.getMany(
    best.map(({ film }) => film.key),
    { documents: ['shown'], columns: ['tconst'] },
  );
  const shown = new Map(rows.map((one) => [one.key, one]));
  const partsOf = await readParts(
    views.credits,
    best.flatMap(({ film, peopleE3 }) => {
      const tconst = shown.get(film.key)?.columns[0];
      return peopleE3 > 0 && typeof tconst === 'string' ? [tconst] : [];
    }),
  );
  const movies = best.flatMap((similarity) => {
    const one = shown.get(similarity.film.key);
    if (one === undefined) return [];
    const parts = partsOf.get(String(one.columns[0])) ?? CREDITS_OF_ONE;
    const text = extendObject(movieDocument(one.key, shownOf(one)), membersOf(similarity, reasonsText(asked, similarity, genreName, parts)));
    return [selectFields(text, fields)];
  });
  const known = {
    people: people.filter(({ weightE3 }) => weightE3 > 0).length,
    genres: title.genres.map(genreName),
    year: title.year,
  };
  const note = known.people + known.genres.length === 0 ? NOTHING_KNOWN : null;
  return `{"id":"${title.key}","known":${JSON.stringify(known)},"considered":${candidates.length},"note":${JSON.stringify(note)},"movies":${arrayText(movies)}}`;
};
