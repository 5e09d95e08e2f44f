import type { RunReport } from '@rushes/batch';
import { expect, test } from 'vitest';

import { describeRun, exitCodeOfRun } from './run-report.ts';

const report = (given: Partial<RunReport>): RunReport => ({
  version: 7,
  outcome: 'published',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:01:05.000Z',
  source: '/imdb',
  full: false,
  steps: [],
  validation: [],
  absent: [],
  rows: {},
  ...given,
});

test.each([
  ['published', 0],
  ['refused', 3],
  ['superseded', 4],
  ['failed', 1],
] as const)('a run that was %s ends with %i', (outcome, code) => {
  expect(exitCodeOfRun(report({ outcome }), undefined)).toBe(code);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a run interrupted by %s ends with %i', (signal, code) => {
  expect(exitCodeOfRun(report({ outcome: 'interrupted' }), signal)).toBe(code);
});

test('people are told how long it took, why nothing was published, and what was missing', () => {
  expect(describeRun(report({}))).toBe('Run 7 published after 1 min 5 s.');
  const refused = describeRun(
    report({ outcome: 'refused', message: 'silver.titles: rows: found 3, expected 500', absent: ['title.akas'] }),
  );
  expect(refused).toContain('found 3, expected 500');
  expect(refused).toContain('keeps serving');
  expect(refused).toContain('title.akas');
});
