import type { View } from './view.ts';

/**
 * One row per title of any type: what lists show, filter and sort by. `title-row.ts` says how a row comes about.
 *
 * Documents: `movie` (the fields of `GET /movies`), `title` (the 18 fields of `GET /titles`), and for titles that have events
 * `rating_sources` (what of the rating is IMDb's, and what was given) and `live` (what the row was made from: the dumps' part and the states of the
 * events up to the cut).
 */
export const titles = {
  name: 'titles',
  folded: ['title_sort'],
  layout: {
    key: 'id',
    columns: {
      tconst: 'text',
      type: 'text',
      /** Folded primary title (`foldText`). */
      title_sort: 'text',
      /** As shown: cut at 200 characters. */
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
      genres: 'text_set',
      /** Names as shown (at most five each). */
      directors: 'text_set',
      writers: 'text_set',
      /** Numbers as credited, people without a name included; `genre_count` as shown. */
      director_count: 'integer',
      writer_count: 'integer',
      genre_count: 'integer',
    },
    documents: ['movie', 'title', 'rating_sources', 'live'],
    lookups: ['tconst'],
    partition: 'type',
    sorts: [
      { columns: ['votes'], directions: 'both' },
      { columns: ['rating'], directions: 'both' },
      { columns: ['year'], directions: 'both' },
      { columns: ['title_sort'], directions: 'both' },
      { columns: ['runtime'], directions: 'both' },
      { columns: ['weight'], directions: 'descending' },
      { columns: ['rating', 'votes'], directions: 'descending' },
    ],
    filters: ['type', 'genres', 'year', 'rating', 'votes', 'runtime', 'primary_title'],
  },
} as const satisfies View;
