/**
 * Whether values go up or down in the course of time, whatever the form: the test of Mann (1945) and Kendall (1975), with the correction for ties and for
 * continuity, by its normal approximation. Pure; docs/analytics.md has an example.
 */

/** Beyond it a direction is taken for real: 5 of 100 series without any direction lie beyond it. */
const SIGNIFICANT_Z = 1.96;

export type Direction = 'rising' | 'falling' | 'flat';

export interface MannKendall {
  /** Pairs of values that rise, less those that fall. */
  readonly s: number;
  /** `s` in standard deviations of series without a direction; 0 where that has none. */
  readonly z: number;
  /** How likely at least such a `z` is without a direction, up or down. */
  readonly pValue: number;
  readonly direction: Direction;
}

/** Beyond so many deviations nothing is left but rounding. */
const FARTHEST_Z = 8;

/** Both tails of the standard normal distribution together, by the series of Marsaglia (2004), whose terms are all positive. @param z not negative. */
const bothTails = (z: number): number => {
  if (z > FARTHEST_Z) return 0;
  let [term, sum] = [z, z];
  for (let odd = 3; term > sum * Number.EPSILON; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return Math.max(0, 1 - (2 * sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
};

/** @param values in the order of time. Those that are equal are ties. */
export const mannKendall = (values: readonly number[]): MannKendall => {
  let s = 0;
  const times = new Map<number, number>();
  for (const [at, value] of values.entries()) {
    for (let before = 0; before < at; before += 1) s += Math.sign(value - (values[before] ?? value));
    times.set(value, (times.get(value) ?? 0) + 1);
  }
  const spread = (n: number): number => n * (n - 1) * (2 * n + 5);
  const variance = [...times.values()].reduce((rest, tied) => rest - spread(tied), spread(values.length)) / 18;
  const z = s === 0 || variance <= 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance);
  const direction = Math.abs(z) <= SIGNIFICANT_Z ? 'flat' : z > 0 ? 'rising' : 'falling';
  return { s, z, pValue: bothTails(Math.abs(z)), direction };
};
