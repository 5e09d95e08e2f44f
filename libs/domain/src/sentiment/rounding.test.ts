import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { roundedScaled } from './rounding.ts';

/** A double as an exact fraction: an integer by 2^1074. */
const FRACTION_BITS = 1074n;
const exact = (value: number): bigint => {
  const [bits = 0n] = new BigUint64Array(new Float64Array([value]).buffer);
  const exponent = (bits >> 52n) & 0x7ffn;
  const mantissa = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? mantissa : (mantissa | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
};

/** The rule itself, in exact arithmetic: to the nearest, ties to even. */
const expected = (value: number, digits: number): number => {
  const scaled = exact(value) * 10n ** BigInt(digits);
  const one = 1n << FRACTION_BITS;
  const below = scaled >> FRACTION_BITS;
  const rest = 2n * (scaled - below * one);
  const up = rest > one || (rest === one && below % 2n !== 0n);
  return Number(up ? below + 1n : below);
};

// What Python's `round` gives.
test.each([
  [0.0625, 3, 62],
  [0.1875, 3, 188],
  [0.3125, 3, 312],
  [0.03125, 4, 312],
  [-0.03125, 4, -312],
  [0.09375, 4, 938],
  [-0.09375, 4, -938],
  [0.12345, 4, 1235],
  [0.00005, 4, 1],
  [0.00015, 4, 1],
  [0.00025, 4, 3],
  [0.0015, 3, 2],
  [0.9995, 3, 1000],
  [0.99995, 4, 10_000],
  [1, 4, 10_000],
  [-1, 4, -10_000],
])('%d at %i digits is %d', (value, digits, rounded) => {
  expect(roundedScaled(value, digits)).toBe(rounded);
});

test.each([0, -0, -1e-9])('%d is 0, not −0', (value) => {
  expect(Object.is(roundedScaled(value, 4), 0)).toBe(true);
});

describe('equals exact arithmetic', () => {
  const digits = fc.constantFrom(3, 4);

  test('on any double', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), digits, (value, places) => {
        expect(roundedScaled(value, places)).toBe(expected(value, places));
      }),
    );
  });

  test('on ties and their neighbors', () => {
    const nextTo = (value: number, steps: number): number => {
      const buffer = new Float64Array([value]);
      const bits = new BigInt64Array(buffer.buffer);
      bits[0] = (bits[0] ?? 0n) + BigInt(steps);
      return buffer[0] ?? 0;
    };
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 10_000 }), digits, fc.integer({ min: -2, max: 2 }), (n, places, steps) => {
        const half = (n + 0.5) / 10 ** places;
        const value = nextTo(half, steps);
        expect(roundedScaled(value, places)).toBe(expected(value, places));
        const binary = nextTo((2 * n + 1) / 2 ** (places + 1), steps);
        expect(roundedScaled(binary, places)).toBe(expected(binary, places));
      }),
    );
  });
});
