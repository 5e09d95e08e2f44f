import type { Appended } from '@rushes/ports';
import type { Batch, Written } from './write-records.ts';

/**
 * Group commit: what is appended during one turn of the event loop shares a transaction, since waiting for the disk costs more than the records.
 * Batches keep their order.
 */
export interface AppendQueue {
  append(batch: Batch): Promise<readonly Appended[]>;
  /** Writes what still waits. */
  close(): void;
}

/** Enough to make the wait for the disk cheap, little enough not to hold up the process. A larger batch stays whole. */
const RECORDS_PER_TRANSACTION = 2_000;

interface Waiting {
  readonly batch: Batch;
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

/** @param written is called after each transaction with the partitions that grew. */
export const appendQueue = (
  write: (batches: readonly Batch[]) => Written,
  written: (partitions: ReadonlySet<number>) => void,
): AppendQueue => {
  const waiting: Waiting[] = [];
  let scheduled: NodeJS.Immediate | undefined;

  const take = (): Waiting[] => {
    let records = 0;
    const first = waiting.findIndex(({ batch }) => {
      const isFull = records >= RECORDS_PER_TRANSACTION;
      records += 'records' in batch ? batch.records.length : 1;
      return isFull;
    });
    return waiting.splice(0, first === -1 ? waiting.length : first);
  };

  const writeSome = (): void => {
    const group = take();
    try {
      const { appended, partitions } = write(group.map(({ batch }) => batch));
      for (const [at, { resolve }] of group.entries()) resolve(appended[at] ?? []);
      written(partitions);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };

  const schedule = (): void => {
    scheduled ??= setImmediate(() => {
      scheduled = undefined;
      writeSome();
      if (waiting.length > 0) schedule();
    });
  };

  return {
    append: (batch) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject });
        schedule();
      }),
    close() {
      clearImmediate(scheduled);
      while (waiting.length > 0) writeSome();
    },
  };
};
