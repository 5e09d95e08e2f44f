/**
 * The titles that have an id of TMDB's, by their own ids: one row per title that is known and linked. Nothing keeps two titles from being linked to one id of
 * TMDB's, since their events lie in different partitions: so the id is no lookup, whose values are unique, but sorted by, and the title with the lowest key
 * is the one that is found. That is a function of all rows, so it is the same wherever the cut runs.
 */
import type { ArtefactRow } from '@rushes/ports';

import { readShown } from './shown-title.ts';
import type { View } from './view.ts';

export const tmdbLinks = {
  name: 'tmdb_links',
  layout: {
    key: 'id',
    columns: { tmdb_id: 'integer' },
    documents: [],
    lookups: [],
    sorts: [{ columns: ['tmdb_id'], directions: 'ascending' }],
    filters: ['tmdb_id'],
  },
  isOptional: true,
} as const satisfies View;

/** The row of a title; `undefined` if it has no id of TMDB's. @param shown the document `shown` of the title. */
export const tmdbLinkRow = (id: string, shown: string): ArtefactRow | undefined => {
  const { tmdb_id } = readShown(shown);
  return tmdb_id === null ? undefined : [id, tmdb_id];
};
