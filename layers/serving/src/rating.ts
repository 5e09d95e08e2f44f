/** Ratings are stored in tenths of points; clients speak of points. Pure. */
import type { Condition } from '@rushes/ports';

/** Tenths, and whether the points are a whole number of them. `1.1 * 10` is 11.000000000000002: nearness decides, not equality. */
const tenthsOf = (points: number): { readonly below: number; readonly above: number } => {
  const nearest = Math.round(points * 10);
  return Math.abs(points * 10 - nearest) < 1e-9
    ? { below: nearest, above: nearest }
    : { below: Math.floor(points * 10), above: Math.ceil(points * 10) };
};

/** Conditions on a column of tenths for a bound in points, exact for any decimals: above 8.55 is 8.6 or more. */
export const ratingBound = (column: string, op: 'gt' | 'gte' | 'lt' | 'lte', points: number): Condition => {
  const { below, above } = tenthsOf(points);
  return { column, op, value: op === 'gt' || op === 'lte' ? below : above };
};

/** JSON number of points, from tenths. */
export const pointsText = (tenths: number | null): string => (tenths === null ? 'null' : String(tenths / 10));
