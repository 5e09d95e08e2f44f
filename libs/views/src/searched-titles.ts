/**
 * What titles are found by: one row per title of any type, with the words of its names, and what search filters, sorts and counts by.
 *
 * `title_words` follows from the title's own row, which events change; `other_words` (regional titles, directors, actors and actresses) from the dumps alone.
 * So the row of a title that events changed is made of the one part as it is now and of the other as it is stored (`searchRow`).
 */
import { FOLD_VERSION, foldText, namesText, WORDS_VERSION } from '@rushes/domain';
import { type ArtefactRow, type CellValue, type ColumnType, SET_SEPARATOR } from '@rushes/ports';

import { ADULT_KIND } from './merged-title.ts';
import type { View } from './view.ts';

const MODEL_COLUMNS = {
  id: 'text',
  type: 'text',
  is_adult: 'boolean',
  title: 'text',
  original_title: 'text',
  year: 'integer',
  rating: 'integer',
  votes: 'integer',
  genres: 'text_set',
  regional_titles: 'text_set',
  directors: 'text_set',
  actors: 'text_set',
} as const satisfies Record<string, ColumnType>;

/** What of a title events may change. */
interface FoundTitle {
  readonly id: string;
  readonly type: string;
  readonly is_adult: boolean;
  readonly title: string | null;
  readonly original_title: string | null;
  readonly year: number | null;
  /** Thousandths of points. */
  readonly rating: number | null;
  readonly votes: number | null;
  readonly genres: string | null;
}

const given = (text: string | null): readonly string[] => (text === null ? [] : [text]);
const membersOf = (set: CellValue | undefined): readonly string[] => (typeof set === 'string' ? set.split(SET_SEPARATOR) : []);

/** The row in the view's layout. @param otherWords those of names that events do not change. */
export const searchRow = (title: FoundTitle, otherWords: string): ArtefactRow => {
  const seen = new Set<string>();
  return [
    title.id,
    foldText(title.is_adult ? ADULT_KIND + title.type : title.type),
    title.type,
    title.year,
    title.rating,
    title.votes,
    title.genres === null ? null : foldText(title.genres),
    namesText('primary', given(title.title), seen) + namesText('original', given(title.original_title), seen),
    otherWords,
  ];
};

const otherWords = (regional: CellValue | undefined, directors: CellValue | undefined, actors: CellValue | undefined): string => {
  const people = new Set<string>();
  return (
    namesText('regional', membersOf(regional)) +
    namesText('director', membersOf(directors), people) +
    namesText('cast', membersOf(actors), people)
  );
};

const rowOf = (values: readonly CellValue[]): ArtefactRow => {
  const [id, type, is_adult, title, original_title, year, rating, votes, genres, regional, directors, actors] = values;
  // as: the model's columns, in their order
  return searchRow(
    { id, type, is_adult, title, original_title, year, rating, votes, genres } as FoundTitle,
    otherWords(regional, directors, actors),
  );
};

export const searchedTitles = {
  name: 'search',
  layout: {
    key: 'id',
    columns: {
      /** As in the view `titles`. */
      kind: 'text',
      /** As IMDb writes it. */
      type: 'text',
      year: 'integer',
      rating: 'integer',
      votes: 'integer',
      /** Folded. */
      genre_keys: 'text_set',
      title_words: 'text',
      other_words: 'text',
    },
    documents: [],
    lookups: [],
    sorts: [],
    filters: [],
    search: ['title_words', 'other_words'],
  },
  made: { from: MODEL_COLUMNS, row: rowOf, version: 100 * FOLD_VERSION + WORDS_VERSION },
  isOptional: true,
} as const satisfies View;
