import type { View } from './view.ts';

/**
 * Figures over a whole data set, one row each: `rated_titles` (rows of `title.ratings`) and `total_votes` (sum of their votes),
 * from which the average number of votes is presented; and `ratings_observed_ms`, when `title.ratings` was so, in milliseconds since 1970.
 *
 * Document `statistic`: `name`, `value` (an integer).
 */
export const statistics = {
  name: 'statistics',
  layout: {
    key: 'name',
    columns: { value: 'integer' },
    documents: ['statistic'],
    lookups: [],
    sorts: [],
    filters: [],
  },
} as const satisfies View;
