import type { Appended, NewRecord } from '@rushes/ports';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import type { LogFile } from './database.ts';
import { endOf, positionOf } from './positions.ts';
import { SUMMED } from './schema.ts';

/**
 * Appending within one transaction. Offsets go up by one within a partition, and times never go down, whatever the clock does: both follow from what
 * the file says when the transaction has begun, so several processes can append.
 */

/** What one caller appends: records, or a barrier in every partition. */
export type Batch = { readonly records: readonly NewRecord[] } | { readonly barrier: number };

export interface Written {
  /** For each batch. */
  readonly appended: readonly (readonly Appended[])[];
  /** Numbers of the partitions that grew. */
  readonly partitions: ReadonlySet<number>;
}

/** The values of a record's columns, in the order of `SUMMED`. */
type SummedRecord = readonly [
  position: number,
  appendedAtMs: number,
  barrier: number | null,
  key: string | null,
  id: string | null,
  value: string | null,
];

interface Tail {
  next: number;
  readonly appendedAtMs: number;
}

/** To be called within a transaction. */
export const recordWriter = (file: LogFile): ((batches: readonly Batch[], nowMs: number) => Written) => {
  const { database } = file;
  const readTail = database.prepare('SELECT next, last_appended_ms AS last FROM partitions WHERE number = ?');
  const writeTail = database.prepare('UPDATE partitions SET next = ?, last_appended_ms = ? WHERE number = ?');
  const insert = database.prepare(`INSERT INTO records (${SUMMED}, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const put = (...values: SummedRecord): void => void insert.run(...values, recordChecksum(values));
  const lastBarrier = database.prepare('SELECT highest FROM barriers WHERE position >= ? AND position < ? ORDER BY position DESC LIMIT 1');
  const remember = database.prepare('INSERT INTO barriers (position, number, highest, appended_ms) VALUES (?, ?, ?, ?)');

  return (batches, nowMs) => {
    const tails = new Map<number, Tail>();
    const tailOf = (partition: number): Tail => {
      let tail = tails.get(partition);
      if (tail === undefined) {
        const row = readTail.get(partition);
        tail = { next: Number(row?.['next']), appendedAtMs: Math.max(nowMs, Number(row?.['last'])) };
        tails.set(partition, tail);
      }
      return tail;
    };
    const append = ({ partition, key, id, value }: NewRecord): Appended => {
      const number = file.numberOf(partition);
      const tail = tailOf(number);
      const offset = tail.next++;
      put(positionOf(number, offset), tail.appendedAtMs, null, key, id, value);
      return { partition, offset };
    };
    const appendBarrier = (barrier: number): void => {
      for (const number of file.partitions.keys()) {
        const tail = tailOf(number);
        const position = positionOf(number, tail.next++);
        const before = Number(lastBarrier.get(positionOf(number, 0), endOf(number))?.['highest'] ?? 0);
        put(position, tail.appendedAtMs, barrier, null, null, null);
        remember.run(position, barrier, Math.max(before, barrier), tail.appendedAtMs);
      }
    };
    const appended = batches.map((batch) => {
      if ('records' in batch) return batch.records.map(append);
      appendBarrier(batch.barrier);
      return [];
    });
    for (const [number, { next, appendedAtMs }] of tails) writeTail.run(next, appendedAtMs, number);
    return { appended, partitions: new Set(tails.keys()) };
  };
};
