/**
 * What the view `titles` says of one title, from what the dumps say of it and from the states of its events. The batch layer's model
 * `sql/views/titles.sql` says the same of all titles at once; tests hold the two equal, to the byte.
 *
 * Precedence of a field: posted, then TMDB, then IMDb; a source that says nothing of it is passed over.
 * The rating: its base is IMDb's (a dump's, or one that was observed after the dump's last changed) or else TMDB's; every given rating counts once
 * beside it. A posted rating weighs nothing: it is shown, with no votes, where nothing else is known.
 */
import { foldText, sortKey } from '@rushes/domain';
import type { ArtefactRow, CellValue } from '@rushes/ports';

import { emptyState, movieRatings, movieRecords, type MovieField, type StateOf } from './keyed/index.ts';
import type { Observed } from './measures/index.ts';
import { ADULT_KIND } from './titles.ts';

export type RecordState = StateOf<typeof movieRecords>;
export type RatingState = StateOf<typeof movieRatings>;

/** What the dumps say of a title. Sets are texts joined by U+001F. */
export interface TitleDump {
  readonly tconst: string | null;
  readonly type: string;
  readonly is_adult: boolean;
  readonly title: string | null;
  readonly original_title: string | null;
  readonly year: number | null;
  readonly end_year: number | null;
  readonly runtime: number | null;
  readonly rating_tenths: number | null;
  readonly votes: number | null;
  /** Number of the version in which the rating last changed, 0 for the first one: that of an older epoch's observation does not override it. */
  readonly since: number;
  readonly genres: string | null;
  readonly directors: string | null;
  readonly writers: string | null;
  readonly director_count: number;
  readonly writer_count: number;
}

/** All that a title's row is made from; kept in the document `live` of titles that have events. */
export interface TitleInputs {
  readonly dump: TitleDump | null;
  readonly records: RecordState;
  readonly ratings: RatingState;
}

const SET_SEPARATOR = '\u001f';
const SHOWN_CHARACTERS = 200;
const SHOWN_GENRES = 3;

/** The votes and the average of a source. */
interface Base {
  readonly averageE3: number;
  readonly votes: number;
}

const observedBase = (observed: Observed<'average_e3' | 'votes'> | null): Base | undefined =>
  observed !== null && Number(observed.votes) > 0 ? { averageE3: Number(observed.average_e3), votes: Number(observed.votes) } : undefined;

/** IMDb's: a dump's, or one that was observed after the dump's last changed. */
const imdbBase = ({ dump, ratings }: TitleInputs): Base | undefined => {
  const dumped =
    dump !== null && dump.rating_tenths !== null && dump.votes !== null && dump.votes > 0
      ? { averageE3: dump.rating_tenths * 100, votes: dump.votes }
      : undefined;
  const isNewer = dumped === undefined || (ratings.imdb !== null && ratings.imdb.epoch > (dump?.since ?? 0));
  return (isNewer ? observedBase(ratings.imdb) : undefined) ?? dumped;
};

const baseOf = (inputs: TitleInputs): Base | undefined => imdbBase(inputs) ?? observedBase(inputs.ratings.tmdb);

export interface MergedRating {
  /** Thousandths of points, rounded half up. */
  readonly ratingE3: number | null;
  readonly votes: number | null;
}

/** The title's rating and votes, all sources together. */
const mergedRating = (inputs: TitleInputs): MergedRating => {
  const { dump, records, ratings } = inputs;
  const base = baseOf(inputs);
  const votes = (base?.votes ?? 0) + ratings.count;
  if (votes > 0) {
    const points = BigInt(base?.averageE3 ?? 0) * BigInt(base?.votes ?? 0) + 100n * BigInt(ratings.sum_tenths);
    return { ratingE3: Number((2n * points + BigInt(votes)) / (2n * BigInt(votes))), votes };
  }
  const posted = records.posted_rating?.['rating_tenths'] ?? records.tmdb_rating?.['rating_tenths'] ?? null;
  const unweighed = dump?.rating_tenths ?? posted;
  return unweighed === null ? { ratingE3: null, votes: null } : { ratingE3: Number(unweighed) * 100, votes: 0 };
};

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

/** What IMDb says, with votes or without. */
const imdbRating = (inputs: TitleInputs): MergedRating => {
  const base = imdbBase(inputs);
  if (base !== undefined) return { ratingE3: base.averageE3, votes: base.votes };
  const tenths = inputs.dump?.rating_tenths ?? null;
  return { ratingE3: tenths === null ? null : tenths * 100, votes: inputs.dump?.votes ?? null };
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
const isKnown = ({ dump, records }: TitleInputs): boolean => dump !== null || records.additions > 0;

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

/** The inputs of a title without any. */
export const NO_INPUTS: TitleInputs = { dump: null, records: emptyState(movieRecords), ratings: emptyState(movieRatings) };
