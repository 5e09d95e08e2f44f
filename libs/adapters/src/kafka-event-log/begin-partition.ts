/** One partition of a log that is being begun: its records in batches, with what fills the offsets before, between and behind them. */
import type { LogPartition } from '@rushes/domain';
import type { LogRecord } from '@rushes/ports';

import { checkSizes } from './append.ts';
import type { Values } from './avro/values.ts';
import { batchOf, FILLER, fillerBatches, type RecordToPlace } from './filled-batch.ts';
import type { Placer } from './place-batches.ts';
import { type PreparedRecord, prepareBarrier, prepareRecord } from './records.ts';
import type { Topics } from './topics.ts';

/** As much of its own goes into a batch; a record that is larger alone. */
const BATCH_BYTES = 512 * 1024;
const BATCH_RECORDS = 5_000;
/** Fewer offsets than these are filled within the batch of the records beside them. */
const FEW = 500;
/** What a record takes that only fills, at most. */
const FILLER_BYTES = 64;

export interface PartitionBeginning {
  /** Fills up to an offset with what is removed again. Before any record. */
  fillHead(to: number): Promise<void>;
  add(records: readonly LogRecord[]): Promise<void>;
  /** Fills up to an offset, and puts a barrier there if one is given. */
  end(to: number, barrier: { readonly number: number; readonly timeMs: number } | undefined): Promise<void>;
  /** The next offset. */
  next(): number;
}

export interface BeginningParts {
  readonly topics: Topics;
  readonly values: Values;
  readonly placer: Placer;
}

export const beginPartition = (partition: LogPartition, { topics, values, placer }: BeginningParts): PartitionBeginning => {
  /** The end of what is placed, and what goes behind it. */
  let at = 0;
  let waiting: RecordToPlace[] = [];
  let bytes = 0;

  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    await placer.place(partition, at, batchOf(waiting));
    at += waiting.length;
    [waiting, bytes] = [[], 0];
  };
  const fill = async (to: number): Promise<void> => {
    const count = to - at - waiting.length;
    if (count <= FEW) {
      for (let left = count; left > 0; left--) waiting.push(FILLER);
      bytes += Math.max(0, count) * FILLER_BYTES;
      return;
    }
    await flush();
    for (const [some, batch] of fillerBatches(count, false)) {
      await placer.place(partition, at, batch);
      at += some;
    }
  };
  const add = async (offset: number, timeMs: number, record: PreparedRecord): Promise<void> => {
    if (offset < at + waiting.length) throw new RangeError(`record ${offset} of ${partition} after ${at + waiting.length - 1}`);
    checkSizes(topics, [record], () => `the record at offset ${offset} of ${partition}`);
    await fill(offset);
    if (bytes + record.bytes > BATCH_BYTES || waiting.length >= BATCH_RECORDS) await flush();
    const { key, value, headers } = record.message;
    waiting.push({ timeMs, key: key ?? null, value, headers: headers ?? [] });
    bytes += record.bytes;
  };

  return {
    async fillHead(to) {
      for (const [some, batch] of fillerBatches(to - at, true)) {
        await placer.place(partition, at, batch);
        at += some;
      }
    },
    async add(records) {
      for (const record of records) {
        const { offset, appendedAtMs } = record;
        const prepared =
          record.kind === 'barrier'
            ? prepareBarrier(topics, partition, record.number)
            : prepareRecord(topics, values, { ...record, partition }, `the record at offset ${offset}`);
        await add(offset, appendedAtMs, prepared);
      }
    },
    async end(to, barrier) {
      await fill(to);
      if (barrier !== undefined) await add(at + waiting.length, barrier.timeMs, prepareBarrier(topics, partition, barrier.number));
      await flush();
    },
    next: () => at + waiting.length,
  };
};
