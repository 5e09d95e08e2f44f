import { Registry } from '@rushes/runtime';
import { expect, test } from 'vitest';
import type { RunReport } from '../publish/run-record.ts';
import { createBatchMetrics } from './batch-metrics.ts';

const report = (outcome: RunReport['outcome'], rows: RunReport['rows'] = {}): RunReport => ({
  version: 1,
  outcome,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:12.500Z',
  source: '/imdb',
  full: false,
  steps: [],
  validation: [
    {
      name: 'tables do not shrink',
      table: 'silver.titles',
      severity: 'error',
      passed: outcome === 'published',
      observed: '1',
      expected: '2',
    },
  ],
  absent: [],
  rows,
});

test('an alarm can tell published runs from others, and sees when the last one was', async () => {
  const registry = new Registry();
  const metrics = createBatchMetrics(registry);
  metrics.observe(report('published', { 'silver.titles': 7 }));
  metrics.observe(report('refused'));
  const text = await registry.metrics();
  expect(text).toContain('rushes_batch_runs_total{outcome="published"} 1');
  expect(text).toContain('rushes_batch_runs_total{outcome="refused"} 1');
  expect(text).toContain('rushes_batch_run_duration_seconds{outcome="refused"} 12.5');
  expect(text).toContain(`rushes_batch_last_published_timestamp_seconds ${Date.parse('2026-01-01T00:00:12.500Z') / 1000}`);
  expect(text).toContain('rushes_batch_table_rows{table="silver.titles"} 7');
  expect(text).toContain('rushes_batch_unmet_expectations{severity="error"} 1');
});
