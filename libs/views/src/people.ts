import type { View } from './view.ts';

/**
 * One row per person: those in `name.basics` and those only credited (whose name is unknown).
 *
 * Documents: `person` (`nconst`, `name`, `birth_year`, `death_year`, `professions`, `known_for` (tconsts), `films`), `movies` (ids of the
 * movies that credit the person in `title.principals` or `title.crew`, ascending).
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
} as const satisfies View;
