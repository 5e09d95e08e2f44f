/** What reviews of a window say, on examples worked out by hand. */
import { DAY_MS, HOUR_MS } from '@rushes/views';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { ReviewBucket } from '../merge/overlay/change-reviews.ts';
import { windowSentiment } from './sentiment-summary.ts';

const DAY_0 = Date.UTC(2026, 2, 1);
const bucket = (startMs: number, compoundsE4: readonly number[]): ReviewBucket => [
  startMs,
  compoundsE4.length,
  compoundsE4.reduce((sum, one) => sum + one, 0),
  compoundsE4.filter((one) => one >= 500).length,
  compoundsE4.filter((one) => one > -500 && one < 500).length,
  compoundsE4.filter((one) => one <= -500).length,
];

test('a window of 30 days ends with the day that is asked about, and has exactly 30 days', () => {
  const buckets = [
    bucket(DAY_0 - 30 * DAY_MS, [-9000]),
    bucket(DAY_0 - 29 * DAY_MS, [1000]),
    bucket(DAY_0, [2000, 0]),
    bucket(DAY_0 + DAY_MS, [9999]),
  ];
  const { daily, ...summary } = windowSentiment(buckets, '30d', DAY_0 + 5 * HOUR_MS);
  expect(summary).toEqual({
    from: '2026-01-31T00:00:00.000Z',
    to: '2026-03-02T00:00:00.000Z',
    reviews: 3,
    average: 0.1,
    label: 'positive',
    // (2 + 1.9208 − 1.96 × √(2 × 1 / 3 + 0.9604)) / (3 + 3.8416)
    confidence: 0.2077,
    positive: 0.6667,
    neutral: 0.3333,
    negative: 0,
    counts: { positive: 2, neutral: 1, negative: 0 },
    // 0.1 on both days.
    velocity: 0,
    // Against -0.9 in the window before.
    trend: 1,
  });
  expect(daily).toHaveLength(30);
  expect([daily[0], daily[1], daily[29]]).toEqual([
    { date: '2026-01-31', reviews: 1, average: 0.1, positive: 1, neutral: 0, negative: 0 },
    { date: '2026-02-01', reviews: 0, average: null, positive: null, neutral: null, negative: null },
    { date: '2026-03-01', reviews: 2, average: 0.1, positive: 0.5, neutral: 0.5, negative: 0 },
  ]);
});

test('a window of 7 days is made of hours', () => {
  const now = DAY_0 + 5 * HOUR_MS + 1;
  const buckets = [
    bucket(DAY_0 + 6 * HOUR_MS - 7 * DAY_MS, [100]),
    bucket(DAY_0 + 5 * HOUR_MS - 7 * DAY_MS, [9000]),
    bucket(DAY_0 + 5 * HOUR_MS, [-301]),
  ];
  expect(windowSentiment(buckets, '7d', now)).toMatchObject({
    reviews: 2,
    average: -0.0101,
    to: '2026-03-01T06:00:00.000Z',
    trend: -0.9101,
  });
});

test('days of a window of hours begin and end in the middle of one, and have its reviews alone', () => {
  const now = DAY_0 + 5 * HOUR_MS + 1;
  const at = (hour: number, compound: number): ReviewBucket => bucket(DAY_0 + hour * HOUR_MS, [compound]);
  const { daily, reviews } = windowSentiment([at(5 - 168, 9000), at(6 - 168, 100), at(-24, 3000), at(-1, 4000), at(0, 100)], '7d', now);
  expect([daily.length, reviews]).toEqual([8, 4]);
  expect(daily.filter((day) => day.reviews > 0).map(({ date, average }) => [date, average])).toEqual([
    ['2026-02-22', 0.01],
    ['2026-02-28', 0.35],
    ['2026-03-01', 0.01],
  ]);
});

describe('the label', () => {
  test.each([
    [500, 'positive'],
    [499, 'neutral'],
    [0, 'neutral'],
    [-499, 'neutral'],
    [-500, 'negative'],
  ])('of an average of %s ten-thousandths is %s', (compound, label) => {
    expect(windowSentiment([bucket(DAY_0, [compound])], '30d', DAY_0).label).toBe(label);
  });

  // (k + 1.9208 − 1.96 × √(k × (n − k) / n + 0.9604)) / (n + 3.8416)
  test.each([
    [1, 1, 0.2065],
    [10, 10, 0.7225],
    [8, 10, 0.4902],
    [80, 100, 0.7112],
    [100, 100, 0.963],
  ])('is relied on more the more reviews have it: %s of %s', (positive, reviews, wanted) => {
    const compounds = Array.from({ length: reviews }, (_, n) => (n < positive ? 5000 : 0));
    expect(windowSentiment([bucket(DAY_0, compounds)], '30d', DAY_0)).toMatchObject({ label: 'positive', confidence: wanted });
  });

  test('neutral of reviews that are all either good or bad is not to be relied on at all', () => {
    expect(windowSentiment([bucket(DAY_0, [9000, -9000])], '30d', DAY_0)).toMatchObject({ label: 'neutral', confidence: 0 });
  });
});

describe('the velocity', () => {
  test('of 0.1 twice and, two days later, 0.7 is 0.3 a day', () => {
    const { velocity } = windowSentiment([bucket(DAY_0 - 2 * DAY_MS, [0, 2000]), bucket(DAY_0, [7000])], '30d', DAY_0);
    expect(velocity).toBe(0.3);
  });

  test('is the slope of the least-squares line through all reviews, wherever they lie', () => {
    const review = fc.record({ day: fc.integer({ min: -80, max: 0 }), compound: fc.integer({ min: -10_000, max: 10_000 }) });
    fc.assert(
      fc.property(fc.array(review, { minLength: 2, maxLength: 30 }), (reviews) => {
        const days = [...new Set(reviews.map(({ day }) => day))].toSorted((a, b) => a - b);
        const compoundsOf = (day: number) => reviews.filter((one) => one.day === day).map(({ compound }) => compound);
        const { velocity } = windowSentiment(
          days.map((day) => bucket(DAY_0 + day * DAY_MS, compoundsOf(day))),
          '90d',
          DAY_0,
        );
        const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
        const [x, y] = [mean(reviews.map(({ day }) => day)), mean(reviews.map(({ compound }) => compound / 10_000))];
        const above = reviews.reduce((sum, { day, compound }) => sum + (day - x) * (compound / 10_000 - y), 0);
        const below = reviews.reduce((sum, { day }) => sum + (day - x) ** 2, 0);
        if (days.length < 2) expect(velocity).toBeNull();
        else expect(velocity).toBeCloseTo(above / below, 5);
      }),
    );
  });

  test('is none of reviews of one day', () => {
    expect(windowSentiment([bucket(DAY_0, [1000, 5000])], '30d', DAY_0).velocity).toBeNull();
  });
});

test('of all reviews, days are shown from the first review on, 90 at most', () => {
  const all = (day: number) => windowSentiment([bucket(DAY_0 + day * DAY_MS, [1000])], 'all', DAY_0).daily.map(({ date }) => date);
  expect([all(0), all(-2), all(-200).length, all(-200)[0]]).toEqual([
    ['2026-03-01'],
    ['2026-02-27', '2026-02-28', '2026-03-01'],
    90,
    '2025-12-02',
  ]);
  expect(windowSentiment([], 'all', DAY_0)).toMatchObject({ label: null, confidence: null, velocity: null, daily: [] });
});

test('without reviews there is no average, and all has no trend', () => {
  expect(windowSentiment([], '90d', DAY_0)).toMatchObject({ reviews: 0, average: null, positive: null, trend: null });
  expect(windowSentiment([bucket(0, [5000])], 'all', DAY_0)).toMatchObject({ from: null, reviews: 1, average: 0.5, trend: null });
});
