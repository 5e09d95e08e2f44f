/**
 * What the view `titles` says of one title, from what the dumps say of it and from the states of its events. The batch layer's model
 * `sql/views/titles.sql` says the same of all titles at once; tests hold the two equal.
 *
 * Precedence of a field: posted, then TMDB, then IMDb; a source that says nothing of it is passed over.
 * `title-rating.ts` says how a rating comes about. A posted rating weighs nothing: it is shown, with no votes, where nothing else is known.
 */
import type { ArtefactRow, CellValue } from '@rushes/ports';

import type { MovieField } from './keyed/index.ts';
import { rowOfTitle } from './merged-title.ts';
import type { RatingState, RecordState, TitleInputs, TitleStates } from './title-inputs.ts';
import { imdbRating, type MergedRating, mergedRating } from './title-rating.ts';

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
  const { dump, records, ratings } = inputs;
  const { ratingE3, votes } = mergedRating(inputs);
  const title = nothing(said(records, 'title', 'title')) ?? dump?.title ?? null;
  return rowOfTitle({
    id,
    tconst: dump?.tconst ?? nothing(records.added?.tconst ?? null),
    type: dump?.type ?? 'movie',
    is_adult: dump?.is_adult ?? false,
    title,
    original_title: dump === null ? title : dump.original_title,
    year: integer(said(records, 'year', 'year')) ?? dump?.year ?? null,
    end_year: dump?.end_year ?? null,
    runtime: integer(said(records, 'runtime_minutes', 'runtime_minutes')) ?? dump?.runtime ?? null,
    rating: ratingE3,
    votes,
    genres: nothing(said(records, 'genres', 'genres')) ?? dump?.genres ?? null,
    directors: dump?.directors ?? null,
    writers: dump?.writers ?? null,
    director_count: dump?.director_count ?? 0,
    writer_count: dump?.writer_count ?? 0,
    rating_sources: ratingSources(imdbRating(inputs), ratings),
    live: json({ dump, records, ratings }),
  });
};
