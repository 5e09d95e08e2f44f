/** What is measured of the entrances. */
import type { EventType } from '@rushes/domain';
import { Counter, type Registry } from '@rushes/runtime';

import type { Refusal } from './access.ts';

export interface EntranceMetrics {
  readonly onEvent: (type: EventType, outcome: 'appended' | 'repeated' | 'failed') => void;
  readonly onRefused: (reason: Refusal) => void;
}

/** Registers the metrics. */
export const createEntranceMetrics = (registry: Registry): EntranceMetrics => {
  const registers = [registry];
  const events = new Counter({
    name: 'rushes_entrance_events_total',
    help: 'Events that were posted: appended to the log, repeated (a request that had been accepted before), or failed (the log did not take them).',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const refused = new Counter({
    name: 'rushes_access_refused_total',
    help: 'Requests refused for want of an API key that is worth something, or of its role.',
    labelNames: ['reason'],
    registers,
  });
  return {
    onEvent: (type, outcome) => events.labels(type, outcome).inc(),
    onRefused: (reason) => refused.labels(reason).inc(),
  };
};
