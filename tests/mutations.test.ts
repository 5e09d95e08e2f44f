/** The mutation check takes minutes and runs by itself; that its list still fits the code is seen here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { MUTATIONS } from '../tools/mutations/index.ts';
import { ROOT, workingTree } from './planted-copy.ts';

test.each(MUTATIONS)('$name: the text to be changed stands in its file once, the tests exist', ({ file, text, tests }) => {
  expect(readFileSync(join(ROOT, file), 'utf8').split(text)).toHaveLength(2);
  const files = workingTree();
  for (const path of tests) expect(files.some((one) => one === path || one.startsWith(`${path}/`))).toBe(true);
});
