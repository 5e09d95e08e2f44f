import { assert, property, string, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, weighted } from './random.ts';

const take = (seed: string, count: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.unit());
};

test('the numbers depend on the seed alone', () => {
  assert(
    property(uniqueArray(string(), { minLength: 2, maxLength: 2 }), ([one = '', other = '']) => {
      expect(take(one, 5)).toEqual(take(one, 5));
      expect(take(one, 5)).not.toEqual(take(other, 5));
    }),
  );
});

test('neighboring seeds are as different as any', () => {
  const firsts = Array.from({ length: 2_000 }, (_, seed) => take(`seed ${seed}`, 1)[0] ?? 0);
  const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
  expect(mean).toBeGreaterThan(0.45);
  expect(mean).toBeLessThan(0.55);
});

test('values stay in their ranges', () => {
  const random = createRandom('ranges');
  const units = Array.from({ length: 10_000 }, () => random.unit());
  expect(units.filter((unit) => unit < 0 || unit >= 1)).toEqual([]);
  expect(new Set(Array.from({ length: 1_000 }, () => random.below(3)))).toEqual(new Set([0, 1, 2]));
  expect(Array.from({ length: 10_000 }, () => random.normal()).every(Number.isFinite)).toBe(true);
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1)).toBe(true);
});

test('the normal distribution has mean 0 and deviation 1', () => {
  const random = createRandom('normal');
  const values = Array.from({ length: 20_000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test('weights decide how often a value is drawn', () => {
  const random = createRandom('weights');
  const draw = weighted(['often', 80], ['seldom', 20], ['never', 0]);
  const drawn = Array.from({ length: 5_000 }, () => draw(random));
  expect(drawn).not.toContain('never');
  expect(drawn.filter((value) => value === 'often').length / drawn.length).toBeCloseTo(0.8, 1);
});
