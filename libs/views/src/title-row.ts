/**
 * What the view `titles` says of one title, from what the dumps say of it and from the states of its events. The batch layer's model
 * `sql/views/titles.sql` says the same of all titles at once; tests hold the two equal, to the byte.
 *
 * Precedence of a field: posted, then TMDB, then IMDb; a source that says nothing of it is passed over.
 * `title-rating.ts` says how a rating comes about. A posted rating weighs nothing: it is shown, with no votes, where nothing else is known.
 */
import { foldText, sortKey } from '@rushes/domain';
import type { ArtefactRow, CellValue } from '@rushes/ports';

import type { MovieField } from './keyed/index.ts';
import type { RatingState, RecordState, TitleInputs, TitleStates } from './title-inputs.ts';
import { imdbRating, type MergedRating, mergedRating } from './title-rating.ts';
import { ADULT_KIND } from './titles.ts';

const SET_SEPARATOR = '\u001f';
const SHOWN_CHARACTERS = 200;
const SHOWN_GENRES = 3;

/** Thousandths of points and votes of one source. */
const sourceText = (ratingE3: number | null, votes: number | null): string =>
  objectText([
    ['rating', pointsText(ratingE3)],
    ['votes', json(votes)],
  ]);

/** JSON object of IMDb's rating and of what was given beside it. */
export const ratingSources = (imdb: MergedRating, given: Pick<RatingState, 'count' | 'sum_tenths'>): string => {
  const count = BigInt(given.count);
  const averageE3 = count === 0n ? null : Number((2n * 100n * BigInt(given.sum_tenths) + count) / (2n * count));
  return objectText([
    ['imdb', sourceText(imdb.ratingE3, imdb.votes)],
    ['live', sourceText(averageE3, given.count)],
  ]);
};

/** JSON number of points, written as DuckDB writes it: at least one decimal. */
const pointsText = (ratingE3: number | null): string => {
  if (ratingE3 === null) return 'null';
  return ratingE3 % 1000 === 0 ? `${ratingE3 / 1000}.0` : String(ratingE3 / 1000);
};

const said = (records: RecordState, field: MovieField, column: string): CellValue =>
  records[`posted_${field}`]?.[column] ?? records[`tmdb_${field}`]?.[column] ?? null;

const nothing = (text: CellValue): string | null => (typeof text === 'string' && text !== '' ? text : null);
const integer = (value: CellValue): number | null => (typeof value === 'number' ? value : null);
const members = (set: string | null): readonly string[] => (set === null || set === '' ? [] : set.split(SET_SEPARATOR));
/** By code points, as the batch engine counts characters. */
const cut = (text: string | null): string | null =>
  text === null || text.length <= SHOWN_CHARACTERS ? text : Array.from(text).slice(0, SHOWN_CHARACTERS).join('');
const joined = (set: string | null, limit?: number): string | null => (set === null ? null : members(set).slice(0, limit).join(','));
const folded = (text: string | null): string | null => (text === null ? null : foldText(text));

/** JSON object of texts that are JSON already. */
const objectText = (entries: readonly (readonly [name: string, text: string])[]): string =>
  `{${entries.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
/** JSON as the batch engine writes it: control characters in upper-case hexadecimal digits. */
const json = (value: unknown): string => {
  const text = JSON.stringify(value);
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u00[0-9a-f]{2}|.)/g, (escape) => (escape.length > 2 ? `\\u${escape.slice(2).toUpperCase()}` : escape));
};

/** Whether anything knows the title: events of a title that nobody knows yet are kept, and count once it is known. */
const isKnown = ({ dump, records }: TitleStates): boolean => dump !== null || records.additions > 0;

/** The title's row in the view's layout, document `live` included; `undefined` while nobody knows the title. */
export const titleRow = (id: string, inputs: TitleInputs): ArtefactRow | undefined => {
  if (!isKnown(inputs)) return undefined;
  const { dump, records } = inputs;
  const { ratingE3, votes } = mergedRating(inputs);
  const title = nothing(said(records, 'title', 'title')) ?? dump?.title ?? null;
  const originalTitle = dump === null ? title : dump.original_title;
  const type = dump?.type ?? 'movie';
  const isAdult = dump?.is_adult ?? false;
  const year = integer(said(records, 'year', 'year')) ?? dump?.year ?? null;
  const endYear = dump?.end_year ?? null;
  const runtime = integer(said(records, 'runtime_minutes', 'runtime_minutes')) ?? dump?.runtime ?? null;
  const genres = nothing(said(records, 'genres', 'genres')) ?? dump?.genres ?? null;
  const tconst = dump?.tconst ?? nothing(records.added?.tconst ?? null);
  const [directors, writers] = [dump?.directors ?? null, dump?.writers ?? null];
  const [directorCount, writerCount] = [dump?.director_count ?? 0, dump?.writer_count ?? 0];
  const genreCount = Math.min(members(genres).length, SHOWN_GENRES);
  const rating = pointsText(ratingE3);
  const movie = objectText([
    ['id', json(id)],
    ['tconst', json(tconst)],
    ['tmdb_id', 'null'],
    ['title', json(title)],
    ['original_title', json(originalTitle)],
    ['type', json(type)],
    ['year', json(year)],
    ['runtime_minutes', json(runtime)],
    ['genres', json(members(genres))],
    ['rating', rating],
    ['votes', json(votes)],
    ['imdb_link', json(tconst === null ? null : `https://www.imdb.com/title/${tconst}/`)],
    ['is_adult', json(isAdult)],
  ]);
  const analyticsRow = objectText([
    ['title_key', json(tconst ?? id)],
    ['primary_title', json(cut(title))],
    ['original_title', json(cut(originalTitle))],
    ['title_type', json(type)],
    ['directors', json(joined(directors))],
    ['writers', json(joined(writers))],
    ['genres', json(joined(genres, SHOWN_GENRES))],
    ['hasDirectors', json(directorCount > 0)],
    ['hasWriters', json(writerCount > 0)],
    ['hasEnded', json(endYear !== null)],
    ['numOfGenres', json(genreCount)],
    ['releaseYear', json(year)],
    ['endYear', json(endYear)],
    ['averageRating', rating],
    ['numVotes', json(votes)],
    ['runtimeMinutes', json(runtime)],
    ['numDirectors', json(directorCount)],
    ['numWriters', json(writerCount)],
    ['tconst', json(tconst)],
    ['genre_list', json(members(genres))],
    ['director_list', json(members(directors))],
    ['writer_list', json(members(writers))],
    ['is_adult', json(isAdult)],
  ]);
  return [
    id,
    tconst,
    type,
    foldText(isAdult ? ADULT_KIND + type : type),
    isAdult,
    title === null ? null : sortKey(title),
    folded(title),
    folded(originalTitle),
    year,
    endYear,
    ratingE3,
    votes,
    runtime,
    ratingE3 === null || votes === null ? null : ratingE3 * votes,
    genres,
    folded(genres),
    folded(directors),
    folded(writers),
    directorCount,
    writerCount,
    genreCount,
    movie,
    analyticsRow,
    ratingSources(imdbRating(inputs), inputs.ratings),
    json({ dump, records: inputs.records, ratings: inputs.ratings }),
  ];
};
