import type { View } from './view.ts';

/** What events said of titles that nobody knows yet: the document `live` is that of the view `titles`. It counts once the title is known. */
export const unknownTitles = {
  name: 'unknown_titles',
  layout: { key: 'id', columns: {}, documents: ['live'], lookups: [], sorts: [], filters: [] },
} as const satisfies View;
