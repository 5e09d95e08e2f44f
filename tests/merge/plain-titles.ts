/**
 * What every title shows, from the dumps' lines and the events before a position, computed anew from nothing: no epochs, no versions, no merging. Shares no
 * code with what it checks, but for the score of a text.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';

import type { OffsetVector } from '@rushes/domain';

import { sortedBy } from '../golden/folded-text.ts';
import { entitiesOf } from '../golden/gold-reference.ts';
import { type Row, textOf, type Value } from '../golden/rows.ts';
import { silverOf } from '../golden/silver-reference.ts';
import { viewsOf } from '../golden/view-reference.ts';
import { movieRatings, movieRecords } from '../log-batch/plain-fold.ts';
import type { LogHistory } from './log-history.ts';

const SEPARATOR = '\u001f';
const SHOWN_GENRES = 3;

export interface PlainTitle {
  readonly id: string;
  readonly type: string;
  readonly is_adult: boolean;
  readonly title_sort: string | null;
  readonly year: number | null;
  /** Thousandths of points. */
  readonly rating: number | null;
  readonly votes: number | null;
  readonly runtime: number | null;
  readonly genres: readonly string[];
  /** As `/movies` shows it. */
  readonly movie: Row;
  /** As `/titles` shows it. */
  readonly title: Row;
  readonly ratings: Row;
}

/** A folder of IMDb's files, typed: its titles, and what it says of their people and names. */
export interface PlainDump {
  readonly titles: ReadonlyMap<string, Row>;
  readonly credits: ReadonlyMap<string, Row>;
  readonly names: ReadonlyMap<string, Value>;
  /** Ids of the films that credit a person. */
  readonly filmsOf: ReadonlyMap<string, readonly string[]>;
  /** When its ratings were so. */
  readonly ratingsMs: number;
}

export const readDump = (folder: string): PlainDump => {
  const silver = silverOf(folder);
  const { titles, credits, title_names, people } = viewsOf(silver, entitiesOf(silver));
  const idOf = new Map(titles.map((row) => [row['tconst'], textOf(row['id'])]));
  const byId = (rows: readonly Row[]): ReadonlyMap<string, Row> => new Map(rows.map((row) => [idOf.get(row['tconst']) ?? '', row]));
  return {
    titles: byId(titles),
    credits: byId(credits),
    ratingsMs: statSync(join(folder, 'title.ratings.tsv')).mtimeMs,
    filmsOf: new Map(people.map(({ nconst, movies }) => [textOf(nconst), listOf(movies)])),
    names: new Map(title_names.map((row) => [idOf.get(row['tconst']) ?? '', row['titles'] ?? []])),
  };
};

type Fields = Readonly<Record<string, unknown>>;
// as, here and below: of the forms that the reference itself makes
const fieldsOf = (value: unknown): Fields => (value ?? {}) as Fields;
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const setOf = (value: unknown): string | null => textOrNull(listOf(value).join(SEPARATOR));

/** a / b rounded half up; neither is negative. */
const rounded = (a: bigint, b: bigint): number => Number((2n * a + b) / (2n * b));

interface Rated {
  readonly rating: number | null;
  readonly votes: number | null;
}
const points = ({ rating, votes }: Rated): Row => ({ rating: rating === null ? null : rating / 1000, votes });

interface Weighed {
  readonly average: number;
  readonly votes: number;
}
const weighed = (average: unknown, votes: unknown): Weighed | undefined =>
  typeof average === 'number' && typeof votes === 'number' && votes > 0 ? { average, votes } : undefined;

/** Of what IMDb says in a dump and in an event, that of the later time; where one says nothing, the other. */
const imdbOf = (dump: Row | undefined, dumpMs: number, ratings: Fields): Weighed | undefined => {
  const event = fieldsOf(ratings['imdb']);
  const [dumped, observed] = [weighed(dump?.['rating'], dump?.['votes']), weighed(event['average_e3'], event['votes'])];
  return Number(event['at_ms']) > dumpMs ? (observed ?? dumped) : (dumped ?? observed);
};

const ratingOf = (dump: Row | undefined, dumpMs: number, records: Fields, ratings: Fields): Rated => {
  const tmdb = fieldsOf(ratings['tmdb']);
  const base = imdbOf(dump, dumpMs, ratings) ?? weighed(tmdb['average_e3'], tmdb['votes']);
  const votes = (base?.votes ?? 0) + Number(ratings['count']);
  if (votes > 0) {
    const sum = BigInt(base?.average ?? 0) * BigInt(base?.votes ?? 0) + 100n * BigInt(Number(ratings['sum_tenths']));
    return { rating: rounded(sum, BigInt(votes)), votes };
  }
  const said = fieldsOf(records['posted_rating'])['rating_tenths'] ?? fieldsOf(records['tmdb_rating'])['rating_tenths'];
  const rating = numberOf(dump?.['rating']) ?? (typeof said === 'number' ? said * 100 : null);
  return rating === null ? { rating, votes: null } : { rating, votes: 0 };
};

/** IMDb's part, an observation without votes being none, and what was given beside it. */
const partsOf = (dump: Row | undefined, dumpMs: number, ratings: Fields): Row => {
  const base = imdbOf(dump, dumpMs, ratings);
  const imdb = base
    ? { rating: base.average, votes: base.votes }
    : { rating: numberOf(dump?.['rating']), votes: numberOf(dump?.['votes']) };
  const count = Number(ratings['count']);
  const live = { rating: count === 0 ? null : rounded(100n * BigInt(Number(ratings['sum_tenths'])), BigInt(count)), votes: count };
  return { imdb: points(imdb), live: points(live) };
};

const dollars = (cents: unknown): number | null => (typeof cents === 'number' ? cents / 100 : null);

/** `undefined`: nobody knows the title. */
export const plainTitle = (dump: PlainDump, history: LogHistory, position: OffsetVector, id: string): PlainTitle | undefined => {
  const row = dump.titles.get(id);
  const records = movieRecords(history.events(id, 'movie.metadata', position));
  const ratings = movieRatings(history.events(id, 'movie.ratings', position));
  if (row === undefined && records['additions'] === 0) return undefined;
  const [movie, title] = [fieldsOf(row?.['movie']), fieldsOf(row?.['title'])];
  const said = (field: string, column = field): unknown =>
    fieldsOf(records[`posted_${field}`])[column] ?? fieldsOf(records[`tmdb_${field}`])[column];
  const saidGenres =
    textOrNull(fieldsOf(records['posted_genres'])['genres'] ?? fieldsOf(records['tmdb_genres'])['genres']) ?? setOf(movie['genres']);
  const genres = saidGenres === null ? [] : saidGenres.split(SEPARATOR);
  const shown = textOrNull(said('title')) ?? textOrNull(movie['title']);
  const original = row === undefined ? shown : textOrNull(movie['original_title']);
  const type = textOrNull(movie['type']) ?? 'movie';
  const year = numberOf(said('year')) ?? numberOf(row?.['year']);
  const runtime = numberOf(said('runtime_minutes')) ?? numberOf(row?.['runtime']);
  const tconst = textOrNull(row?.['tconst']) ?? textOrNull(fieldsOf(records['added'])['tconst']);
  const isAdult = movie['is_adult'] === true;
  const rated = ratingOf(row, dump.ratingsMs, records, ratings);
  const first = genres.slice(0, SHOWN_GENRES);
  const popularity = fieldsOf(ratings['tmdb'])['popularity_e3'];
  const keywords = textOrNull(said('keywords'));
  return {
    id,
    type,
    is_adult: isAdult,
    title_sort: shown === null ? null : sortedBy(shown),
    year,
    rating: rated.rating,
    votes: rated.votes,
    runtime,
    genres,
    movie: {
      id,
      tconst,
      tmdb_id: numberOf(fieldsOf(records['tmdb_link'])['tmdb_id']),
      title: shown,
      original_title: original,
      type,
      year,
      runtime_minutes: runtime,
      genres,
      ...points(rated),
      imdb_link: tconst === null ? null : `https://www.imdb.com/title/${tconst}/`,
      is_adult: isAdult,
      budget: dollars(said('budget', 'budget_cents')),
      revenue: dollars(said('revenue', 'revenue_cents')),
      popularity: typeof popularity === 'number' ? popularity / 1000 : null,
      keywords: keywords === null ? [] : keywords.split(SEPARATOR),
    },
    title: {
      title_key: tconst ?? id,
      primary_title: shown,
      original_title: original,
      title_type: type,
      directors: textOrNull(title['directors']),
      writers: textOrNull(title['writers']),
      genres: first.length === 0 ? null : first.join(','),
      hasDirectors: title['hasDirectors'] === true,
      hasWriters: title['hasWriters'] === true,
      hasEnded: title['hasEnded'] === true,
      numOfGenres: first.length,
      releaseYear: year,
      endYear: numberOf(title['endYear']),
      averageRating: points(rated)['rating'] ?? null,
      numVotes: rated.votes,
      runtimeMinutes: runtime,
      numDirectors: numberOf(title['numDirectors']) ?? 0,
      numWriters: numberOf(title['numWriters']) ?? 0,
      tconst,
      genre_list: genres,
      director_list: listOf(title['director_list']),
      writer_list: listOf(title['writer_list']),
      is_adult: isAdult,
    },
    ratings: partsOf(row, dump.ratingsMs, ratings),
  };
};
