import { expect, test } from 'vitest';

import { ratingBound } from './rating.ts';

const satisfies = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
};

test.each(['gt', 'gte', 'lt', 'lte'] as const)(
  '%s selects the same thousandths as exact arithmetic, for every bound of up to three decimals',
  (op) => {
    const wrong: string[] = [];
    for (let bound = 0; bound <= 10_000; bound += 1) {
      const text = `${Math.floor(bound / 1000)}.${String(bound % 1000).padStart(3, '0')}`;
      const condition = ratingBound('rating', op, Number(text));
      const limit = 'value' in condition ? Number(condition.value) : Number.NaN;
      for (const rating of [bound - 1, bound, bound + 1]) {
        if (satisfies[op](rating, limit) !== satisfies[op](rating, bound)) wrong.push(`${rating} thousandths, bound ${text}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);

test("a bound between two thousandths is nobody's", () => {
  expect(ratingBound('rating', 'gt', 8.5555)).toMatchObject({ value: 8555 });
  expect(ratingBound('rating', 'gte', 8.5555)).toMatchObject({ value: 8556 });
  expect(ratingBound('rating', 'lt', 8.5555)).toMatchObject({ value: 8556 });
  expect(ratingBound('rating', 'lte', 8.5555)).toMatchObject({ value: 8555 });
});
