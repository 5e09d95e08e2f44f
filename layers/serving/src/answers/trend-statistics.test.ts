/** The statistics of trends: the examples of docs/analytics.md, worked out by hand, their edges, and random series against plainer ways to the same numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { mannKendall } from './mann-kendall.ts';
import { median } from './median.ts';
import { robustScore } from './robust-score.ts';
import { smoothedForecast } from './smoothing.ts';
import { theilSenSlope } from './theil-sen.ts';

const overDays = (values: readonly number[]) => values.map((y, x) => ({ x, y }));

/** The six complete days of the documentation. */
const VOTES = [2, 1, 3, 3, 5, 6];

describe('the direction', () => {
  test('of the example: 13 pairs rise, 1 falls, 1 is tied; the variance is (6 × 5 × 17 − 2 × 1 × 9) / 18', () => {
    const { s, z, pValue, direction } = mannKendall(VOTES);
    expect([s, z, pValue, direction]).toEqual([12, expect.closeTo(11 / Math.sqrt(492 / 18), 12), expect.closeTo(0.0354, 4), 'rising']);
    expect(mannKendall(VOTES.toReversed())).toEqual({ s: -12, z: -z, pValue, direction: 'falling' });
  });

  test.each([
    ['no days', []],
    ['one day', [5]],
    ['all days alike', [4, 4, 4, 4, 4, 4]],
    ['as many pairs that rise as fall', [1, 2, 2, 1]],
  ])('%s: flat, with nothing to say against it', (_name, values) => {
    expect(mannKendall(values)).toEqual({ s: 0, z: 0, pValue: 1, direction: 'flat' });
  });

  test('four days that rise are not enough, five are: z is 5 / √8.67 and 9 / √16.67', () => {
    expect(mannKendall([1, 2, 3, 4])).toMatchObject({ s: 6, z: expect.closeTo(5 / Math.sqrt((4 * 3 * 13) / 18), 12), direction: 'flat' });
    expect(mannKendall([1, 2, 3, 4, 5])).toMatchObject({
      s: 10,
      z: expect.closeTo(9 / Math.sqrt((5 * 4 * 15) / 18), 12),
      direction: 'rising',
    });
  });

  // Table values of the standard normal distribution.
  test.each([
    [1.96, 0.05],
    [2.5758, 0.01],
    [0.6745, 0.5],
    [3.2905, 0.001],
  ])('z = %s has p = %s', (z, p) => {
    // The closest that a long series comes to it: as many pairs fall as it takes.
    const n = 400;
    const wanted = Math.round(z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)) + 1;
    let falling = ((n * (n - 1)) / 2 - wanted) / 2;
    // An inversion table: how many of those before each are larger.
    const order: number[] = [];
    for (let at = 0; at < n; at += 1) {
      const larger = Math.min(at, Math.floor(falling));
      falling -= larger;
      order.splice(order.length - larger, 0, at);
    }
    const values = Array.from({ length: n }, () => 0);
    for (const [rank, at] of order.entries()) values[at] = rank;
    const found = mannKendall(values);
    expect([found.z, found.pValue]).toEqual([expect.closeTo(z, 2), expect.closeTo(p, 3)]);
  });

  test('takes no other than rank into account, and turns with the series', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 }), (values) => {
        const { s, z, direction } = mannKendall(values);
        const pairs = values.flatMap((late, at) => values.slice(0, at).map((early) => [early, late] as const));
        expect(s).toBe(pairs.filter(([a, b]) => a < b).length - pairs.filter(([a, b]) => a > b).length);
        expect(mannKendall(values.map((value) => value ** 3))).toEqual(mannKendall(values));
        expect(mannKendall(values.map((value) => -value)).z).toBeCloseTo(-z, 12);
        expect(direction).toBe(z > 1.96 ? 'rising' : z < -1.96 ? 'falling' : 'flat');
      }),
    );
  });
});

describe('the change a day', () => {
  test('of the example: the eighth of fifteen slopes, from −1 to 2, is 1', () => {
    expect(theilSenSlope(overDays(VOTES))).toBe(1);
  });

  test('counts days that are left out', () => {
    expect(
      theilSenSlope([
        { x: 0, y: 2 },
        { x: 10, y: 4 },
      ]),
    ).toBe(0.2);
  });

  test('is none of fewer than two days, and 0 where all are alike', () => {
    expect([theilSenSlope([]), theilSenSlope([{ x: 3, y: 1 }]), theilSenSlope(overDays([4, 4, 4]))]).toEqual([undefined, undefined, 0]);
  });

  test('of a line is its slope, whatever a few days do', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 12, max: 40 }), fc.integer(), (slope, days, odd) => {
        const line = Array.from({ length: days }, (_, x) => slope * x);
        line[Math.abs(odd) % days] = odd;
        expect(theilSenSlope(overDays(line))).toBeCloseTo(slope, 9);
      }),
    );
  });
});

describe('the forecast', () => {
  const NO_BOUNDS = [-Infinity, Infinity] as const;
  const AVERAGES = [4, 4, 6, 5, 7, 6, 8, 8];

  test('of the example: level 6.816, squares of errors 18.419, reach 2.079 on the first day and 2.170 on the second', () => {
    const [first, second, ...others] = smoothedForecast(AVERAGES, 7, [1, 10]) ?? [];
    expect(first).toEqual({ value: expect.closeTo(6.815572, 9), low: expect.closeTo(4.73663, 4), high: expect.closeTo(8.894513, 4) });
    expect(second).toEqual({ value: first?.value, low: expect.closeTo(4.645094, 4), high: expect.closeTo(8.98605, 4) });
    expect(others).toHaveLength(5);
  });

  test('ends where values end', () => {
    expect(smoothedForecast(AVERAGES, 7, [5, 8.5])?.[0]).toMatchObject({ low: 5, high: 8.5 });
  });

  test('of days that are all alike is them, without doubt', () => {
    expect(
      smoothedForecast(
        Array.from({ length: 8 }, () => 3),
        2,
        NO_BOUNDS,
      ),
    ).toEqual([
      { value: 3, low: 3, high: 3 },
      { value: 3, low: 3, high: 3 },
    ]);
  });

  test('of fewer than eight days is none', () => {
    expect([smoothedForecast([], 7, NO_BOUNDS), smoothedForecast(AVERAGES.slice(1), 7, NO_BOUNDS)]).toEqual([undefined, undefined]);
  });

  test('is the weighted mean of all days that smoothing is said to be', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 8, maxLength: 28 }), (values) => {
        const weight = (age: number): number => (age === values.length - 1 ? 1 : 0.3) * 0.7 ** age;
        const mean = values.toReversed().reduce((sum, value, age) => sum + weight(age) * value, 0);
        expect(smoothedForecast(values, 1, NO_BOUNDS)?.[0]?.value).toBeCloseTo(mean, 9);
      }),
    );
  });
});

describe('the robust score', () => {
  test('of 40 after days of 3, 5, 4, 4, 2, 5, 4: median 4, MAD 1, and 36 by the larger of 1.4826 and √4', () => {
    expect(robustScore(40, [3, 5, 4, 4, 2, 5, 4], (usual) => Math.sqrt(Math.max(usual, 1)))).toEqual({ median: 4, mad: 1, z: 18 });
    expect(robustScore(40, [3, 5, 4, 4, 2, 5, 4], () => 0).z).toBeCloseTo(36 / 1.4826, 9);
  });

  test('is of what is nothing before by the least deviation alone', () => {
    expect([robustScore(12, [], () => 1), robustScore(12, [0, 0, 0], () => 1)]).toEqual([
      { median: 0, mad: 0, z: 12 },
      { median: 0, mad: 0, z: 12 },
    ]);
  });
});

test('the median is the middle one, or the mean of the two in the middle; of numbers, not of texts', () => {
  expect([median([]), median([7]), median([10, 9, 100]), median([4, 1, 3, 2])]).toEqual([undefined, 7, 10, 2.5]);
});
