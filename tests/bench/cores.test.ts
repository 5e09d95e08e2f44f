import { expect, test } from 'vitest';

import { coresInList } from '../../bench/process/cores.ts';

test.each([
  ['0-1', [0, 1]],
  ['3', [3]],
  ['0,2-4,7', [0, 2, 3, 4, 7]],
  ['', []],
])('the list %j names the cores %j', (list, cores) => {
  expect(coresInList(list)).toEqual(cores);
});
