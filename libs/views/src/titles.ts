import { FOLD_VERSION } from '@rushes/domain';

import { MERGED_COLUMNS, rowOfMerged } from './merged-title.ts';
import { TOLD_FIELDS } from './told-fields.ts';
import type { View } from './view.ts';

/** Goes up when rows are made otherwise; another number of told fields counts by itself. */
const ROW_VERSION = 3;

/**
 * One row per title of any type: what lists show, filter and sort by. `title-row.ts` says how a row comes about.
 *
 * Lists nearly always ask for titles of one type that are not for adults only, so `kind` holds both: the type, and for adult titles the type behind
 * `ADULT_KIND`, which stands before all that types begin with. So leaving adult titles out costs a list nothing.
 *
 * Documents: `shown` (what `shown-title.ts` writes out as the fields of `GET /movies` and `GET /titles`), and for titles that have events
 * `rating_sources` (what of the rating is IMDb's, and what was given) and `live` (what the row was made from: the dumps' part and the states of the
 * events up to the cut).
 */
export const titles = {
  name: 'titles',
  layout: {
    key: 'id',
    columns: {
      tconst: 'text',
      /** Folded, as all that is filtered by. */
      kind: 'text',
      /** `sortKey` of the primary title. */
      title_sort: 'text',
      /** Folded, whole. */
      primary_title: 'text',
      original_title: 'text',
      year: 'integer',
      end_year: 'integer',
      /** Thousandths of rating points. */
      rating: 'integer',
      votes: 'integer',
      /** Minutes. */
      runtime: 'integer',
      /** votes × rating in thousandths: the order of the top movies, exact whatever the average number of votes is. */
      weight: 'integer',
      /** Folded. */
      genre_keys: 'text_set',
      /** Folded names (of at most five each). */
      directors: 'text_set',
      writers: 'text_set',
      /** Numbers as credited, people without a name included; `genre_count` as shown. */
      director_count: 'integer',
      writer_count: 'integer',
      genre_count: 'integer',
    },
    documents: ['shown', 'rating_sources', 'live'],
    lookups: ['tconst'],
    partition: 'kind',
    sorts: [
      { columns: ['votes'], directions: 'both' },
      { columns: ['rating'], directions: 'both' },
      { columns: ['year'], directions: 'both' },
      { columns: ['title_sort'], directions: 'both' },
      { columns: ['runtime'], directions: 'both' },
      { columns: ['weight'], directions: 'descending' },
      { columns: ['rating', 'votes'], directions: 'descending' },
    ],
    filters: ['kind', 'genre_keys', 'year', 'rating', 'votes', 'runtime', 'primary_title'],
  },
  made: {
    from: MERGED_COLUMNS,
    row: rowOfMerged,
    version: 1000 * FOLD_VERSION + 100 * ROW_VERSION + Object.keys(TOLD_FIELDS).length,
  },
} as const satisfies View;
