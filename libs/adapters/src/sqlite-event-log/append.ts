/** Appending: what is refused, what one transaction writes, and what waits for the next one. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Appended, type NewRecord, StoreBusyError } from '@rushes/ports';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { pauseMs } from '../sqlite-access/while-locked.ts';
import type { LogFile } from './log-file.ts';
import type { RecordTraces } from './record-traces.ts';
import { positionOf, SUMMED } from './schema.ts';

/** Refuses what could not be read back as it was given, before anything of it is written. */
export const checkRecords = (file: LogFile, records: readonly NewRecord[]): void => {
  for (const [at, record] of records.entries()) {
    file.numberOf(record.partition);
    const where = `record ${at + 1} of ${records.length} for ${record.partition}`;
    for (const name of ['key', 'id'] as const) {
      if (record[name] === '') throw new RangeError(`${where} has an empty ${name}`);
    }
    for (const name of ['key', 'id', 'value'] as const) {
      if (!record[name].isWellFormed()) throw new RangeError(`${where}: its ${name} has half of a surrogate pair, which is no text`);
    }
  }
};

export const checkBarrier = (number: number): void => {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`a barrier's number is a positive integer, not ${number}`);
};

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
export const recordWriter = (file: LogFile, traces?: RecordTraces): ((batches: readonly Batch[], nowMs: number) => Written) => {
  const { database } = file;
  const readTail = database.prepare('SELECT next, last_appended_ms AS last FROM partitions WHERE number = ?');
  const writeTail = database.prepare('UPDATE partitions SET next = ?, last_appended_ms = ? WHERE number = ?');
  const insert = database.prepare(`INSERT INTO records (${SUMMED}, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const put = (...values: SummedRecord): void => void insert.run(...values, recordChecksum(values));

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
    const append = ({ partition, key, id, value, trace }: NewRecord): Appended => {
      const number = file.numberOf(partition);
      const tail = tailOf(number);
      const offset = tail.next++;
      put(positionOf(number, offset), tail.appendedAtMs, null, key, id, value);
      if (trace !== undefined) traces?.put(positionOf(number, offset), trace);
      return { partition, offset };
    };
    const appendBarrier = (barrier: number): void => {
      for (const number of file.partitions.keys()) {
        const tail = tailOf(number);
        put(positionOf(number, tail.next++), tail.appendedAtMs, barrier, null, null, null);
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

/**
 * Group commit: what is appended during one turn of the event loop shares a transaction, since waiting for the disk costs more than the records.
 * Batches keep their order. While another process writes, they wait here, and what is appended meanwhile joins them.
 */
export interface AppendQueue {
  append(batch: Batch): Promise<readonly Appended[]>;
  /** Writes what still waits, as long as it waits for another process at most. */
  close(): Promise<void>;
}

/** Enough to make the wait for the disk cheap, little enough not to hold up the process. A larger batch stays whole. */
const RECORDS_PER_TRANSACTION = 2_000;

interface Waiting {
  readonly batch: Batch;
  /** By `performance.now()`. */
  readonly untilMs: number;
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface QueueOptions {
  /** Writes batches in one transaction; `undefined`: another process has the lock, and nothing was written. */
  readonly write: (batches: readonly Batch[]) => Written | undefined;
  /** Called after each transaction with the partitions that grew. */
  readonly onWritten: (partitions: ReadonlySet<number>) => void;
  /** How long a batch waits for another process. */
  readonly lockWaitMs: number;
  /** For messages. */
  readonly location: string;
}

export const appendQueue = ({ write, onWritten, lockWaitMs, location }: QueueOptions): AppendQueue => {
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  /** How many of those who wait go into the next transaction. */
  const groupSize = (): number => {
    let records = 0;
    const first = waiting.findIndex(({ batch }) => {
      const isFull = records >= RECORDS_PER_TRANSACTION;
      records += 'records' in batch ? batch.records.length : 1;
      return isFull;
    });
    return first === -1 ? waiting.length : first;
  };

  /** Returns whether there was no lock: what waited first is written, or was refused. */
  const writeSome = (): boolean => {
    const group = waiting.slice(0, groupSize());
    try {
      const written = write(group.map(({ batch }) => batch));
      if (written === undefined) return false;
      waiting.splice(0, group.length);
      for (const [at, { resolve }] of group.entries()) resolve(written.appended[at] ?? []);
      onWritten(written.partitions);
    } catch (error) {
      waiting.splice(0, group.length);
      for (const { reject } of group) reject(error);
    }
    return true;
  };

  const giveUpLate = (): void => {
    const nowMs = performance.now();
    const late = waiting.findIndex(({ untilMs }) => untilMs > nowMs);
    const given = waiting.splice(0, late === -1 ? waiting.length : late);
    for (const { reject } of given) reject(new StoreBusyError(location, lockWaitMs));
  };

  const run = async (): Promise<void> => {
    await setImmediate();
    for (let attempts = 0; waiting.length > 0;) {
      if (writeSome()) {
        attempts = 0;
        if (waiting.length > 0) await setImmediate();
        continue;
      }
      giveUpLate();
      if (waiting.length > 0) await setTimeout(pauseMs(attempts++));
    }
    running = undefined;
  };

  return {
    append: (batch) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, untilMs: performance.now() + lockWaitMs, resolve, reject });
        running ??= run();
      }),
    close: async () => running,
  };
};
