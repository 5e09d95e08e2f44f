/** A title as all layers together know it, and the row of the view `titles` that is made of it. Both layers make their rows here. */
import { foldText, sortKey } from '@rushes/domain';
import type { ArtefactRow, CellValue, ColumnType } from '@rushes/ports';

import { shownGenreCount, shownText, type ShownTitle } from './shown-title.ts';
import { TOLD_FIELDS, type ToldColumn, toldFrom } from './told-fields.ts';

/** What the kind of an adult title begins with. */
export const ADULT_KIND = '!';
/** The kinds from here on are not adult. */
export const FIRST_ORDINARY_KIND = '"';

export interface MergedTitle extends ShownTitle {
  readonly id: string;
  /** JSON texts of the view's documents; `null` for a title without events. */
  readonly rating_sources: string | null;
  readonly live: string | null;
}

const TOLD_COLUMNS = Object.fromEntries(Object.entries(TOLD_FIELDS).map(([column, { type }]) => [column, type])) as {
  readonly [C in ToldColumn]: (typeof TOLD_FIELDS)[C]['type'];
}; // as: of every entry

/** The columns of the batch layer's model `sql/views/titles.sql`, which yields the same of all titles at once. */
export const MERGED_COLUMNS = {
  id: 'text',
  tconst: 'text',
  type: 'text',
  is_adult: 'boolean',
  title: 'text',
  original_title: 'text',
  year: 'integer',
  end_year: 'integer',
  runtime: 'integer',
  rating: 'integer',
  votes: 'integer',
  genres: 'text_set',
  directors: 'text_set',
  writers: 'text_set',
  director_count: 'integer',
  writer_count: 'integer',
  tmdb_id: 'integer',
  rating_sources: 'text',
  live: 'text',
  ...TOLD_COLUMNS,
} as const satisfies Record<keyof Omit<MergedTitle, 'told'> | ToldColumn, ColumnType>;

const folded = (text: string | null): string | null => (text === null ? null : foldText(text));

/** The row in the layout of the view `titles`. */
export const rowOfTitle = (title: MergedTitle): ArtefactRow => [
  title.id,
  title.tconst,
  foldText(title.is_adult ? ADULT_KIND + title.type : title.type),
  title.title === null ? null : sortKey(title.title),
  folded(title.title),
  folded(title.original_title),
  title.year,
  title.end_year,
  title.rating,
  title.votes,
  title.runtime,
  title.rating === null || title.votes === null ? null : title.rating * title.votes,
  folded(title.genres),
  folded(title.directors),
  folded(title.writers),
  title.director_count,
  title.writer_count,
  shownGenreCount(title.genres),
  shownText(title),
  title.rating_sources,
  title.live,
];

/** The same from the values of `MERGED_COLUMNS`, in their order. */
export const rowOfMerged = (values: readonly CellValue[]): ArtefactRow => {
  const [id, tconst, type, is_adult, title, original_title, year, end_year, runtime, rating, votes, genres, directors, writers, ...rest] =
    values;
  const [director_count, writer_count, tmdb_id, rating_sources, live, ...told] = rest;
  return rowOfTitle({
    id,
    tconst,
    type,
    is_adult,
    title,
    original_title,
    year,
    end_year,
    runtime,
    rating,
    votes,
    genres,
    directors,
    writers,
    director_count,
    writer_count,
    tmdb_id,
    rating_sources,
    live,
    told: toldFrom(told),
  } as MergedTitle); // as: the columns' types
};
