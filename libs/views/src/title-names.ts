import type { View } from './view.ts';

/**
 * A title's titles: primary (`types` says `primary`) and original, also where they are equal, then the regional ones in IMDb's order without
 * IMDb's own repetition of the original. One row per title that has a title at all.
 *
 * Document `titles`: array of `title`, `region`, `language`, `types`, `is_original`.
 */
export const titleNames = {
  name: 'title_names',
  layout: {
    key: 'id',
    columns: {},
    documents: ['titles'],
    lookups: [],
    sorts: [],
    filters: [],
  },
} as const satisfies View;
