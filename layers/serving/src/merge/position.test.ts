import { type OffsetVector, PARTITIONS } from '@rushes/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parsePosition, positionText, reaches } from './position.ts';

const positions: fc.Arbitrary<OffsetVector> = fc
  .array(fc.nat(3), { minLength: PARTITIONS.length, maxLength: PARTITIONS.length })
  .map((offsets) => Object.fromEntries(offsets.map((offset, at) => [PARTITIONS[at], offset])));

test('a position reaches itself, and no position that is one event further in one partition', () => {
  fc.assert(
    fc.property(positions, fc.constantFrom(...PARTITIONS), (position, partition) => {
      const further = { ...position, [partition]: (position[partition] ?? 0) + 1 };
      expect(reaches(position, position)).toBe(true);
      expect(reaches(further, position)).toBe(true);
      expect(reaches(position, further)).toBe(false);
    }),
  );
});

test('a partition without an offset stands at the beginning', () => {
  const [first = 'movie.ratings/0'] = PARTITIONS;
  expect(reaches({}, {})).toBe(true);
  expect(reaches({ [first]: 1 }, {})).toBe(true);
  expect(reaches({}, { [first]: 0 })).toBe(true);
  expect(reaches({}, { [first]: 1 })).toBe(false);
});

test('a position comes through its text as it is', () => {
  fc.assert(
    fc.property(positions, (position) => {
      expect(parsePosition(positionText(position))).toEqual(position);
    }),
  );
});

test.each([
  '',
  '1',
  '1.2',
  `${'1.'.repeat(PARTITIONS.length)}1`,
  `${'1.'.repeat(PARTITIONS.length - 1)}x`,
  `-${'1.'.repeat(PARTITIONS.length - 1)}1`,
])('the text %s is no position', (text) => {
  expect(parsePosition(text)).toBeUndefined();
});
