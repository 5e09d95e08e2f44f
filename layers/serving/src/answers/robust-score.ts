/**
 * How far a value lies from those before it, by their median and their median absolute deviation (MAD), which single days hardly move: the modified z-score of
 * Iglewicz and Hoaglin (1993). Pure.
 */
import { median } from './median.ts';

/** The threshold that they recommend. */
export const ROBUST_THRESHOLD = 3.5;

/** Of normally distributed values the MAD times this is the standard deviation. */
const MAD_TO_DEVIATION = 1.4826;

export interface RobustScore {
  readonly median: number;
  readonly mad: number;
  readonly z: number;
}

/** @param leastDeviation what the deviation is taken to be at least, by the median: values that hardly differ would make anything stand out. */
export const robustScore = (value: number, before: readonly number[], leastDeviation: (median: number) => number): RobustScore => {
  const middle = median(before) ?? 0;
  const mad = median(before.map((one) => Math.abs(one - middle))) ?? 0;
  return { median: middle, mad, z: (value - middle) / Math.max(MAD_TO_DEVIATION * mad, leastDeviation(middle)) };
};
