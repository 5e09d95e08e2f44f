import { compareUtf8 } from '@rushes/domain';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { storedText, textOfStored } from './stored-text.ts';

/** The characters that are stored otherwise, and their neighbors, often side by side. */
const text = fc.string({ unit: fc.constantFrom('\0', '\u0001', '\u0002', '\u0003', '\u0004', 'a', '\u{1f3ac}'), maxLength: 8 });

test('what has no U+0000 to U+0003 is stored as it is', () => {
  for (const plain of ['', 'Amélie', '\u001f\t\n', '\u{1f3ac}']) expect(storedText(plain)).toBe(plain);
});

test('every text comes back, and none is stored with U+0000', () => {
  fc.assert(
    fc.property(text, (one) => {
      expect(storedText(one)).not.toContain('\0');
      expect(textOfStored(storedText(one))).toBe(one);
    }),
  );
});

test('stored texts compare, and contain each other, as the texts do', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(Math.sign(compareUtf8(storedText(one), storedText(other)))).toBe(Math.sign(compareUtf8(one, other)));
      expect(storedText(one).includes(storedText(other))).toBe(one.includes(other));
    }),
    { numRuns: 3_000 },
  );
});
