/**
 * What is shown of a title as values, one for each column of a table, without a detour by JSON. Invariant: they are the values of `movieDocument` and
 * `titleDocument`, in the order of their members.
 */
import { cut, fieldsOf, SHOWN_GENRES } from './shown-title.ts';
import { membersOf, numberOrNull, type TableCell, textOrNull } from './shown-values.ts';
import { toldCells } from './told-fields.ts';

/** Points from thousandths: the quotient of two integers is the number that its decimals say. */
const pointsOrNull = (thousandths: string): number | null => (thousandths === '' ? null : Number(thousandths) / 1000);
const joinedOrNull = (members: readonly string[]): string | null => (members.length === 0 ? null : members.join(','));

/** The members of `movieDocument`. @param text what is stored of the title. */
export const movieCells = (id: string, text: string): readonly TableCell[] => {
  const { tconst, type, isAdult, title, original, year, runtime, rating, votes, genres, tmdbId, told } = fieldsOf(text);
  return [
    id,
    textOrNull(tconst),
    numberOrNull(tmdbId),
    textOrNull(title),
    textOrNull(original),
    type,
    numberOrNull(year),
    numberOrNull(runtime),
    membersOf(genres),
    pointsOrNull(rating),
    numberOrNull(votes),
    tconst === '' ? null : `https://www.imdb.com/title/${tconst}/`,
    isAdult,
    ...toldCells(told),
  ];
};

/** The members of `titleDocument`. @param text what is stored of the title. */
export const titleCells = (id: string, text: string): readonly TableCell[] => {
  const { tconst, type, isAdult, title, original, directorCount, writerCount, endYear, ...rest } = fieldsOf(text);
  const [genreList, directorList, writerList] = [membersOf(rest.genres), membersOf(rest.directors), membersOf(rest.writers)];
  const shownGenres = genreList.slice(0, SHOWN_GENRES);
  return [
    tconst === '' ? id : tconst,
    textOrNull(cut(title)),
    textOrNull(cut(original)),
    type,
    joinedOrNull(directorList),
    joinedOrNull(writerList),
    joinedOrNull(shownGenres),
    directorCount !== '0',
    writerCount !== '0',
    endYear !== '',
    shownGenres.length,
    numberOrNull(rest.year),
    numberOrNull(endYear),
    pointsOrNull(rest.rating),
    numberOrNull(rest.votes),
    numberOrNull(rest.runtime),
    Number(directorCount),
    Number(writerCount),
    textOrNull(tconst),
    genreList,
    directorList,
    writerList,
    isAdult,
  ];
};
