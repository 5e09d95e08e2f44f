/** A metric day by day: an example worked out by hand, and what it says at the edges. */
import { DAY_MS, type MovieActivity, NO_ACTIVITY } from '@rushes/views';
import { describe, expect, test } from 'vitest';

import { DAY_WINDOWS } from './analysis-days.ts';
import { POPULARITY_METRIC, type PopularitySums, TREND_METRIC_NAMES, TREND_METRICS } from './trend-metrics.ts';
import { trendDays, trendSeries } from './trend-series.ts';

const AS_OF = Date.parse('2026-03-08T17:30:00Z');
const days = trendDays('7d', AS_OF);

const rated = (ratings: number, points: number): MovieActivity => ({ ...NO_ACTIVITY, ratings, sumTenths: 10 * points });

const eachDay = <Sums>(told: Readonly<Record<string, Sums>>, none: Sums, of = days): readonly Sums[] =>
  Array.from(
    { length: (of.toMs - of.readMs) / DAY_MS },
    (_, at) => told[new Date(of.readMs + at * DAY_MS).toISOString().slice(0, 10)] ?? none,
  );

/** Ratings by date, of all days that are read. */
const from = (told: Readonly<Record<string, MovieActivity>>, of = days): readonly MovieActivity[] => eachDay(told, NO_ACTIVITY, of);
/** The same of what was observed last of each film. */
const popularityFrom = (told: Readonly<Record<string, PopularitySums>>): readonly PopularitySums[] => eachDay(told, POPULARITY_METRIC.none);

/** The seven days of the documentation, the last of which is going on. */
const TOLD = {
  '2026-02-27': rated(7, 35),
  '2026-03-02': rated(2, 10),
  '2026-03-03': rated(1, 8),
  '2026-03-04': rated(3, 21),
  '2026-03-05': rated(3, 20),
  '2026-03-06': rated(5, 40),
  '2026-03-07': rated(6, 48),
  '2026-03-08': rated(1, 1),
};

test('the window ends with the day that is asked about, and enough is read before it', () => {
  expect(new Date(days.fromMs).toISOString()).toBe('2026-03-02T00:00:00.000Z');
  expect(new Date(days.toMs).toISOString()).toBe('2026-03-09T00:00:00.000Z');
  for (const window of DAY_WINDOWS) {
    const of = trendDays(window, AS_OF);
    expect((of.toMs - of.fromMs) / DAY_MS).toBe(Number.parseInt(window, 10));
    expect(of.fromMs - of.readMs).toBeGreaterThanOrEqual(6 * DAY_MS);
    expect(of.lastMs - of.readMs).toBeGreaterThanOrEqual(28 * DAY_MS);
  }
  expect(trendDays('30d', Date.parse('2026-03-08T00:00:00Z'))).toEqual(trendDays('30d', Date.parse('2026-03-08T23:59:59.999Z')));
});

describe('the example of the documentation', () => {
  test('votes: the direction is that of the six complete days', () => {
    const { series, forecast, ...figures } = trendSeries(days, TREND_METRICS.votes, from(TOLD));
    expect(figures).toEqual({
      direction: 'rising',
      significance: { method: 'mann-kendall', days: 6, s: 12, z: 2.104, p_value: 0.0354 },
      change_per_day: 1,
      minimum: { date: '2026-03-03', value: 1 },
      maximum: { date: '2026-03-07', value: 6 },
    });
    // Of the week to 2 March: 7 of 27 February, and 2. Of that to 8 March: 2 + 1 + 3 + 3 + 5 + 6 + 1 = 21.
    expect(series.map(({ value, moving_average, complete }) => [value, moving_average, complete])).toEqual([
      [2, 1.286, true],
      [1, 1.429, true],
      [3, 1.857, true],
      [3, 2.286, true],
      [5, 2, true],
      [6, 2.857, true],
      [1, 3, false],
    ]);
    expect(series.map(({ date }) => date)).toEqual([2, 3, 4, 5, 6, 7, 8].map((day) => `2026-03-0${day}`));
    expect([forecast?.values, forecast?.series.map(({ date }) => date)]).toEqual([
      28,
      ['2026-03-08', '2026-03-09', '2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13', '2026-03-14'],
    ]);
    expect(forecast?.series.every(({ low }) => low >= 0)).toBe(true);
  });

  test('rating: averages of days, of all ratings of a week, and no forecast from seven days', () => {
    const { series, forecast, minimum, maximum } = trendSeries(days, TREND_METRICS.rating, from(TOLD));
    expect(series.map(({ value }) => value)).toEqual([5, 8, 7, 6.667, 8, 8, 1]);
    // (35 + 10) / 9; (35 + 10 + 8) / 10; …; without 27 February (10 + 8 + 21 + 20 + 40) / 14, and so on.
    expect(series.map(({ moving_average }) => moving_average)).toEqual([5, 5.3, 5.692, 5.875, 7.071, 7.35, 7.048]);
    expect([forecast, minimum, maximum]).toEqual([null, { date: '2026-03-02', value: 5 }, { date: '2026-03-03', value: 8 }]);
  });
});

describe('the example of popularity', () => {
  const one = (thousandths: bigint): PopularitySums => ({ observed: 1, sumE3: thousandths });
  /** What was observed last on each day of a film. */
  const POPULAR = {
    '2026-02-27': one(8000n),
    '2026-03-02': one(12_500n),
    '2026-03-03': one(14_000n),
    '2026-03-05': one(20_250n),
    '2026-03-06': one(19_000n),
    '2026-03-07': one(21_000n),
    '2026-03-08': one(30_000n),
  };

  test('a day without an observation has the value of the last one, and counts in no figure', () => {
    const { series, ...figures } = trendSeries(days, POPULARITY_METRIC, popularityFrom(POPULAR));
    expect(series.map(({ value, count, complete }) => [value, count, complete])).toEqual([
      [12.5, 1, true],
      [14, 1, true],
      [14, 0, true],
      [20.25, 1, true],
      [19, 1, true],
      [21, 1, true],
      [30, 1, false],
    ]);
    expect(series.map(({ moving_average }) => moving_average)).toEqual([10.25, 11.5, 11.5, 13.688, 16.438, 17.35, 19.458]);
    expect(figures).toEqual({
      direction: 'flat',
      // Nine of the ten pairs rise: 7 / √(5 × 4 × 15 / 18).
      significance: { method: 'mann-kendall', days: 5, s: 8, z: 1.7146, p_value: 0.0864 },
      // Between 5/3 and 1.7.
      change_per_day: 1.683333,
      minimum: { date: '2026-03-02', value: 12.5 },
      maximum: { date: '2026-03-07', value: 21 },
      // Six values before the day itself.
      forecast: null,
    });
  });

  test('of a genre each film that was observed on a day counts once, and sums are exact beyond what a double holds', () => {
    const { series } = trendSeries(
      days,
      POPULARITY_METRIC,
      popularityFrom({
        '2026-03-07': { observed: 2, sumE3: 21_000n + 4_500n },
        '2026-03-08': { observed: 9_000_001, sumE3: 9_000_001n * 10n ** 12n + 4_500_001n },
      }),
    );
    expect(series.slice(-2).map(({ value, count }) => [value, count])).toEqual([
      [12.75, 2],
      [1_000_000_000.001, 9_000_001],
    ]);
  });
});

describe('at the edges', () => {
  test.each(TREND_METRIC_NAMES)('%s of nothing: every day is there, flat', (name) => {
    const isCount = name === 'votes' || name === 'reviews';
    const found =
      name === 'popularity' ? trendSeries(days, POPULARITY_METRIC, popularityFrom({})) : trendSeries(days, TREND_METRICS[name], from({}));
    const value = isCount ? 0 : null;
    expect(found).toMatchObject({
      direction: 'flat',
      significance: { days: isCount ? 6 : 0, s: 0, z: 0, p_value: 1 },
      change_per_day: value,
      minimum: isCount ? { date: '2026-03-02', value: 0 } : null,
    });
    expect(found.series.map((day) => [day.value, day.count, day.moving_average])).toEqual(found.series.map(() => [value, 0, value]));
    expect(found.forecast?.series.map(({ value: one, low, high }) => [one, low, high]) ?? null).toEqual(
      isCount ? Array.from({ length: 7 }, () => [0, 0, 0]) : null,
    );
  });

  test('a day without ratings has the average of the last one that had any, and counts in no figure', () => {
    const found = trendSeries(days, TREND_METRICS.rating, from({ '2026-02-10': rated(1, 3), '2026-03-04': rated(2, 18) }));
    expect(found.series.map(({ value, count }) => [value, count])).toEqual([
      [3, 0],
      [3, 0],
      [9, 2],
      [9, 0],
      [9, 0],
      [9, 0],
      [9, 0],
    ]);
    expect(found.series.map(({ moving_average }) => moving_average)).toEqual([null, null, 9, 9, 9, 9, 9]);
    expect([found.significance.days, found.change_per_day, found.minimum, found.maximum]).toEqual([
      1,
      null,
      { date: '2026-03-04', value: 9 },
      { date: '2026-03-04', value: 9 },
    ]);
  });

  test('a new film has no value before its first day, and a day alone has no direction', () => {
    const found = trendSeries(days, TREND_METRICS.rating, from({ '2026-03-08': rated(4, 30) }));
    expect(found.series.map(({ value }) => value)).toEqual([null, null, null, null, null, null, 7.5]);
    expect([found.direction, found.significance.days, found.minimum]).toEqual(['flat', 0, null]);
  });

  test('eight days with ratings are enough for a forecast, as far back as 28 days', () => {
    const told = (first: number) =>
      Object.fromEntries(
        [4, 4, 6, 5, 7, 6, 8, 8].map((points, at) => [`2026-02-${String(first + at).padStart(2, '0')}`, rated(1, points)]),
      );
    const { forecast } = trendSeries(days, TREND_METRICS.rating, from(told(8)));
    expect([forecast?.values, forecast?.series.slice(0, 2)]).toEqual([
      8,
      [
        { date: '2026-03-08', value: 6.816, low: 4.737, high: 8.895 },
        { date: '2026-03-09', value: 6.816, low: 4.645, high: 8.986 },
      ],
    ]);
    const all = trendDays('90d', AS_OF);
    expect(trendSeries(all, TREND_METRICS.rating, from(told(7), all)).forecast).toBeNull();
  });

  test('sentiment is in four decimals, and may be below 0', () => {
    const reviewed: MovieActivity = { ...NO_ACTIVITY, reviews: 3, compoundE4: -10_000 };
    const { series } = trendSeries(days, TREND_METRICS.sentiment, from({ '2026-03-07': reviewed, '2026-03-08': reviewed }));
    expect(series.slice(-2).map(({ value, moving_average, count }) => [value, moving_average, count])).toEqual([
      [-0.3333, -0.3333, 3],
      [-0.3333, -0.3333, 3],
    ]);
  });
});
