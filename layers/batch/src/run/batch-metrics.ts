/** What is measured of batch runs in a process that goes on, so that an alarm can see a run that fails or does not come. */
import { type BatchViewStore, lastPublishedAt } from '@rushes/ports';
import { Counter, Gauge, gaugeLastPublished, type Registry } from '@rushes/runtime';
import { RUN_OUTCOMES, type RunReport } from '../publish/run-record.ts';

export interface BatchMetrics {
  readonly observe: (report: RunReport) => void;
  /** What the last runs of earlier processes came to, the newest first: shown until a run of this process ends. Counts nothing. */
  readonly recall: (reports: readonly RunReport[]) => void;
}

/** Registers the metrics; once for a registry. */
export const createBatchMetrics = (registry: Registry, views: Pick<BatchViewStore, 'listPublications'>): BatchMetrics => {
  gaugeLastPublished(registry, () => lastPublishedAt(views));
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
  const rows = new Gauge({
    name: 'rushes_batch_table_rows',
    help: 'Rows of each table of the last published run.',
    labelNames: ['table'],
    registers,
  });
  const late = new Gauge({
    name: 'rushes_batch_late_events',
    help: 'Events of the last published run that came late, each counted once.',
    labelNames: ['topic'],
    registers,
  });
  const longestLate = new Gauge({
    name: 'rushes_batch_longest_late_seconds',
    help: 'The most by which one of them was late.',
    labelNames: ['topic'],
    registers,
  });
  const unmet = new Gauge({
    name: 'rushes_batch_unmet_expectations',
    help: 'Expectations that the last run did not meet.',
    labelNames: ['severity'],
    registers,
  });
  const lines = new Gauge({
    name: 'rushes_batch_source_lines',
    help: 'Lines of each data set, without its header, of the last run that came as far as its validation.',
    labelNames: ['dataset'],
    registers,
  });
  const quarantined = new Gauge({
    name: 'rushes_batch_quarantined_lines',
    help: 'Those of them in quarantine.',
    labelNames: ['dataset'],
    registers,
  });
  // An alarm sees the first run that fails only if there was a 0 before.
  for (const outcome of RUN_OUTCOMES) runs.inc({ outcome }, 0);
  const showLines = (report: RunReport): void => {
    if (report.lines === undefined) return;
    lines.reset();
    quarantined.reset();
    for (const [dataset, count] of Object.entries(report.lines)) {
      lines.set({ dataset }, count.read);
      quarantined.set({ dataset }, count.quarantined);
    }
  };
  const showRows = (report: RunReport): void => {
    rows.reset();
    for (const [table, count] of Object.entries(report.rows)) rows.set({ table }, count);
    for (const [topic, { events, longestMs }] of Object.entries(report.late ?? {})) {
      late.set({ topic }, events);
      longestLate.set({ topic }, longestMs / 1000);
    }
  };
  const showEnd = (report: RunReport): void => {
    duration.set({ outcome: report.outcome }, (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000);
    for (const severity of ['error', 'warning'] as const)
      unmet.set({ severity }, report.validation.filter((one) => !one.passed && one.severity === severity).length);
  };
  return {
    observe(report) {
      runs.inc({ outcome: report.outcome });
      showEnd(report);
      showLines(report);
      if (report.outcome === 'published') showRows(report);
    },
    recall([last, ...before]) {
      if (last === undefined) return;
      showEnd(last);
      const lastValidated = [last, ...before].find((report) => report.lines !== undefined);
      if (lastValidated !== undefined) showLines(lastValidated);
      const lastPublished = [last, ...before].find(({ outcome }) => outcome === 'published');
      if (lastPublished !== undefined) showRows(lastPublished);
    },
  };
};
