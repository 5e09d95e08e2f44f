import type { Publication } from '@rushes/ports';
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

const PUBLICATION: Publication = {
  number: 1,
  version: 1,
  manifest: '',
  views: {},
  cut: {},
  cutAt: '2026-01-01T00:00:00.000Z',
  publishedAt: '2026-01-01T00:00:12.000Z',
  reason: 'run',
};

test('an alarm can tell published runs from others, and sees when the last one was', async () => {
  const registry = new Registry();
  const metrics = createBatchMetrics(registry, { listPublications: async () => [PUBLICATION] });
  metrics.observe(report('published', { 'silver.titles': 7 }));
  metrics.observe(report('refused'));
  const text = await registry.metrics();
  expect(text).toContain('rushes_batch_runs_total{outcome="published"} 1');
  expect(text).toContain('rushes_batch_runs_total{outcome="refused"} 1');
  expect(text).toContain('rushes_batch_run_duration_seconds{outcome="refused"} 12.5');
  expect(text).toContain(`rushes_batch_last_published_timestamp_seconds ${Date.parse(PUBLICATION.publishedAt) / 1000}`);
  expect(text).toContain('rushes_batch_table_rows{table="silver.titles"} 7');
  expect(text).toContain('rushes_batch_unmet_expectations{severity="error"} 1');
});

test('after a restart it is as the stores say: a run published, and the last one met no expectations', async () => {
  const registry = new Registry();
  const rollback: Publication = { ...PUBLICATION, number: 2, publishedAt: '2026-01-02T00:00:00.000Z', reason: 'rollback' };
  const metrics = createBatchMetrics(registry, { listPublications: async (limit) => [rollback, PUBLICATION].slice(0, limit) });
  metrics.recall([report('refused'), report('published', { 'silver.titles': 7 })]);
  const text = await registry.metrics();
  expect(text).toContain(`rushes_batch_last_published_timestamp_seconds ${Date.parse(PUBLICATION.publishedAt) / 1000}`);
  expect(text).toContain('rushes_batch_unmet_expectations{severity="error"} 1');
  expect(text).toContain('rushes_batch_table_rows{table="silver.titles"} 7');
  expect(text.match(/^rushes_batch_runs_total\{.*/gm)).toEqual(
    ['published', 'refused', 'superseded', 'failed', 'interrupted'].map((outcome) => `rushes_batch_runs_total{outcome="${outcome}"} 0`),
  );
});

test('where the store cannot be read, the time that was read last stands', async () => {
  const registry = new Registry();
  const published = [PUBLICATION];
  createBatchMetrics(registry, {
    listPublications: async () => {
      if (published.length === 0) throw new Error('unreachable');
      return published;
    },
  });
  const line = `rushes_batch_last_published_timestamp_seconds ${Date.parse(PUBLICATION.publishedAt) / 1000}`;
  expect(await registry.metrics()).toContain(line);
  published.pop();
  expect(await registry.metrics()).toContain(line);
});

test('lines in quarantine are those of the last run that came as far as its validation, published or not', async () => {
  const registry = new Registry();
  const metrics = createBatchMetrics(registry, { listPublications: async () => [] });
  const shown = async (): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => /^rushes_batch_(source|quarantined)_lines\{/.test(line));
  metrics.recall([report('failed'), { ...report('refused'), lines: { 'title.basics': { read: 100, quarantined: 7 } } }]);
  const first = ['rushes_batch_source_lines{dataset="title.basics"} 100', 'rushes_batch_quarantined_lines{dataset="title.basics"} 7'];
  expect(await shown()).toEqual(first);
  metrics.observe(report('failed'));
  expect(await shown()).toEqual(first);
  metrics.observe({ ...report('published'), lines: { 'title.ratings': { read: 50, quarantined: 0 } } });
  expect(await shown()).toEqual([
    'rushes_batch_source_lines{dataset="title.ratings"} 50',
    'rushes_batch_quarantined_lines{dataset="title.ratings"} 0',
  ]);
});

test('late events are those of the last run that published', async () => {
  const registry = new Registry();
  const metrics = createBatchMetrics(registry, { listPublications: async () => [] });
  const shown = async (): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => /^rushes_batch_\w*late\w*\{/.test(line));
  // A report of before there was a ledger.
  metrics.recall([report('published')]);
  expect(await shown()).toEqual([]);
  metrics.observe({ ...report('published'), late: { 'movie.ratings': { events: 3, longestMs: 90_500 } } });
  metrics.observe({ ...report('refused'), late: { 'movie.ratings': { events: 4, longestMs: 100_000 } } });
  expect(await shown()).toEqual([
    'rushes_batch_late_events{topic="movie.ratings"} 3',
    'rushes_batch_longest_late_seconds{topic="movie.ratings"} 90.5',
  ]);
});
