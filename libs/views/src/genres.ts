import type { View } from './view.ts';

/** One row per genre that any title has, as the source writes it. Numbers of adult titles are kept apart: answers leave them out by default. */
export const genres = {
  name: 'genres',
  layout: {
    key: 'genre',
    columns: {
      /** Titles of type movie that are not for adults only. */
      movies: 'integer',
      /** The same of any type. */
      titles: 'integer',
      adult_movies: 'integer',
      adult_titles: 'integer',
    },
    documents: [],
    lookups: [],
    sorts: [],
    filters: [],
  },
} as const satisfies View;
