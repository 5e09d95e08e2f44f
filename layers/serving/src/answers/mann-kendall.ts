/**
 * Whether values go up or down in the course of time, whatever the form: the test of Mann (1945) and Kendall (1975), with the correction for ties and for
 * continuity, by its normal approximation. Pure; docs/analytics.md has an example.
 */

/** Beyond it a direction is taken for real: 5 of 100 series without any direction lie beyond it. */
export const SIGNIFICANT_Z = 1.96;

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

/** Two-sided: erfc(|z| / √2) by Abramowitz and Stegun (1964), 7.1.26; off by less than 2e-7. */
const twoSided = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, series * Math.exp(-x * x));
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
  return { s, z, pValue: z === 0 ? 1 : twoSided(z), direction };
};
