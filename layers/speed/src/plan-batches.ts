/** Cuts a partition's records at the barriers that take effect. Pure. Invariant: all events of one micro-batch are of one epoch. */
import type { BarrierRecord, LogRecord } from '@rushes/ports';

import type { Opening } from './write-timestamp.ts';

export interface MicroBatch {
  readonly epoch: number;
  readonly opening: Opening;
  /** Events, and the barriers between and before them, in the order of the log. */
  readonly records: readonly LogRecord[];
  /** Offsets from `from` up to, not including, `to` are done with. */
  readonly from: number;
  readonly to: number;
  /** Append time of the last record. */
  readonly appendedAtMs: number;
}

/** A barrier takes effect if no higher or equal one stands before it: then the epoch of its number ends. */
const takesEffect = (barrier: BarrierRecord, epoch: number): boolean => barrier.number >= epoch;

export const planBatches = (
  records: readonly LogRecord[],
  from: number,
  start: { readonly epoch: number; readonly opening: Opening },
): readonly MicroBatch[] => {
  const batches: MicroBatch[] = [];
  let { epoch, opening } = start;
  let own: LogRecord[] = [];
  let begin = from;
  let last: LogRecord | undefined;
  const close = (): void => {
    if (last === undefined) return;
    batches.push({ epoch, opening, records: own, from: begin, to: last.offset + 1, appendedAtMs: last.appendedAtMs });
    begin = last.offset + 1;
    own = [];
    last = undefined;
  };
  for (const record of records) {
    if (record.kind === 'barrier' && takesEffect(record, epoch)) {
      // What came before the barrier is a batch of its epoch; the barrier itself belongs to the epoch that it opens.
      close();
      epoch = record.number + 1;
      opening = { offset: record.offset, appendedAtMs: record.appendedAtMs };
    }
    own.push(record);
    last = record;
  }
  close();
  return batches;
};
