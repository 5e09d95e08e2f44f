import type { View } from './view.ts';

/**
 * One row per movie that was reviewed. Documents: `reviews` (the state of `movie_reviews`), `hours` and `days` (arrays of
 * `[start of the bucket in ms, count, sum of compound in ten-thousandths, positive, neutral, negative]`, the oldest first).
 */
export const sentiment = {
  name: 'sentiment',
  layout: {
    key: 'movie_id',
    columns: { reviews_count: 'integer' },
    documents: ['reviews', 'hours', 'days'],
    lookups: [],
    sorts: [],
    filters: [],
  },
} as const satisfies View;
