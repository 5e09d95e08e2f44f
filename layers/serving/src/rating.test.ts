import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { pointsText, ratingBound } from './rating.ts';

const satisfies = (op: string, tenths: number, bound: number): boolean =>
  ({ gt: tenths > bound, gte: tenths >= bound, lt: tenths < bound, lte: tenths <= bound })[op] ?? false;

describe('bounds in points', () => {
  test('select the same tenths as exact arithmetic in hundredths', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom('gt', 'gte', 'lt', 'lte'),
        (hundredths, tenths, op) => {
          const condition = ratingBound(
            'rating',
            op,
            Number(`${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`),
          );
          expect(condition).toMatchObject({ column: 'rating', op });
          const bound = 'value' in condition ? Number(condition.value) : Number.NaN;
          expect(satisfies(op, tenths, bound)).toBe(satisfies(op, tenths * 10, hundredths));
        },
      ),
    );
  });

  test.each([1.1, 2.2, 5.6, 8.2, 9.3])('%f points are a whole number of tenths', (points) => {
    expect(ratingBound('rating', 'gte', points)).toHaveProperty('value', Math.round(points * 10));
  });
});

test.each([
  [85, '8.5'],
  [80, '8'],
  [null, 'null'],
])('%o tenths are shown as %s', (tenths, text) => expect(pointsText(tenths)).toBe(text));
