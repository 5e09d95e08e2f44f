/** Where a movie's rating comes from: IMDb's base and what arrived beside it. Pure. */
import type { ViewRow } from '@rushes/ports';
import { ratingSources } from '@rushes/views';

const integer = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/**
 * JSON text of the member `ratings`, from a row of the view `titles` with its columns `rating` and `votes` and its second document `rating_sources`: a
 * title without events has none, and all of its rating is IMDb's.
 */
export const ratingParts = ({ documents, columns: [rating, votes] }: ViewRow): string =>
  documents[1] ?? ratingSources({ ratingE3: integer(rating), votes: integer(votes) }, { count: 0, sum_tenths: 0 });
