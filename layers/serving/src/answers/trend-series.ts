/**
 * A metric day by day, where it is going, and what the next days may bring. Invariant: each day of the window is there, and all figures about them follow from the
 * values of the days as they are shown. Pure; docs/analytics.md has the formulas.
 */
import { DAY_MS, type MovieActivity } from '@rushes/views';

import { dateOf, daysOf, type DayWindow, startOfDay } from './analysis-days.ts';
import { mannKendall } from './mann-kendall.ts';
import { roundedTo } from './quotient.ts';
import { INTERVAL, SMOOTHING_ALPHA, smoothedForecast } from './smoothing.ts';
import { theilSenSlope } from './theil-sen.ts';
import type { TrendMetric } from './trend-metrics.ts';

const MOVING_DAYS = 7;
/** Complete days that a forecast is made from, whatever the window. */
const TRAINING_DAYS = 28;
const FORECAST_DAYS = 7;
const SLOPE_DECIMALS = 6;
const TEST_DECIMALS = 4;

export interface TrendDays {
  readonly window: DayWindow;
  /** The window is `[fromMs, toMs)`. Its last day is the one that is asked about, which is taken to be still going on. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Where the days begin that have to be read. */
  readonly readMs: number;
  readonly lastMs: number;
}

/** The window that ends with the day that `asOfMs` lies in. */
export const trendDays = (window: DayWindow, asOfMs: number): TrendDays => {
  const lastMs = startOfDay(asOfMs);
  const fromMs = lastMs - (daysOf(window) - 1) * DAY_MS;
  return {
    window,
    fromMs,
    toMs: lastMs + DAY_MS,
    readMs: Math.min(fromMs - (MOVING_DAYS - 1) * DAY_MS, lastMs - TRAINING_DAYS * DAY_MS),
    lastMs,
  };
};

/** The last day of the forecast begins then. */
export const lastForecastMs = ({ lastMs }: TrendDays): number => lastMs + (FORECAST_DAYS - 1) * DAY_MS;

interface Day {
  readonly startMs: number;
  /** What was observed; of an average, on a day without events, `null`. */
  readonly observed: number | null;
  /** The same, or what was observed last before. */
  readonly value: number | null;
  readonly count: number;
  readonly moving: number | null;
}

/** @param sums of each day from `readMs` on. */
const daysIn = <Sums>({ readMs }: TrendDays, metric: TrendMetric<Sums>, sums: readonly Sums[]): readonly Day[] => {
  let value: number | null = null;
  return sums.map((ofDay, at) => {
    const observed = metric.value(ofDay, 1);
    value = observed ?? value;
    const latest = sums.slice(Math.max(0, at - MOVING_DAYS + 1), at + 1).reduce((all, one) => metric.plus(all, one), metric.none);
    return { startMs: readMs + at * DAY_MS, observed, value, count: metric.count(ofDay), moving: metric.value(latest, MOVING_DAYS) };
  });
};

interface Observed {
  readonly startMs: number;
  readonly value: number;
}

const extreme = (days: readonly Observed[], isBeyond: (one: number, other: number) => boolean) => {
  const found = days.reduce<Observed | undefined>(
    (best, day) => (best === undefined || isBeyond(day.value, best.value) ? day : best),
    undefined,
  );
  return found === undefined ? null : { date: dateOf(found.startMs), value: found.value };
};

const forecast = ({ lastMs }: TrendDays, metric: Pick<TrendMetric, 'range' | 'decimals'>, complete: readonly Observed[]) => {
  const values = complete.filter(({ startMs }) => startMs >= lastMs - TRAINING_DAYS * DAY_MS).map(({ value }) => value);
  const predicted = smoothedForecast(values, FORECAST_DAYS, metric.range);
  if (predicted === undefined) return null;
  const round = (value: number): number => roundedTo(value, metric.decimals);
  return {
    method: 'simple-exponential-smoothing',
    alpha: SMOOTHING_ALPHA,
    values: values.length,
    interval: INTERVAL,
    series: predicted.map(({ value, low, high }, ahead) => ({
      date: dateOf(lastMs + ahead * DAY_MS),
      value: round(value),
      low: round(low),
      high: round(high),
    })),
  };
};

/** @param sums of each day from `readMs` up to `toMs`, in order. */
export const trendSeries = <Sums = MovieActivity>(of: TrendDays, metric: TrendMetric<Sums>, sums: readonly Sums[]) => {
  const days = daysIn(of, metric, sums);
  const complete = days.flatMap(({ startMs, observed }) =>
    observed === null || startMs === of.lastMs ? [] : [{ startMs, value: observed }],
  );
  const within = complete.filter(({ startMs }) => startMs >= of.fromMs);
  const { s, z, pValue, direction } = mannKendall(within.map(({ value }) => value));
  const slope = theilSenSlope(within.map(({ startMs, value }) => ({ x: startMs / DAY_MS, y: value })));
  return {
    direction,
    significance: {
      method: 'mann-kendall',
      days: within.length,
      s,
      z: roundedTo(z, TEST_DECIMALS),
      p_value: roundedTo(pValue, TEST_DECIMALS),
    },
    change_per_day: slope === undefined ? null : roundedTo(slope, SLOPE_DECIMALS),
    minimum: extreme(within, (one, other) => one < other),
    maximum: extreme(within, (one, other) => one > other),
    series: days
      .filter(({ startMs }) => startMs >= of.fromMs)
      .map(({ startMs, value, count, moving }) => ({
        date: dateOf(startMs),
        value,
        count,
        moving_average: moving,
        complete: startMs < of.lastMs,
      })),
    forecast: forecast(of, metric, complete),
  };
};
