/** What is measured of whole lists on their way to clients. */
import { Counter, Gauge, type Registry } from '@rushes/runtime';

import type { TableFormatName } from '../formats/formats.ts';

/** `left`: the client went. `slow`: it was cut off because it took too long. `failed`: for a reason of ours. */
export type StreamOutcome = 'whole' | 'left' | 'slow' | 'failed';

export interface StreamMetrics {
  readonly onBegin: () => void;
  /** @param rows how many were handed on. */
  readonly onEnd: (format: TableFormatName, outcome: StreamOutcome, rows: number) => void;
}

/** Registers the metrics; once for a registry. */
export const createStreamMetrics = (registry: Registry): StreamMetrics => {
  const registers = [registry];
  const running = new Gauge({ name: 'rushes_whole_lists', help: 'Whole lists that are on their way to clients.', registers });
  const ended = new Counter({
    name: 'rushes_whole_lists_total',
    help: 'Whole lists that were sent, by format and by how they ended.',
    labelNames: ['format', 'outcome'],
    registers,
  });
  const rowsSent = new Counter({
    name: 'rushes_whole_list_rows_total',
    help: 'Rows of whole lists that were handed on to clients.',
    labelNames: ['format'],
    registers,
  });
  return {
    onBegin: () => running.inc(),
    onEnd: (format, outcome, rows) => {
      running.dec();
      ended.inc({ format, outcome });
      rowsSent.inc({ format }, rows);
    },
  };
};
