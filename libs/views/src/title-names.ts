import type { View } from './view.ts';

/**
 * A title's titles: primary (`types` says `primary`) and original, also where they are equal, then the regional ones in IMDb's order without
 * IMDb's own repetition of the original. One row per title of IMDb's that has a title at all, by IMDb's id: its files are in that order.
 *
 * Document `titles`, written out by `shown-names.ts`.
 */
export const titleNames = {
  name: 'title_names',
  layout: { key: 'tconst', columns: {}, documents: ['titles'], lookups: [], sorts: [], filters: [] },
  isOptional: true,
} as const satisfies View;
