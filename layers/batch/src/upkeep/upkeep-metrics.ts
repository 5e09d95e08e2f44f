import { Counter, Gauge, type Registry } from '@rushes/runtime';

import type { CheckName, CheckRecord, RecordedTask } from './check-record.ts';

type UpkeepTask = 'trim' | 'iceberg' | RecordedTask;

export interface UpkeepMetrics {
  /** What a check found, by this process or an earlier one. */
  readonly checked: (name: CheckName, record: CheckRecord) => void;
  readonly failed: (task: UpkeepTask) => void;
}

/** Whatever may fail is there from the beginning, so that its first failure is an increase. */
const TASKS: readonly UpkeepTask[] = ['trim', 'iceberg', 'retention', 'verify', 'audit'];

/** Registers the metrics; once for a registry. */
export const createUpkeepMetrics = (registry: Registry): UpkeepMetrics => {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const faults = {
    audit: gauge(
      'rushes_audit_differences',
      'States that the last audit found different from a recompute over all events. Anything but 0 is a fault.',
    ),
    verify: gauge(
      'rushes_verify_damages',
      'Files and records that the last verification found to be other than they were stored, or gone. Anything but 0 is a fault.',
    ),
  };
  const at = {
    audit: gauge('rushes_audit_timestamp_seconds', 'When the last audit ended, in seconds since 1970; 0 for never.'),
    verify: gauge('rushes_verify_timestamp_seconds', 'When the last verification ended, in seconds since 1970; 0 for never.'),
  };
  const states = gauge('rushes_audit_states', 'States that the last audit compared.');
  const failures = new Counter({
    name: 'rushes_upkeep_failures_total',
    help: 'Trims of the log, audits, verifications, passes of retention and updates of Iceberg tables that did not come to their end.',
    labelNames: ['task'],
    registers,
  });
  for (const task of TASKS) failures.inc({ task }, 0);
  return {
    checked(name, record) {
      if (record.found === undefined) return;
      faults[name].set(record.found.faults);
      at[name].set(Date.parse(record.at) / 1000);
      if (name === 'audit') states.set(record.found.compared);
    },
    failed: (task) => failures.inc({ task }),
  };
};
