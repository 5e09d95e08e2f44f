import { expect, test } from 'vitest';
import { memoryLimitFor } from './memory-limit.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

test('a small catalog gets the least, a large one more, and no machine is filled', () => {
  expect(memoryLimitFor([], 8 * GIB)).toBe(320);
  expect(memoryLimitFor([{ bytes: 54 * MIB, compressed: true }], 8 * GIB)).toBe(320);
  expect(
    memoryLimitFor(
      [
        { bytes: 100 * MIB, compressed: true },
        { bytes: 90 * MIB, compressed: true },
      ],
      8 * GIB,
    ),
  ).toBe(950);
  expect(memoryLimitFor([{ bytes: 450 * MIB, compressed: false }], 8 * GIB)).toBe(500);
  expect(memoryLimitFor([{ bytes: 2000 * MIB, compressed: true }], 8 * GIB)).toBe(4096);
});
