import { expect, test } from 'vitest';
import { rangeConditions } from './plan-slices.ts';

test('ranges follow each other without gap or overlap, open at both ends', () => {
  expect(rangeConditions('id', ['b', "d'"])).toEqual([`"id" < 'b'`, `"id" >= 'b' AND "id" < 'd'''`, `"id" >= 'd'''`]);
  expect(rangeConditions('id', [])).toEqual(['true']);
});
