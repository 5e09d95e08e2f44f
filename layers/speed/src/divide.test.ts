import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { divide } from './divide.ts';

const partitions = Array.from({ length: 18 }, (_, n) => n);
const members = fc.uniqueArray(fc.nat({ max: 25 }), { minLength: 1, maxLength: 22 });
/** Owners that may be members, or not any more; `undefined` for nobody. */
const owners = fc
  .array(fc.option(fc.nat({ max: 25 }), { nil: undefined }), { minLength: 18, maxLength: 18 })
  .map((list) => new Map(list.flatMap((owner, partition) => (owner === undefined ? [] : [[partition, owner] as const]))));

test('nobody there: nobody owns anything', () => {
  expect(divide(partitions, new Map([[1, 'a']]), [])).toEqual(new Map());
});

test('every partition has one of the members for an owner, and nobody has two more than another', () => {
  fc.assert(
    fc.property(owners, members, (before, living) => {
      const after = divide(partitions, before, living);
      expect([...after.keys()].toSorted((a, b) => a - b)).toEqual(partitions);
      const sizes = living.map((member) => [...after.values()].filter((owner) => owner === member).length);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(18);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 500 },
  );
});

test('no even division moves fewer partitions', () => {
  fc.assert(
    fc.property(owners, members, (before, living) => {
      const after = divide(partitions, before, living);
      const kept = partitions.filter((partition) => before.get(partition) === after.get(partition)).length;
      // Most that any even division can keep: each member its smaller share, and as many members as there are larger shares one more.
      const has = living.map((member) => [...before.values()].filter((owner) => owner === member).length);
      const smaller = Math.floor(18 / living.length);
      const more = has.filter((count) => count > smaller).length;
      const most = has.reduce((sum, count) => sum + Math.min(count, smaller), 0) + Math.min(more, 18 % living.length);
      expect(kept).toBe(most);
    }),
    { numRuns: 500 },
  );
});

test('dividing again changes nothing', () => {
  fc.assert(
    fc.property(owners, members, (before, living) => {
      const after = divide(partitions, before, living);
      expect(divide(partitions, after, living)).toEqual(after);
    }),
  );
});
