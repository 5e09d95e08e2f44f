import type { View } from './view.ts';

/**
 * A title's different titles: primary, original, then the regional ones in IMDb's order. One row per title.
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
