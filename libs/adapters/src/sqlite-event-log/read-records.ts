import type { LogPartition } from '@rushes/domain';
import { type Bounds, type LogRecord, LogTruncatedError, OffsetTrimmedError, RecordDamagedError } from '@rushes/ports';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { isBusy } from '../sqlite-access/error-codes.ts';
import type { LogFile } from './database.ts';
import { explained, WAY_OUT } from './errors.ts';
import { endOf, offsetOf, positionOf } from './positions.ts';
import { SUMMED } from './schema.ts';

/** A partition's records from an offset on, as far as they were read. */
export interface Page {
  readonly records: readonly LogRecord[];
  /** All records before this offset were read. */
  readonly next: number;
  /** Why nothing behind `next` can be read. */
  readonly damage: RecordDamagedError | undefined;
}

export interface RecordReader {
  /**
   * At most `limit` records from `from` on, before `to`; without `to`, up to the end of the partition.
   * @throws OffsetTrimmedError, LogTruncatedError if the partition does not have all from `from` to `to`, and SQLite's error if the file is locked just then.
   */
  page(partition: LogPartition, from: number, limit: number, to?: number): Page;
  /** What is there now. @throws OffsetTrimmedError, RecordDamagedError, and SQLite's error if the file is locked just then. */
  read(partition: LogPartition, from: number, limit: number): readonly LogRecord[];
  bounds(): Promise<Bounds>;
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
  // SQLite looks at the value of a limit that is a parameter and nothing else, and so compiles the statement anew for each call: seven times the cost.
  const select = file.database.prepare(
    `SELECT ${SUMMED}, checksum FROM records WHERE position >= ? AND position < ? ORDER BY position LIMIT ? + 0`,
  );
  select.setReturnArrays(true);
  const selectBounds = file.database.prepare('SELECT earliest, next FROM partitions WHERE number = ?');

  const boundsOf = (number: number): { readonly earliest: number; readonly next: number } => {
    const row = selectBounds.get(number);
    return { earliest: Number(row?.['earliest']), next: Number(row?.['next']) };
  };

  const whole = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw isBusy(error) ? error : explained(file.path, error);
    }
  };

  /**
   * Records up to the first that is damaged. A damaged one may lie where it was not put, so the first record behind `to` counts too if offsets are missing
   * before it.
   */
  const soundRecords = (partition: LogPartition, rows: readonly Row[], from: number): Pick<Page, 'records' | 'damage'> => {
    const damaged = rows.findIndex((row) => recordChecksum(row.slice(0, -1)) !== row.at(-1));
    if (damaged === -1) return { records: rows.map(recordOf), damage: undefined };
    const offset = Math.max(from, offsetOf(rows[damaged]?.[0] ?? 0));
    return { records: rows.slice(0, damaged).map(recordOf), damage: new RecordDamagedError(file.path, partition, offset, WAY_OUT) };
  };

  return {
    page: (partition, from, limit, to) =>
      whole(() => {
        checkCount('an offset', from);
        const number = file.numberOf(partition);
        // The end before the records are read, since another process may append in between, and the beginning after, since it may trim.
        const { next } = boundsOf(number);
        const rows = select.all(positionOf(number, from), endOf(number), limit) as unknown as Row[]; // as: the columns selected, as arrays
        const { earliest } = boundsOf(number);
        file.check();
        if (from < earliest) throw new OffsetTrimmedError(file.path, partition, from, earliest);
        const end = to ?? next;
        if (from > next || end > next) throw new LogTruncatedError(file.path, partition, Math.max(from, end), next);
        const { records: all, damage } = soundRecords(partition, rows, from);
        const records = all.filter(({ offset }) => offset < end);
        const reached = (records.at(-1)?.offset ?? from - 1) + 1;
        // A record behind the end, or none at all: nothing more lies before the end.
        const isAll = records.length < all.length || (damage === undefined && rows.length < limit);
        const isUnharmed = damage === undefined || isAll || reached >= end;
        return { records, next: isAll ? end : reached, damage: isUnharmed ? undefined : damage };
      }),
    read: (partition, from, limit) =>
      whole(() => {
        checkCount('an offset', from);
        checkCount('a limit', limit);
        const number = file.numberOf(partition);
        const rows = select.all(positionOf(number, from), endOf(number), limit) as unknown as Row[]; // as: the columns selected, as arrays
        const { earliest } = boundsOf(number);
        file.check();
        if (from < earliest) throw new OffsetTrimmedError(file.path, partition, from, earliest);
        const { records, damage } = soundRecords(partition, rows, from);
        if (damage !== undefined && records.length === 0) throw damage;
        return records;
      }),
    bounds: async () =>
      file.reading(() => {
        const [earliest, next]: [Partial<Record<LogPartition, number>>, Partial<Record<LogPartition, number>>] = [{}, {}];
        for (const [partition, number] of file.numbers) {
          const row = boundsOf(number);
          earliest[partition] = row.earliest;
          next[partition] = row.next;
        }
        return { earliest, next };
      }),
  };
};
