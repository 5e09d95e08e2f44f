import type { LogPartition } from '@rushes/domain';
import { type Bounds, type LogRecord, OffsetTrimmedError, RecordDamagedError } from '@rushes/ports';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { isBusy } from '../sqlite-access/error-codes.ts';
import type { LogFile } from './database.ts';
import { explained, WAY_OUT } from './errors.ts';
import { endOf, offsetOf, positionOf } from './positions.ts';
import { SUMMED } from './schema.ts';

export interface RecordReader {
  /** What is there now. @throws OffsetTrimmedError, and SQLite's error if the file is locked just then. */
  read(partition: LogPartition, from: number, limit: number): LogRecord[];
  bounds(partition: LogPartition): Promise<Bounds>;
}

type Row = readonly [position: number, appendedAtMs: number, barrier: number | null, key: string, id: string, value: string, sum: number];

const recordOf = ([position, appendedAtMs, barrier, key, id, value]: Row): LogRecord =>
  barrier === null
    ? { kind: 'event', offset: offsetOf(position), appendedAtMs, key, id, value }
    : { kind: 'barrier', offset: offsetOf(position), appendedAtMs, number: barrier };

const checkCount = (what: string, count: number): void => {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${what} is an integer from 0 on, not ${count}`);
};

export const recordReader = (file: LogFile): RecordReader => {
  const select = file.database.prepare(
    `SELECT ${SUMMED}, checksum FROM records WHERE position >= ? AND position < ? ORDER BY position LIMIT ?`,
  );
  select.setReturnArrays(true);
  const selectBounds = file.database.prepare('SELECT earliest, next FROM partitions WHERE number = ?');

  const boundsOf = (number: number): Bounds => {
    const row = selectBounds.get(number);
    return { earliest: Number(row?.['earliest']), next: Number(row?.['next']) };
  };

  /** Up to the first that is damaged: whoever goes on from there meets it. */
  const soundRecords = (partition: LogPartition, rows: readonly Row[]): LogRecord[] => {
    const damaged = rows.findIndex((row) => recordChecksum(row.slice(0, -1)) !== row.at(-1));
    if (damaged === 0) throw new RecordDamagedError(file.path, partition, offsetOf(rows[0]?.[0] ?? 0), WAY_OUT);
    return (damaged === -1 ? rows : rows.slice(0, damaged)).map(recordOf);
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
        file.check();
        if (from < earliest) throw new OffsetTrimmedError(file.path, partition, from, earliest);
        return soundRecords(partition, rows);
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
