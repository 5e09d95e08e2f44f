/** Since which version a title's rating is what IMDb's dump says. */
import type { EventTable } from './event-tables.ts';

export const RATING_CHANGES: EventTable = {
  name: 'silver.rating_changes',
  columns: [
    { name: 'tconst', type: 'VARCHAR' },
    { name: 'since', type: 'BIGINT' },
  ],
  meaning:
    'Ratings of IMDb that came or changed with a version, and its number: an edit of before that version yields to them. Ratings that are not listed are as old as the first version.',
};
