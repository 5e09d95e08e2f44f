/**
 * Rows into a collection that nobody else knows: batches in parallel, unordered, each within bounds of rows and bytes. Invariant: no more than
 * `BATCHES_AT_ONCE` are under way, so the source waits while the server is slow; and all have been answered or have had their time when this returns or
 * throws, so that the collection can be dropped. One that the server takes even later makes it anew; the next builder drops that.
 */
import type { ArtefactLayout, ArtefactRow, CellValue } from '@rushes/ports';
import type { Collection } from 'mongodb';

import { within } from '../mongodb-server/deadline.ts';
import { duplicateValues, isDuplicate } from '../mongodb-server/failures.ts';
import { MOST_PARTITIONS } from './list-plan.ts';
import { addRow, type RowSum } from './row-sum.ts';
import { rowEncoder, type StoredRow } from './stored-row.ts';

const BATCH_ROWS = 1_000;
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCHES_AT_ONCE = 4;

/** The values of a partition column as they are met, as long as they are few. */
export interface PartitionValues {
  add(row: ArtefactRow): void;
  values(): readonly CellValue[] | undefined;
}

export const partitionValues = (layout: ArtefactLayout, known: readonly CellValue[] | undefined): PartitionValues => {
  const at = layout.partition === undefined ? -1 : [layout.key, ...Object.keys(layout.columns)].indexOf(layout.partition);
  const met = new Set<CellValue>(known);
  return {
    add(row) {
      if (at >= 0 && met.size <= MOST_PARTITIONS) met.add(row[at] ?? null);
    },
    values: () => (at < 0 || met.size > MOST_PARTITIONS ? undefined : [...met]),
  };
};

/** Two rows have one key; the message names it. */
const sameKey = (keys: readonly unknown[], batch: readonly StoredRow[], message: string): RangeError => {
  const named = keys.map(String).join(', ') || batch.find(({ _id }) => message.includes(JSON.stringify(_id)))?._id;
  return new RangeError(`two rows have the key ${named ?? message}`);
};

interface Load {
  readonly collection: Collection<StoredRow>;
  readonly layout: ArtefactLayout;
  readonly rows: AsyncIterable<readonly ArtefactRow[]>;
  /** Is added to. */
  readonly sum: RowSum;
  readonly partitions: PartitionValues;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** @throws RangeError for rows that are not of the layout or have a key in common; what the source throws; the driver's errors; the signal's reason. */
export const loadRows = async ({ collection, layout, rows, sum, partitions, timeoutMs, signal }: Load): Promise<void> => {
  const encode = rowEncoder(layout);
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const send = async (batch: readonly StoredRow[]): Promise<void> => {
    try {
      await within(timeoutMs, undefined, (ends) => collection.insertMany([...batch], { ordered: false, ...ends }));
    } catch (error) {
      failures.push(isDuplicate(error) ? sameKey(duplicateValues(error), batch, error.message) : error);
    }
  };
  const go = (): void => {
    if (failures.length > 0) throw failures[0];
    signal?.throwIfAborted();
  };
  try {
    let batch: StoredRow[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      while (underWay.size >= BATCHES_AT_ONCE) await Promise.race(underWay);
      go();
      const sending = send(batch).finally(() => underWay.delete(sending));
      underWay.add(sending);
      [batch, bytes] = [[], 0];
    };
    for await (const some of rows) {
      go();
      for (const row of some) {
        const { stored, text } = encode(row);
        partitions.add(row);
        addRow(sum, text);
        batch.push(stored);
        bytes += text.length;
        if (batch.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await flush();
      }
    }
    await flush();
  } finally {
    await Promise.all(underWay);
  }
  go();
};
