import fc from 'fast-check';
import { expect, test } from 'vitest';

import { weightedAround } from './contrast.ts';

/** The rule as the reference has it: a search for each score, in the list that is changing. */
const bySearch = (scores: readonly number[], but: number): readonly number[] => {
  const list = [...scores];
  for (let at = 0; at < list.length; at += 1) {
    const score = list[at] ?? 0;
    const first = list.indexOf(score);
    if (first !== but) list[first] = score * (first < but ? 0.5 : 1.5);
  }
  return list;
};

test('half before, one and a half after', () => {
  expect(weightedAround([1, -2, 0, 3, -4], 2)).toEqual([0.5, -1, 0, 4.5, -6]);
});

test('a score that equals an earlier one after its change is left, and the earlier one changed again', () => {
  expect(weightedAround([3, 0, 1.5], 1)).toEqual([0.75, 0, 1.5]);
});

test('equals the search', () => {
  // Halves and one and a half times of each other, so that many meet.
  const score = fc.constantFrom(0, 0.5, 0.75, 1, 1.5, 2, 2.25, 3, 4, -1, -1.5, -3);
  fc.assert(
    fc.property(fc.array(score, { maxLength: 60 }), fc.array(score, { maxLength: 60 }), (before, after) => {
      const scores = [...before, 0, ...after];
      expect(weightedAround(scores, before.length)).toEqual(bySearch(scores, before.length));
    }),
    { numRuns: 2000 },
  );
});
