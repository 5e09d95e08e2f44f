/** What is measured of batch runs in a process that goes on, so that an alarm can see a run that fails or does not come. */
import { Counter, Gauge, type Registry } from '@rushes/runtime';
import type { RunReport } from '../publish/run-record.ts';

export interface BatchMetrics {
  readonly observe: (report: RunReport) => void;
}

/** Registers the metrics; once for a registry. */
export const createBatchMetrics = (registry: Registry): BatchMetrics => {
  const registers = [registry];
  const runs = new Counter({
    name: 'rushes_batch_runs_total',
    help: 'Batch runs that ended, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const duration = new Gauge({
    name: 'rushes_batch_run_duration_seconds',
    help: 'How long the last run took, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const published = new Gauge({
    name: 'rushes_batch_last_published_timestamp_seconds',
    help: 'When a run last published, in seconds since 1970; 0 for never.',
    registers,
  });
  const rows = new Gauge({
    name: 'rushes_batch_table_rows',
    help: 'Rows of each table of the last published run.',
    labelNames: ['table'],
    registers,
  });
  const unmet = new Gauge({
    name: 'rushes_batch_unmet_expectations',
    help: 'Expectations that the last run did not meet.',
    labelNames: ['severity'],
    registers,
  });
  return {
    observe(report) {
      const { outcome } = report;
      runs.inc({ outcome });
      duration.set({ outcome }, (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000);
      for (const severity of ['error', 'warning'] as const)
        unmet.set({ severity }, report.validation.filter((one) => !one.passed && one.severity === severity).length);
      if (outcome !== 'published') return;
      published.set(Date.parse(report.finishedAt) / 1000);
      rows.reset();
      for (const [table, count] of Object.entries(report.rows)) rows.set({ table }, count);
    },
  };
};
