import { expect, test } from 'vitest';

import { exitCodeOfRun } from './run-exit-code.ts';

test.each([
  ['published', 0],
  ['refused', 3],
  ['superseded', 4],
  ['failed', 1],
] as const)('a run that was %s ends with %i', (outcome, code) => {
  expect(exitCodeOfRun({ outcome }, undefined)).toBe(code);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a run interrupted by %s ends with %i', (signal, code) => {
  expect(exitCodeOfRun({ outcome: 'interrupted' }, signal)).toBe(code);
});
