import type { LogPartition } from '@rushes/domain';
import { type Bounds, type LogRecord, OffsetTrimmedError } from '@rushes/ports';
import { isBusy } from '../sqlite-access/error-codes.ts';
import type { LogFile } from './database.ts';
import { explained } from './errors.ts';
import { endOf, offsetOf, positionOf } from './positions.ts';

export interface RecordReader {
  /** What is there now. @throws OffsetTrimmedError, and SQLite's error if the file is locked just then. */
  read(partition: LogPartition, from: number, limit: number): LogRecord[];
  bounds(partition: LogPartition): Promise<Bounds>;
}

type Row = readonly [position: number, appendedAtMs: number, barrier: number | null, key: string, id: string, value: string];

const recordOf = ([position, appendedAtMs, barrier, key, id, value]: Row): LogRecord =>
  barrier === null
    ? { kind: 'event', offset: offsetOf(position), appendedAtMs, key, id, value }
    : { kind: 'barrier', offset: offsetOf(position), appendedAtMs, number: barrier };

const checkCount = (what: string, count: number): void => {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${what} is an integer from 0 on, not ${count}`);
};

export const recordReader = (file: LogFile): RecordReader => {
  const select = file.database.prepare(
    'SELECT position, appended_ms, barrier, key, id, value FROM records WHERE position >= ? AND position < ? ORDER BY position LIMIT ?',
  );
  select.setReturnArrays(true);
  const selectBounds = file.database.prepare('SELECT earliest, next FROM partitions WHERE number = ?');

  const boundsOf = (number: number): Bounds => {
    const row = selectBounds.get(number);
    return { earliest: Number(row?.['earliest']), next: Number(row?.['next']) };
  };

  return {
    read(partition, from, limit) {
      checkCount('an offset', from);
      checkCount('a limit', limit);
      const number = file.numberOf(partition);
      try {
        const rows = select.all(positionOf(number, from), endOf(number), limit) as unknown as Row[]; // as: the columns selected, as arrays
        // Asked after the records were read: what is trimmed in between counts as gone.
        const { earliest } = boundsOf(number);
        if (from < earliest) throw new OffsetTrimmedError(file.path, partition, from, earliest);
        return rows.map(recordOf);
      } catch (error) {
        throw isBusy(error) ? error : explained(file.path, error);
      }
    },
    async bounds(partition) {
      const number = file.numberOf(partition);
      return file.reading(() => boundsOf(number));
    },
  };
};
