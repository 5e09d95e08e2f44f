import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { mergeSorted } from './merge-sorted.ts';

const ascending = (a: number, b: number): number => a - b;

test('gives the least of all streams, in order', () => {
  const sorted = fc.array(fc.integer({ min: 0, max: 20 })).map((items) => items.toSorted(ascending));
  fc.assert(
    fc.property(fc.array(sorted, { maxLength: 6 }), fc.nat({ max: 30 }), (streams, limit) => {
      const merged = mergeSorted(
        streams.map((items) => items.values()),
        ascending,
        limit,
      );
      expect(merged).toEqual(streams.flat().toSorted(ascending).slice(0, limit));
    }),
  );
});

test('reads no further than it must, and ends every stream', () => {
  const read: number[] = [];
  let ended = 0;
  function* stream(start: number): Generator<number> {
    try {
      for (let n = start; ; n += 2) {
        read.push(n);
        yield n;
      }
    } finally {
      ended++;
    }
  }
  expect(mergeSorted([stream(0), stream(1)], ascending, 3)).toEqual([0, 1, 2]);
  expect(read.toSorted(ascending)).toEqual([0, 1, 2, 3]);
  expect(ended).toBe(2);
});
