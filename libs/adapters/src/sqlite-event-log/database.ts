import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isPartitionId, type LogPartition, type PartitionId } from '@rushes/domain';
import { isBusy } from '../sqlite-access/error-codes.ts';
import { whileLocked } from '../sqlite-access/while-locked.ts';
import { explained } from './errors.ts';

/**
 * An open log file. A transaction's work is synchronous: nothing of this process comes between its statements. Where another process has a lock, the
 * transaction is begun again later, and the event loop goes on until then.
 */
export interface LogFile {
  readonly path: string;
  /** Which log it is. */
  readonly id: string;
  readonly database: DatabaseSync;
  /** @throws RangeError if there is no such partition. */
  numberOf(partition: LogPartition): number;
  /** Of all partitions, the dead letters included. */
  readonly numbers: ReadonlyMap<LogPartition, number>;
  /** By number. The dead letters are none of them: no barriers, no owners, no trimming. */
  readonly partitions: ReadonlyMap<number, PartitionId>;
  /** One snapshot for several reads. Does not wait for writers. */
  reading<Result>(work: () => Result): Promise<Result>;
  /** All of it, on the disk on return, or nothing of it. Waits while another process writes. @throws StoreBusyError */
  writing<Result>(work: () => Result): Promise<Result>;
  /** The same without waiting: `undefined` if another process writes. */
  writingNow<Result>(work: () => Result): { readonly result: Result } | undefined;
  /** How long a call waits for another process. */
  readonly lockWaitMs: number;
  /** Behind each read that is no transaction: throws if it may not count. */
  readonly check: () => void;
}

export interface LogFileParts {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly id: string;
  readonly partitions: ReadonlyMap<number, LogPartition>;
  readonly lockWaitMs: number;
  /** Behind each read: throws if it may not count. */
  readonly check?: () => void;
}

export const logFile = ({ path, database, id, partitions: all, lockWaitMs, check = () => undefined }: LogFileParts): LogFile => {
  const numbers = new Map([...all].map(([number, partition]) => [partition, number]));
  const partitions = new Map([...all].flatMap(([number, partition]) => (isPartitionId(partition) ? [[number, partition] as const] : [])));
  const [begin, beginImmediate, commit] = ['BEGIN', 'BEGIN IMMEDIATE', 'COMMIT'].map((sql) => database.prepare(sql)) as [
    StatementSync,
    StatementSync,
    StatementSync,
  ]; // as: one for each

  const transaction = <Result>(start: StatementSync, work: () => Result): Result => {
    if (!database.isOpen) throw new Error(`${path} was closed`);
    start.run();
    try {
      const result = work();
      commit.run();
      check();
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  const whenUnlocked = async <Result>(start: StatementSync, work: () => Result): Promise<Result> => {
    try {
      return await whileLocked(path, () => transaction(start, work), lockWaitMs);
    } catch (error) {
      throw explained(path, error);
    }
  };

  return {
    path,
    id,
    database,
    numbers,
    partitions,
    lockWaitMs,
    check,
    numberOf(partition) {
      const number = numbers.get(partition);
      if (number === undefined) throw new RangeError(`${path} has no partition ${JSON.stringify(partition)}`);
      return number;
    },
    reading: (work) => whenUnlocked(begin, work),
    writing: (work) => whenUnlocked(beginImmediate, work),
    writingNow(work) {
      try {
        return { result: transaction(beginImmediate, work) };
      } catch (error) {
        if (isBusy(error)) return undefined;
        throw explained(path, error);
      }
    },
  };
};
