/** The slope of Theil (1950) and Sen (1968): the median of the slopes between all pairs, so that single days hardly move it. Pure. */
import { median } from './median.ts';

/** @param points at different `x`, ascending. `undefined`: fewer than two. */
export const theilSenSlope = (points: readonly { readonly x: number; readonly y: number }[]): number | undefined =>
  median(points.flatMap((later, at) => points.slice(0, at).map((earlier) => (later.y - earlier.y) / (later.x - earlier.x))));
