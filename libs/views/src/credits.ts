import type { View } from './view.ts';

/**
 * Who is credited in a title. One row per title that credits anybody.
 *
 * Documents, arrays of objects: `directors`, `writers` (`nconst`, `name`), `cast` (actors and actresses in order: `nconst`, `name`, `category`,
 * `characters`), `credits` (all principals in order: `ordering`, `nconst`, `name`, `category`, `job`, `characters`).
 */
export const credits = {
  name: 'credits',
  layout: {
    key: 'id',
    columns: {},
    documents: ['directors', 'writers', 'cast', 'credits'],
    lookups: [],
    sorts: [],
    filters: [],
  },
} as const satisfies View;
