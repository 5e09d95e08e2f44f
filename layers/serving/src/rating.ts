/** Ratings are stored in tenths of points; clients speak of points. Pure. */
import type { Condition } from '@rushes/ports';

/**
 * A condition on a column of tenths for a bound in points, exact for any decimals: above 8.55 is 8.6 or more. Ten times a number of up to
 * two decimals is never rounded across a whole number: the tests try them all.
 */
export const ratingBound = (column: string, op: 'gt' | 'gte' | 'lt' | 'lte', points: number): Condition => ({
  column,
  op,
  value: op === 'gt' || op === 'lte' ? Math.floor(points * 10) : Math.ceil(points * 10),
});

/** JSON number of points, from tenths. */
export const pointsText = (tenths: number | null): string => (tenths === null ? 'null' : String(tenths / 10));
