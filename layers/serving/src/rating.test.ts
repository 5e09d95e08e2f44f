import { expect, test } from 'vitest';

import { pointsText, ratingBound } from './rating.ts';

const satisfies = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
};

test.each(['gt', 'gte', 'lt', 'lte'] as const)(
  '%s selects the same tenths as exact arithmetic, for every bound of up to two decimals',
  (op) => {
    const wrong: string[] = [];
    for (let hundredths = 0; hundredths <= 1000; hundredths += 1) {
      const text = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
      const condition = ratingBound('rating', op, Number(text));
      const bound = 'value' in condition ? Number(condition.value) : Number.NaN;
      for (let tenths = 0; tenths <= 100; tenths += 1) {
        if (satisfies[op](tenths, bound) !== satisfies[op](tenths * 10, hundredths)) wrong.push(`${tenths} tenths, bound ${text}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);

test.each([
  [85, '8.5'],
  [80, '8'],
  [null, 'null'],
])('%o tenths are shown as %s', (tenths, text) => expect(pointsText(tenths)).toBe(text));
