import type { View } from './view.ts';

/**
 * One row per person: those in `name.basics` and those only credited (whose name is unknown).
 *
 * Documents, written out by `shown-person.ts`: `person` (what is shown), `movies` (ids of the movies that credit the person in `title.principals` or
 * `title.crew`, ascending).
 */
export const people = {
  name: 'people',
  layout: {
    key: 'nconst',
    columns: {
      /** Distinct movies credited as actor or actress; null for none. */
      films: 'integer',
    },
    documents: ['person', 'movies'],
    lookups: [],
    sorts: [{ columns: ['films'], directions: 'descending' }],
    filters: [],
  },
  isOptional: true,
} as const satisfies View;
