/**
 * What is shown of a title, kept as one short text and written out as JSON when it is asked for: a fifth of the room that ready documents take, and a list of
 * ten is written within 20 µs. `movieDocument` and `titleDocument` say what the fields of `GET /movies` and `GET /titles` are.
 */
import { pointsText } from './points.ts';
import { joinedJson, listJson, membersOf, numberJson, numberOrNull, quoted, textJson, textOrNull } from './shown-values.ts';
import type { TitleFacts } from './title-inputs.ts';
import { readTold, TOLD_FIELDS, type ToldFacts, toldJson, toldTexts } from './told-fields.ts';

const SEPARATOR = '\u001e';
const SHOWN_CHARACTERS = 200;
export const SHOWN_GENRES = 3;

/** Flags of a title: the original title is the primary one (it is not repeated then); for adults only. */
const SAME_TITLE = 's';
const ADULT = 'a';

/** All that is shown of a title beside its own id. No text holds U+001E, and none is empty. */
export interface ShownTitle extends TitleFacts {
  readonly tmdb_id: number | null;
  /** Thousandths of points. */
  readonly rating: number | null;
  readonly told: ToldFacts;
}

/** The text that is stored: the fields in a fixed order, nothing where there is none. */
export const shownText = (shown: ShownTitle): string => {
  const isSame = shown.original_title === shown.title;
  const flags = (isSame ? SAME_TITLE : '') + (shown.is_adult ? ADULT : '');
  return [
    shown.tconst ?? '',
    shown.type,
    flags,
    shown.title ?? '',
    isSame ? '' : (shown.original_title ?? ''),
    shown.year ?? '',
    shown.end_year ?? '',
    shown.runtime ?? '',
    shown.rating ?? '',
    shown.votes ?? '',
    shown.genres ?? '',
    shown.directors ?? '',
    shown.writers ?? '',
    shown.director_count,
    shown.writer_count,
    shown.tmdb_id ?? '',
    ...toldTexts(shown.told),
  ].join(SEPARATOR);
};

const FIELDS = 16 + Object.keys(TOLD_FIELDS).length;

/** The stored text's fields as they stand there. Throws for a text of another form. */
export const fieldsOf = (text: string) => {
  const fields = text.split(SEPARATOR);
  if (fields.length !== FIELDS)
    throw new Error(
      `what is shown of a title has ${fields.length} fields instead of ${FIELDS}: the artefact was not built by this version`,
    );
  // as: so many fields
  const [tconst, type, flags, title, other, year, endYear, runtime, rating, votes, genres, directors, writers, ...rest] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [directorCount, writerCount, tmdbId, ...told] = rest;
  const original = flags.includes(SAME_TITLE) ? title : other;
  const isAdult = flags.includes(ADULT);
  return {
    tconst,
    type,
    isAdult,
    title,
    original,
    year,
    endYear,
    runtime,
    rating,
    votes,
    genres,
    directors,
    writers,
    directorCount,
    writerCount,
    tmdbId,
    told,
  };
};

/** What a stored text says. */
export const readShown = (text: string): ShownTitle => {
  const fields = fieldsOf(text);
  return {
    tconst: textOrNull(fields.tconst),
    type: fields.type,
    is_adult: fields.isAdult,
    title: textOrNull(fields.title),
    original_title: textOrNull(fields.original),
    year: numberOrNull(fields.year),
    end_year: numberOrNull(fields.endYear),
    runtime: numberOrNull(fields.runtime),
    rating: numberOrNull(fields.rating),
    votes: numberOrNull(fields.votes),
    genres: textOrNull(fields.genres),
    directors: textOrNull(fields.directors),
    writers: textOrNull(fields.writers),
    director_count: Number(fields.directorCount),
    writer_count: Number(fields.writerCount),
    tmdb_id: numberOrNull(fields.tmdbId),
    told: readTold(fields.told),
  };
};

const pointsJson = (thousandths: string): string => (thousandths === '' ? 'null' : pointsText(Number(thousandths)));

/** A title as the analytics table shows it. By code points, as the batch engine counts characters. */
export const cut = (text: string): string =>
  text.length <= SHOWN_CHARACTERS ? text : Array.from(text).slice(0, SHOWN_CHARACTERS).join('');

/** JSON object with the fields of `GET /movies`. @param text what is stored of the title. */
export const movieDocument = (id: string, text: string): string => {
  const { tconst, type, isAdult, title, original, year, runtime, rating, votes, genres, tmdbId, told } = fieldsOf(text);
  const link = tconst === '' ? 'null' : `"https://www.imdb.com/title/${tconst}/"`;
  return (
    `{"id":"${id}","tconst":${textJson(tconst)},"tmdb_id":${numberJson(tmdbId)},"title":${textJson(title)},` +
    `"original_title":${textJson(original)},` +
    `"type":${quoted(type)},"year":${numberJson(year)},"runtime_minutes":${numberJson(runtime)},"genres":${listJson(membersOf(genres))},` +
    `"rating":${pointsJson(rating)},"votes":${numberJson(votes)},"imdb_link":${link},"is_adult":${isAdult}${toldJson(told)}}`
  );
};

/** How many of a title's genres its row in the analytics table shows. @param genres a set. */
export const shownGenreCount = (genres: string | null): number => Math.min(membersOf(genres ?? '').length, SHOWN_GENRES);

/** JSON object with the fields of `GET /titles`. @param text what is stored of the title. */
export const titleDocument = (id: string, text: string): string => {
  const { tconst, type, isAdult, title, original, ...rest } = fieldsOf(text);
  const { year, endYear, runtime, rating, votes, genres, directors, writers, directorCount, writerCount } = rest;
  const [genreList, directorList, writerList] = [membersOf(genres), membersOf(directors), membersOf(writers)];
  const shownGenres = genreList.slice(0, SHOWN_GENRES);
  return (
    `{"title_key":${quoted(tconst === '' ? id : tconst)},"primary_title":${textJson(cut(title))},"original_title":${textJson(cut(original))},` +
    `"title_type":${quoted(type)},"directors":${joinedJson(directorList)},"writers":${joinedJson(writerList)},"genres":${joinedJson(shownGenres)},` +
    `"hasDirectors":${directorCount !== '0'},"hasWriters":${writerCount !== '0'},"hasEnded":${endYear !== ''},"numOfGenres":${shownGenres.length},` +
    `"releaseYear":${numberJson(year)},"endYear":${numberJson(endYear)},"averageRating":${pointsJson(rating)},"numVotes":${numberJson(votes)},` +
    `"runtimeMinutes":${numberJson(runtime)},"numDirectors":${directorCount},"numWriters":${writerCount},"tconst":${textJson(tconst)},` +
    `"genre_list":${listJson(genreList)},"director_list":${listJson(directorList)},"writer_list":${listJson(writerList)},"is_adult":${isAdult}}`
  );
};
