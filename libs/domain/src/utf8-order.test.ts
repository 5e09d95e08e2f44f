import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareUtf8 } from './utf8-order.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}') }),
);

test('texts are ordered as their UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2_000 },
  );
});

test('what JavaScript orders otherwise', () => {
  expect(['\uff5e', '\u{1f3ac}'].toSorted()).toEqual(['\u{1f3ac}', '\uff5e']);
  expect(['\u{1f3ac}', '\uff5e'].toSorted(compareUtf8)).toEqual(['\uff5e', '\u{1f3ac}']);
});
