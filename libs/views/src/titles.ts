import type { View } from './view.ts';

/** What the kind of an adult title begins with. */
export const ADULT_KIND = '!';
/** The kinds from here on are not adult. */
export const FIRST_ORDINARY_KIND = '"';

/**
 * One row per title of any type: what lists show, filter and sort by. `title-row.ts` says how a row comes about.
 *
 * Lists nearly always ask for titles of one type that are not for adults only, so `kind` holds both: the type, and for adult titles the type behind
 * `ADULT_KIND`, which stands before all that types begin with. So leaving adult titles out costs a list nothing.
 *
 * Documents: `movie` (the fields of `GET /movies`), `title` (the fields of `GET /titles`), and for titles that have events
 * `rating_sources` (what of the rating is IMDb's, and what was given) and `live` (what the row was made from: the dumps' part and the states of the
 * events up to the cut).
 */
export const titles = {
  name: 'titles',
  folded: ['kind', 'primary_title', 'original_title', 'genre_keys', 'directors', 'writers'],
  sortKeys: ['title_sort'],
  layout: {
    key: 'id',
    columns: {
      tconst: 'text',
      type: 'text',
      /** Folded, as all that is filtered by. */
      kind: 'text',
      is_adult: 'boolean',
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
      /** As the source writes them, and folded. */
      genres: 'text_set',
      genre_keys: 'text_set',
      /** Folded names (of at most five each). */
      directors: 'text_set',
      writers: 'text_set',
      /** Numbers as credited, people without a name included; `genre_count` as shown. */
      director_count: 'integer',
      writer_count: 'integer',
      genre_count: 'integer',
    },
    documents: ['movie', 'title', 'rating_sources', 'live'],
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
} as const satisfies View;
