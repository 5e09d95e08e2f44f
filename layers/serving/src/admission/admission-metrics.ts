/** What is measured of work in line. */
import { Counter, Gauge, type Registry } from '@rushes/runtime';

import type { Admission, WorkKind } from './admission.ts';

export interface AdmissionMetrics {
  /** A request was refused since there is too much work of its kind. */
  readonly onRefused: (kind: WorkKind) => void;
  /** From now on it is told how much work waits. */
  readonly watch: (admission: Admission) => void;
}

/** Registers the metrics; once for a registry. */
export const createAdmissionMetrics = (registry: Registry): AdmissionMetrics => {
  const refused = new Counter({
    name: 'rushes_http_busy_total',
    help: 'Requests refused because too much work of their kind was waiting.',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    onRefused: (kind) => refused.inc({ kind }),
    watch: (admission) => {
      const waiting = new Gauge({
        name: 'rushes_http_waiting',
        help: 'Requests that wait in line to be worked on.',
        labelNames: ['kind'],
        registers: [],
        collect() {
          for (const [kind, gate] of Object.entries(admission)) this.set({ kind }, gate.waiting());
        },
      });
      registry.registerMetric(waiting);
    },
  };
};
