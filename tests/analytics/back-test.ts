/** How far forecasts are off: each day of a series is taken for the one that is asked about, and the forecast is compared with what came. Pure. */
import type { MovieActivity } from '@rushes/views';

import type { TrendMetric } from '../../layers/serving/src/answers/trend-metrics.ts';
import { lastForecastMs, trendDays, trendSeries } from '../../layers/serving/src/answers/trend-series.ts';

const DAY_MS = 86_400_000;

export interface BackTest {
  /** Days that were forecast and that had a value. */
  readonly days: number;
  /** Mean absolute errors: of the first day, and of all seven. */
  readonly firstDay: number;
  readonly week: number;
  /** The same of "as it was on the last day that had a value". */
  readonly firstDayAsBefore: number;
  readonly weekAsBefore: number;
  /** The part of days that lay within their intervals. */
  readonly within: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** @param series of each day from `firstMs` on. */
export const backTest = (metric: TrendMetric, series: readonly (readonly MovieActivity[])[], firstMs: number): BackTest => {
  const errors: { readonly ahead: number; readonly error: number; readonly asBefore: number; readonly isWithin: boolean }[] = [];
  for (const days of series)
    for (const [at] of days.entries()) {
      const asked = trendDays('7d', firstMs + at * DAY_MS);
      const begin = (asked.readMs - firstMs) / DAY_MS;
      const end = (lastForecastMs(asked) - firstMs) / DAY_MS;
      if (begin < 0 || end >= days.length) continue;
      const { forecast } = trendSeries(asked, metric, days.slice(begin, at + 1));
      if (forecast === null) continue;
      const before = days.slice(begin, at).flatMap((day) => metric.value(day, 1) ?? []);
      for (const [ahead, { value, low, high }] of forecast.series.entries()) {
        const came = metric.value(days[at + ahead] ?? { ratings: 0, sumTenths: 0, reviews: 0, compoundE4: 0 }, 1);
        if (came === null) continue;
        const asBefore = Math.abs(came - (before.at(-1) ?? 0));
        errors.push({ ahead, error: Math.abs(came - value), asBefore, isWithin: low <= came && came <= high });
      }
    }
  const first = errors.filter(({ ahead }) => ahead === 0);
  return {
    days: errors.length,
    firstDay: mean(first.map(({ error }) => error)),
    week: mean(errors.map(({ error }) => error)),
    firstDayAsBefore: mean(first.map(({ asBefore }) => asBefore)),
    weekAsBefore: mean(errors.map(({ asBefore }) => asBefore)),
    within: mean(errors.map(({ isWithin }) => Number(isWithin))),
  };
};
