import { setImmediate, setTimeout } from 'node:timers/promises';

import { type Appended, StoreBusyError } from '@rushes/ports';

import { pauseMs } from '../sqlite-access/while-locked.ts';
import type { Batch, Written } from './write-records.ts';

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
