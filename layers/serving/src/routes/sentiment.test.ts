import { DAY_MS, HOUR_MS } from '@rushes/views';
import { expect, test } from 'vitest';

import type { ReviewBucket } from '../merge/overlay/change-reviews.ts';
import { windowSentiment } from './sentiment.ts';

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
  expect(windowSentiment(buckets, '30d', DAY_0 + 5 * HOUR_MS)).toEqual({
    from: '2026-01-31T00:00:00.000Z',
    to: '2026-03-02T00:00:00.000Z',
    reviews: 3,
    average: 0.1,
    positive: 0.6667,
    neutral: 0.3333,
    negative: 0,
    // Against -0.9 in the window before.
    trend: 1,
  });
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

test('without reviews there is no average, and all has no trend', () => {
  expect(windowSentiment([], '90d', DAY_0)).toMatchObject({ reviews: 0, average: null, positive: null, trend: null });
  expect(windowSentiment([bucket(0, [5000])], 'all', DAY_0)).toMatchObject({ from: null, reviews: 1, average: 0.5, trend: null });
});
