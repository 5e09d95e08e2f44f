/**
 * A forecast of the next days of a series by simple exponential smoothing (Brown, 1959): all of them are as high as the level, which moves by a part of each error. The interval is that
 * of the model ETS(A,N,N) (Hyndman et al., 2008): errors are taken to be normal and alike. Pure; docs/analytics.md has an example, and how far off it is.
 */

/** By how much of its error the level moves. Fixed: a choice for each series did no better over a week. */
export const SMOOTHING_ALPHA = 0.3;

/** The part of days that the interval is meant to hold, and how many standard deviations that is to either side. */
export const INTERVAL = 0.8;
const INTERVAL_Z = 1.2816;

/** Fewer values give no forecast. */
const FEWEST_VALUES = 8;

/** Of one day ahead. */
export interface Forecast {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * So many steps on, the next one first; `undefined` where there are fewer than `FEWEST_VALUES` values.
 * @param values in the order of time.
 * @param range what values can be at all: the interval ends there.
 */
export const smoothedForecast = (
  values: readonly number[],
  steps: number,
  [lowest, highest]: readonly [lowest: number, highest: number],
): readonly Forecast[] | undefined => {
  const [first, ...later] = values;
  if (first === undefined || values.length < FEWEST_VALUES) return undefined;
  let level = first;
  let squares = 0;
  for (const value of later) {
    const error = value - level;
    squares += error * error;
    level += SMOOTHING_ALPHA * error;
  }
  const deviation = Math.sqrt(squares / later.length);
  return Array.from({ length: steps }, (_, ahead) => {
    const reach = INTERVAL_Z * deviation * Math.sqrt(1 + ahead * SMOOTHING_ALPHA ** 2);
    return { value: level, low: Math.max(lowest, level - reach), high: Math.min(highest, level + reach) };
  });
};
