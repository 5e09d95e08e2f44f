import { expect, test } from 'vitest';
import { memoryLimitFor } from './memory-limit.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

test('a small catalog gets the least, a larger one more up to what is enough, and no machine is filled', () => {
  expect(memoryLimitFor([], 8 * GIB)).toBe(320);
  expect(memoryLimitFor([{ bytes: 54 * MIB, compressed: true }], 8 * GIB)).toBe(320);
  expect(
    memoryLimitFor(
      [
        { bytes: 100 * MIB, compressed: true },
        { bytes: 40 * MIB, compressed: true },
      ],
      8 * GIB,
    ),
  ).toBe(420);
  expect(memoryLimitFor([{ bytes: 540 * MIB, compressed: false }], 8 * GIB)).toBe(360);
  expect(memoryLimitFor([{ bytes: 2000 * MIB, compressed: true }], 8 * GIB)).toBe(480);
  expect(memoryLimitFor([{ bytes: 2000 * MIB, compressed: true }], 0.75 * GIB)).toBe(384);
});
