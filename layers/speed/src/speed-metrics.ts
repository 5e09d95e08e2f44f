/** What is measured of the speed layer. */
import { type PartitionId, topicOf } from '@rushes/domain';
import { Counter, Gauge, Histogram, type Registry } from '@rushes/runtime';

import { BUCKETED_TOPICS } from './late.ts';
import type { Progressed } from './partition-writer.ts';

export interface SpeedMetrics {
  readonly progressed: (partition: PartitionId, done: Progressed, nowMs: number) => void;
  readonly failed: (partition: PartitionId) => void;
  readonly owned: (partitions: number) => void;
  /** Share of its time to live that the oldest epoch without a published version has lived, 0 to 1. */
  readonly uncovered: (share: number, ageMs: number) => void;
  readonly renewed: () => void;
}

const LAG_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];
/** From what a slow network does to what a file of old events is. */
const LATE_BUCKETS_S = [1, 10, 60, 300, 3_600, 86_400, 604_800, 2_592_000];
const MS_PER_S = 1000;

/** Registers the metrics; once for a registry. */
export const createSpeedMetrics = (registry: Registry): SpeedMetrics => {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) => new Counter({ name, help, labelNames, registers });
  const events = counter('rushes_speed_events_total', 'Events read from the log, by what became of them.', ['outcome']);
  // An alarm sees the first event that is rejected only if there was a 0 before.
  for (const outcome of ['projected', 'duplicate', 'rejected']) events.inc({ outcome }, 0);
  const rows = counter('rushes_speed_rows_total', 'Rows written to the speed store.');
  const failures = counter('rushes_speed_partition_failures_total', 'Faults that stopped a partition for a while.', ['partition']);
  const renewals = counter('rushes_speed_renewals_total', 'Epochs projected anew before they expired.');
  const lag = new Histogram({
    name: 'rushes_speed_lag_seconds',
    help: 'From the append of an event to its rows, by micro-batch.',
    buckets: LAG_BUCKETS_S,
    registers,
  });
  const late = new Histogram({
    name: 'rushes_speed_late_seconds',
    help: 'Of events that came late: from the end of their first bucket of event time to their append.',
    labelNames: ['topic'],
    buckets: LATE_BUCKETS_S,
    registers,
  });
  for (const topic of BUCKETED_TOPICS) late.zero({ topic });
  const partitions = new Gauge({ name: 'rushes_speed_partitions', help: 'Partitions that this process projects.', registers });
  const age = new Gauge({
    name: 'rushes_speed_oldest_uncovered_epoch_seconds',
    help: 'Age of the oldest epoch that no published version covers.',
    registers,
  });
  const share = new Gauge({
    name: 'rushes_speed_oldest_uncovered_epoch_ttl_share',
    help: 'The same as a share of the time to live.',
    registers,
  });
  return {
    progressed(partition, done, nowMs) {
      events.inc({ outcome: 'projected' }, done.records - done.duplicates - done.rejected);
      events.inc({ outcome: 'duplicate' }, done.duplicates);
      events.inc({ outcome: 'rejected' }, done.rejected);
      rows.inc(done.rows);
      for (const lateMs of done.lateMs) late.observe({ topic: topicOf(partition) }, lateMs / MS_PER_S);
      lag.observe(Math.max(0, nowMs - done.appendedAtMs) / MS_PER_S);
    },
    failed: (partition) => failures.inc({ partition }),
    owned: (count) => partitions.set(count),
    uncovered(ofTtl, ageMs) {
      share.set(ofTtl);
      age.set(ageMs / MS_PER_S);
    },
    renewed: () => renewals.inc(),
  };
};
