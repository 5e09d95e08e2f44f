import { expect, test } from 'vitest';

import { connectionsWithin, openFileLimit } from './open-files.ts';

test.each([
  [1, 1],
  [64, 16],
  [128, 32],
  [256, 64],
  [512, 256],
  [1024, 768],
  [20_000, 19_744],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
])('of %d open files, %d may be connections', (files, connections) => {
  expect(connectionsWithin(files)).toBe(connections);
});

test('the limit of this process is known', () => {
  expect(openFileLimit()).toBeGreaterThan(10);
});
