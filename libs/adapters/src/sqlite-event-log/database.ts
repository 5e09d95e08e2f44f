import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isPartitionId, type LogPartition, type PartitionId } from '@rushes/domain';
import { explained } from './errors.ts';

/** An open log file. All work on it is synchronous: nothing of this process comes between the statements of a transaction. */
export interface LogFile {
  readonly path: string;
  /** Which log it is. */
  readonly id: string;
  readonly database: DatabaseSync;
  /** @throws RangeError if there is no such partition. */
  numberOf(partition: LogPartition): number;
  /** By number. The dead letters are none of them: no barriers, no owners, no trimming. */
  readonly partitions: ReadonlyMap<number, PartitionId>;
  /** One snapshot for several reads. */
  reading<Result>(work: () => Result): Result;
  /** All of it, on the disk on return, or nothing of it. Waits while another process writes. */
  writing<Result>(work: () => Result): Result;
}

export const logFile = (path: string, database: DatabaseSync, id: string, all: ReadonlyMap<number, LogPartition>): LogFile => {
  const numbers = new Map([...all].map(([number, partition]) => [partition, number]));
  const partitions = new Map([...all].flatMap(([number, partition]) => (isPartitionId(partition) ? [[number, partition] as const] : [])));
  const [begin, beginImmediate, commit] = ['BEGIN', 'BEGIN IMMEDIATE', 'COMMIT'].map((sql) => database.prepare(sql)) as [
    StatementSync,
    StatementSync,
    StatementSync,
  ]; // as: one for each

  const transaction = <Result>(start: StatementSync, work: () => Result): Result => {
    try {
      start.run();
      try {
        const result = work();
        commit.run();
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      throw explained(path, error);
    }
  };

  return {
    path,
    id,
    database,
    partitions,
    numberOf(partition) {
      const number = numbers.get(partition);
      if (number === undefined) throw new RangeError(`${path} has no partition ${JSON.stringify(partition)}`);
      return number;
    },
    reading: (work) => transaction(begin, work),
    writing: (work) => transaction(beginImmediate, work),
  };
};
