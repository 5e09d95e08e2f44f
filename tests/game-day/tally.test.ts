import { expect, test } from 'vitest';

import { compareCounts, isAsPromised, longestPause, type Tally } from './tally.ts';

const counts = (acknowledged: Record<string, number>, shown: Record<string, number>) => ({
  acknowledged: new Map(Object.entries(acknowledged)),
  logged: new Map(Object.entries(shown)),
  shown: new Map(Object.entries(shown)),
});

test('what one movie lost, another cannot make up for', () => {
  expect(compareCounts(counts({ a: 5, b: 5 }, { a: 4, b: 6 }))).toEqual({ acknowledged: 10, counted: 9, lost: 1, doubled: 1 });
  expect(compareCounts(counts({ a: 5 }, { a: 5, c: 2 }))).toEqual({ acknowledged: 5, counted: 5, lost: 0, doubled: 2 });
  expect(compareCounts(counts({ a: 5 }, {}))).toEqual({ acknowledged: 5, counted: 0, lost: 5, doubled: 0 });
});

test('one of any kind is one too many', () => {
  const good: Tally = {
    acknowledged: 1,
    counted: 1,
    lost: 0,
    doubled: 0,
    answers: 1,
    wrong: 0,
    backward: 0,
    refused: { 503: 4 },
    faults: 0,
    publications: 1,
  };
  expect(isAsPromised(good)).toBe(true);
  for (const kind of ['lost', 'doubled', 'wrong', 'backward', 'faults']) expect(isAsPromised({ ...good, [kind]: 1 })).toBe(false);
});

test('a pause may reach to either end of the time that is looked at', () => {
  expect(longestPause([1, 5, 12, 14, 99], 4, 20)).toBe(7);
  expect(longestPause([1, 30], 4, 20)).toBe(16);
  expect(longestPause([19], 4, 20)).toBe(15);
});
