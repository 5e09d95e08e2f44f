import type { View } from './view.ts';

/** One row per genre that any title has. Document `entry`: `genre`, `movies` (titles of type movie; may be 0). */
export const genres = {
  name: 'genres',
  layout: {
    key: 'genre',
    columns: { movies: 'integer', /** Of any type: the genre is listed while there is one. */ titles: 'integer' },
    documents: ['entry'],
    lookups: [],
    sorts: [],
    filters: [],
  },
} as const satisfies View;
