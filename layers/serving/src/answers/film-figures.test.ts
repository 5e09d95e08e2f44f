/** The example of docs/analytics.md, worked out by hand, and what happens where there is nothing to average. */
import { FILM_MEASURES, type FilmMeasure, type FilmSums, NO_FILM_SUMS } from '@rushes/views';
import { expect, test } from 'vitest';

import { figure, figureChange } from './film-figures.ts';
import { filmYears } from './film-years.ts';

const sumsOf = (given: Partial<Record<FilmMeasure, bigint>>): FilmSums => FILM_MEASURES.map((name) => given[name] ?? 0n);

/**
 * 1998: The Quarry, 30 votes of 8.2, 110 minutes. 1999: Teeth, 10 votes of 7.5, 90 minutes; Salt, 3 votes of 6.1, 121 minutes, reviews of 0.4404, 0.6369 and
 * -0.3; Unseen, which nobody voted on and whose runtime nobody knows.
 */
const Y1998 = sumsOf({
  films: 1n,
  rated_films: 1n,
  votes: 30n,
  points_e3: 246_000n,
  runtime_films: 1n,
  runtime_minutes: 110n,
  revenue_films: 1n,
  revenue_cents: 500_000_000n,
});
const Y1999 = sumsOf({
  films: 3n,
  rated_films: 2n,
  votes: 13n,
  points_e3: 93_300n,
  runtime_films: 2n,
  runtime_minutes: 211n,
  revenue_films: 2n,
  revenue_cents: 1_234_567_891n,
  popularity_high: 1n,
  popularity_low: 1n,
  reviews: 3n,
  compound_e4: 7773n,
  positive: 2n,
  negative: 1n,
});

test('the figures of the example', () => {
  // (10 × 7.5 + 3 × 6.1) / 13 = 93.3 / 13
  expect(figure('average_rating', Y1999)).toBe(7.177);
  expect([figure('films', Y1999), figure('rated_films', Y1999), figure('votes', Y1999)]).toEqual([3, 2, 13]);
  expect([figure('runtime_films', Y1999), figure('total_runtime', Y1999), figure('average_runtime', Y1999)]).toEqual([2, 211, 105.5]);
  // (0.4404 + 0.6369 − 0.3) / 3 = 0.2591
  expect(figure('average_sentiment', Y1999)).toBe(0.2591);
  expect([figure('positive', Y1999), figure('neutral', Y1999), figure('negative', Y1999)]).toEqual([0.6667, 0, 0.3333]);
});

test('amounts are whole cents, null where none is known', () => {
  // $12,345,678.91 of two films.
  expect([figure('revenue_films', Y1999), figure('revenue_cents', Y1999), figure('average_revenue_cents', Y1999)]).toEqual([
    2, 1_234_567_891, 617_283_946,
  ]);
  expect([figure('budget_films', Y1999), figure('budget_cents', Y1999), figure('average_budget_cents', Y1999)]).toEqual([0, null, null]);
  expect([figureChange('revenue_cents', Y1999, Y1998), figureChange('budget_cents', Y1999, Y1998)]).toEqual([734_567_891, null]);
  expect([figure('popularity_films', Y1999), figure('popularity_high', Y1999), figure('popularity_medium', Y1999)]).toEqual([2, 1, 0]);
});

test('changes are differences of figures as they are shown, null where one of both is not known', () => {
  expect([figureChange('films', Y1999, Y1998), figureChange('votes', Y1999, Y1998)]).toEqual([2, -17]);
  // 7.177 − 8.2, and not 7.1769… − 8.2
  expect(figureChange('average_rating', Y1999, Y1998)).toBe(-1.023);
  expect(figureChange('average_runtime', Y1999, Y1998)).toBe(-4.5);
  expect(figureChange('average_sentiment', Y1999, Y1998)).toBeNull();
});

test('sums beyond what a double holds are divided exactly', () => {
  const points = 3n * 2n ** 80n;
  expect(figure('average_rating', sumsOf({ votes: 2n ** 71n, points_e3: points }))).toBe(1.536);
});

test('a mean score is rounded half away from zero on both sides', () => {
  expect(figure('average_sentiment', sumsOf({ reviews: 2n, compound_e4: 7n }))).toBe(0.0004);
  expect(figure('average_sentiment', sumsOf({ reviews: 2n, compound_e4: -7n }))).toBe(-0.0004);
});

test('years in order, without those that have no films, each against the calendar year before', () => {
  const rows = filmYears(
    new Map<number | null, FilmSums>([
      [null, sumsOf({ films: 2n })],
      [2001, sumsOf({ films: 1n })],
      [2000, NO_FILM_SUMS],
      [1999, Y1999],
      [1998, Y1998],
    ]),
  );
  expect(
    rows.map(({ year, releases, change_releases, change_average_rating }) => [year, releases, change_releases, change_average_rating]),
  ).toEqual([
    [1998, 1, 1, null],
    [1999, 3, 2, -1.023],
    [2001, 1, 1, null],
    [null, 2, null, null],
  ]);
  expect(rows.at(-1)).toMatchObject({ votes: 0, average_rating: null, average_runtime: null, change_votes: null });
});
