import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { thousandthsText } from './quotient.ts';

test.each([
  [1n, 3n, '0.333'],
  [2n, 3n, '0.667'],
  [1n, 2000n, '0.001'],
  [1n, 2001n, '0'],
  [5n, 2n, '2.5'],
  [12n, 4n, '3'],
  [0n, 7n, '0'],
  [3_000_000n * 100n * 1_600_000n, 10n * 1_300_000_000n, '36923.077'],
  [9_007_199_254_740_993n, 1n, '9007199254740993'],
])('%i / %i is %s', (numerator, denominator, text) => expect(thousandthsText(numerator, denominator)).toBe(text));

test('is nearest, and upwards in the middle', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 12n }), (numerator, denominator) => {
      const [whole = '', decimals = ''] = thousandthsText(numerator, denominator).split('.');
      const shown = BigInt(whole + decimals.padEnd(3, '0'));
      // shown − 1/2 ≤ 1000 n / d < shown + 1/2
      expect((2n * shown - 1n) * denominator <= 2000n * numerator).toBe(true);
      expect(2000n * numerator < (2n * shown + 1n) * denominator).toBe(true);
    }),
  );
});
