import type { RunReport } from '@rushes/batch';
import { expect, test } from 'vitest';

import { describeRun } from './run-report.ts';

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

test('people are told how long it took, why nothing was published, and what was missing', () => {
  expect(describeRun(report({}))).toBe('Run 7 published after 1 min 5 s.');
  const refused = describeRun(
    report({ outcome: 'refused', message: 'silver.titles: rows: found 3, expected 500', absent: ['title.akas'] }),
  );
  expect(refused).toContain('found 3, expected 500');
  expect(refused).toContain('keeps serving');
  expect(refused).toContain('title.akas');
});
