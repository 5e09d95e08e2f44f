/** Ratings are stored in thousandths of points; clients speak of points. Pure. */
import type { Condition } from '@rushes/ports';

const thousandths = (points: number): number => Number((points * 1000).toFixed(6));

/**
 * A condition on a column of thousandths for a bound in points, exact for any decimals: above 8.5555 is 8.556 or more. The product is rounded to
 * a few decimals first, so that 8.7 is 8,700 thousandths and not a hair more or less.
 */
export const ratingBound = (column: string, op: 'gt' | 'gte' | 'lt' | 'lte', points: number): Condition => ({
  column,
  op,
  value: op === 'gt' || op === 'lte' ? Math.floor(thousandths(points)) : Math.ceil(thousandths(points)),
});
