/** The formulas of what is trending, on the example of docs/analytics.md and at their edges. */
import { type MovieActivity, NO_ACTIVITY } from '@rushes/views';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { roundedQuotient } from './quotient.ts';
import { addActivity, inOrder, noSums, scoreE3, type TrendSums, velocities } from './trend-score.ts';
import { bucketStarts, placeOfBucket, TREND_WINDOWS, trendBucket, trendSpan } from './trend-windows.ts';

const at = (time: string): number => Date.parse(`2026-03-01T${time}:00Z`);
const FIVE_MINUTES_MS = 300_000;
const span = trendSpan('1h', at('20:58'));

const ratings = (count: number): MovieActivity => ({ ...NO_ACTIVITY, ratings: count, sumTenths: 80 * count });
const reviews = (count: number): MovieActivity => ({ ...NO_ACTIVITY, reviews: count, compoundE4: 5000 * count });
const sumsOf = (...told: readonly (readonly [time: string, activity: MovieActivity])[]): TrendSums => {
  const sums = noSums();
  for (const [time, activity] of told)
    addActivity(sums, placeOfBucket(span, Math.floor(at(time) / FIVE_MINUTES_MS) * FIVE_MINUTES_MS), activity);
  return sums;
};

/** The two films of the documentation. */
const RISING = sumsOf(['20:56', ratings(3)], ['20:41', ratings(1)], ['20:12', reviews(1)], ['19:57', ratings(2)]);
const FADING = sumsOf(['20:31', ratings(6)], ['19:31', ratings(30)]);

describe('the example of the documentation', () => {
  test('has these windows and weights', () => {
    expect([span.endMs - span.lengthMs, span.endMs]).toEqual([at('20:00'), at('21:00')]);
    const hour = bucketStarts(span).slice(-12).toReversed();
    expect(hour.map((start) => placeOfBucket(span, start))).toEqual(
      [1000, 794, 630, 500, 397, 315, 250, 198, 157, 125, 99, 79].map((weight) => ({ at: 0, weight })),
    );
    expect(placeOfBucket(span, at('19:55'))).toEqual({ at: 1, weight: 1000 });
    expect(placeOfBucket(span, at('18:00'))).toEqual({ at: 2, weight: 79 });
  });

  test('has these scores', () => {
    expect([RISING.points, RISING.weighted[0]]).toEqual([[7, 2, 0], 3875]);
    expect([scoreE3(RISING, 0), scoreE3(RISING, 1)]).toEqual([4543, 2182]);
    expect(velocities(RISING, 1)).toEqual({ velocity: 5, acceleration: 3 });
    expect([FADING.points, FADING.weighted[0]]).toEqual([[6, 30, 0], 1890]);
    expect([scoreE3(FADING, 0), scoreE3(FADING, 1)]).toEqual([1080, 15_120]);
    expect(velocities(FADING, 1)).toEqual({ velocity: -24, acceleration: -54 });
  });

  test('has these ranks', () => {
    const movies = new Map([
      ['fading', FADING],
      ['rising', RISING],
    ]);
    expect(inOrder(movies, 0).map(({ id }) => id)).toEqual(['rising', 'fading']);
    expect(inOrder(movies, 1).map(({ id }) => id)).toEqual(['fading', 'rising']);
    expect(inOrder(movies, 2)).toEqual([]);
  });
});

describe('at the edges', () => {
  test('one rating of a film that nobody looked at is a little more than itself, and hundreds are twice as much at most', () => {
    expect(scoreE3(sumsOf(['20:58', ratings(1)]), 0)).toBe(1048);
    expect(scoreE3(sumsOf(['20:58', ratings(1_000_000)]), 0)).toBeLessThan(2_000_000_000);
    expect(scoreE3(sumsOf(['20:58', ratings(100)], ['19:58', ratings(100)]), 0)).toBe(100_000);
    expect(scoreE3(sumsOf(['20:58', ratings(1)], ['19:58', ratings(1_000_000)]), 0)).toBe(0);
  });

  test('a film that nothing happened to in the window is not in its order, whatever came before', () => {
    expect(inOrder(new Map([['gone', sumsOf(['19:30', ratings(9)])]]), 0)).toEqual([]);
  });

  test('ties are in the order of points, then of ids', () => {
    const [few, many] = [sumsOf(['20:58', ratings(1)]), sumsOf(['20:58', ratings(1)])];
    many.points[0] = 2;
    many.weighted[0] = 0;
    few.weighted[0] = 0;
    const movies = new Map([
      ['b', few],
      ['a', few],
      ['c', many],
    ]);
    expect(inOrder(movies, 0).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });

  test('before 1970 windows are cut as after it', () => {
    const early = trendSpan('7d', -1);
    expect([early.endMs, bucketStarts(early).length]).toEqual([0, 3 * 7 * 24]);
    expect(trendBucket('7d', -1)).toBe(-1);
  });
});

test.each(TREND_WINDOWS)('%s: each bucket lies in one window, weighs something, and less the older it is', (window) => {
  const of = trendSpan(window, at('12:34'));
  const places = bucketStarts(of)
    .toReversed()
    .map((start) => placeOfBucket(of, start));
  const each = places.length / 3;
  expect(places.map((place) => place.at)).toEqual(places.map((_, n) => Math.floor(n / each)));
  for (const [n, { weight }] of places.entries()) {
    expect(weight).toBeGreaterThanOrEqual(62);
    expect(weight).toBeLessThanOrEqual(n % each === 0 ? 1000 : (places[n - 1]?.weight ?? 0));
  }
  // Half of it after a quarter of the window.
  expect(places[each / 4]?.weight ?? 500).toBe(500);
});

test('quotients are exact, however large', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.maxSafeInteger()),
      fc.integer({ min: 1, max: 4_000_000 }),
      fc.integer({ min: 1, max: 8_000_000 }),
      (numerator, factor, denominator) => {
        const [n, d] = [BigInt(Math.abs(numerator)) * BigInt(factor), BigInt(denominator)];
        const rounded = n / d + (2n * (n % d) >= d ? 1n : 0n);
        expect(Math.abs(roundedQuotient(numerator, factor, denominator))).toBe(Number(rounded));
        if (rounded > 0n) expect(Math.sign(roundedQuotient(numerator, factor, denominator))).toBe(Math.sign(numerator));
      },
    ),
  );
});
