import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { planPartition } from './plan-restart.ts';

const P = 'movie.ratings/0';

test.each([
  ['the archive ends at the cut', 5, 5, 0, [6], 6, undefined],
  ['only barriers were read behind the archive', 5, 9, 0, [], 10, undefined],
  ['a refused run archived more than is published', 9, 5, 0, [], 10, undefined],
  ['events were projected behind the cut', 5, 5, 0, [9, 7], 9, [6, 9]],
  ['an old copy has some of them', 5, 5, 8, [9], 9, [8, 9]],
  ['an old copy has all of them', 5, 5, 9, [9], 9, undefined],
  ['an old copy has nothing new', 5, 5, 3, [9], 9, [6, 9]],
  ['the archive is lost too', 0, undefined, 0, [6], 6, [0, 6]],
  ['only a copy is left', 0, undefined, 4, [6], 6, [4, 6]],
  ['nothing was ever there', 0, 0, 0, [0], 1, undefined],
] as const)('%s', (_what, archived, cut, left, seen, next, lost) => {
  const plan = planPartition(P, archived, cut, left, seen);
  expect([plan.next, plan.lost]).toEqual([next, lost && { partition: P, from: lost[0], to: lost[1] }]);
});

test('no offset that was seen is given again, and each of them is kept, known to be none, or told as lost', () => {
  const offset = fc.nat({ max: 20 });
  fc.assert(
    fc.property(offset, fc.option(offset, { nil: undefined }), offset, fc.array(offset), (archived, cut, left, seen) => {
      const { next, lost } = planPartition(P, cut === undefined ? 0 : archived, cut, left, seen);
      for (let one = 0; one < Math.max(...seen, left); one++) {
        expect(one).toBeLessThan(next);
        const isKept = one < left || (cut !== undefined && one <= Math.max(archived, cut));
        expect(isKept).not.toBe(lost !== undefined && lost.from <= one && one < lost.to);
      }
    }),
  );
});
