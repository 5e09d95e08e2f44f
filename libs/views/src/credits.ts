import type { View } from './view.ts';

/**
 * Who is credited in a title of IMDb's. One row per title that credits anybody, by IMDb's id: its files are in that order.
 *
 * Documents, written out by `shown-credits.ts`: `crew` (directors and writers), `credits` (all principals in order).
 */
export const credits = {
  name: 'credits',
  layout: { key: 'tconst', columns: {}, documents: ['crew', 'credits'], lookups: [], sorts: [], filters: [] },
  isOptional: true,
} as const satisfies View;
