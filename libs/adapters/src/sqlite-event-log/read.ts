/**
 * Reading a log's records: those between two offsets, and those that come. Both read page by page, and let the event loop turn between pages. A page says
 * how far it read, so that no page without records is taken for an end.
 */
import { setImmediate } from 'node:timers/promises';
import { type LogOffsets, type LogPartition, offsetAt } from '@rushes/domain';
import {
  type Bounds,
  type CallOptions,
  type Followed,
  type LogRecord,
  LogTruncatedError,
  OffsetTrimmedError,
  RecordDamagedError,
} from '@rushes/ports';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { isDamage } from '../sqlite-access/error-codes.ts';
import { whileLocked } from '../sqlite-access/while-locked.ts';
import type { Growth } from './growth.ts';
import { type LogFile, WAY_OUT } from './log-file.ts';
import type { RecordTraces } from './record-traces.ts';
import { endOf, offsetOf, positionOf, SUMMED } from './schema.ts';

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
  bounds(): Promise<Bounds>;
}

type Row = readonly [position: number, appendedAtMs: number, barrier: number | null, key: string, id: string, value: string, sum: number];

const recordOf = ([position, appendedAtMs, barrier, key, id, value]: Row): LogRecord =>
  barrier === null
    ? { kind: 'event', offset: offsetOf(position), appendedAtMs, key, id, value }
    : { kind: 'barrier', offset: offsetOf(position), appendedAtMs, number: barrier };

const checkOffset = (offset: number): void => {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`an offset is an integer from 0 on, not ${offset}`);
};

export const recordReader = (file: LogFile): RecordReader => {
  // SQLite looks at the value of a limit that is a parameter and nothing else, and so compiles the statement anew for each call: seven times the cost.
  const select = file.database.prepare(
    `SELECT ${SUMMED}, checksum FROM records WHERE position >= ? AND position < ? ORDER BY position LIMIT ? + 0`,
  );
  select.setReturnArrays(true);
  const selectBounds = file.database.prepare('SELECT earliest, next FROM partitions WHERE number = ?');

  const rowsOf = (number: number, from: number, limit: number): readonly Row[] =>
    select.all(positionOf(number, from), endOf(number), limit) as unknown as Row[]; // as: the columns selected, as arrays

  const boundsOf = (number: number): { readonly earliest: number; readonly next: number } => {
    const row = selectBounds.get(number);
    return { earliest: Number(row?.['earliest']), next: Number(row?.['next']) };
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

  const page = (partition: LogPartition, from: number, limit: number, to?: number): Page => {
    checkOffset(from);
    const number = file.numberOf(partition);
    // The end before the records are read, since another process may append in between, and the beginning after, since it may trim.
    const { next } = boundsOf(number);
    const rows = rowsOf(number, from, limit);
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
  };

  return {
    // Where a page of the file is damaged, what lies before it is read in smaller steps.
    page(partition, from, limit, to) {
      for (let size = limit; ; size = Math.ceil(size / 2)) {
        try {
          return page(partition, from, size, to);
        } catch (error) {
          if (size === 1 || !isDamage(error)) throw error;
        }
      }
    },
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

/**
 * The first offset from `earliest` up to `next` whose record was appended at a time or later, `next` if there is none: by bisection, since times never
 * go down as offsets go up. Offsets without a record, of a log that was begun anew, count as the next record does. To be called within a transaction.
 */
export const offsetFinder = (file: LogFile): ((partition: number, timeMs: number) => number) => {
  const bounds = file.database.prepare('SELECT earliest, next FROM partitions WHERE number = ?');
  const recordFrom = file.database.prepare(
    'SELECT position, appended_ms AS time FROM records WHERE position >= ? AND position < ? ORDER BY position LIMIT 1',
  );
  return (partition, timeMs) => {
    const row = bounds.get(partition);
    const next = Number(row?.['next']);
    let low = Number(row?.['earliest']);
    let high = next;
    let found = next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = recordFrom.get(positionOf(partition, middle), endOf(partition));
      const offset = record === undefined ? next : offsetOf(Number(record['position']));
      if (record === undefined || Number(record['time']) >= timeMs) [high, found] = [middle, offset];
      else low = offset + 1;
    }
    return found;
  };
};

const RECORDS_PER_PAGE = 1_000;
/** So that a partition with much to give does not hold up the others for long. */
const FOLLOWED_PER_PAGE = 500;

export interface Reading {
  readonly file: LogFile;
  readonly reader: RecordReader;
  readonly growth: Growth;
  readonly traces: RecordTraces | undefined;
  /** Throws if the log was closed. */
  readonly open: () => void;
}

const pageOf = ({ file, reader, open }: Reading, partition: LogPartition, from: number, limit: number, to?: number): Promise<Page> =>
  whileLocked(
    file.path,
    () => {
      open();
      return reader.page(partition, from, limit, to);
    },
    file.lockWaitMs,
  );

export const readRange = async function* (
  reading: Reading,
  partition: LogPartition,
  from: number,
  to: number,
  { signal }: CallOptions = {},
): AsyncGenerator<readonly LogRecord[], void, undefined> {
  for (let at = from; at < to;) {
    signal?.throwIfAborted();
    const page = await pageOf(reading, partition, at, RECORDS_PER_PAGE, to);
    if (page.records.length > 0) yield page.records;
    if (page.damage !== undefined) throw page.damage;
    at = page.next;
    if (at < to) await setImmediate();
  }
};

type Fault = Extract<Followed, { readonly fault: unknown }>['fault'];

/** What concerns one partition alone. */
const isFault = (error: unknown): error is Fault =>
  error instanceof OffsetTrimmedError || error instanceof LogTruncatedError || error instanceof RecordDamagedError;

export const followLog = async function* (
  reading: Reading,
  from: LogOffsets,
  signal: AbortSignal,
): AsyncGenerator<Followed, void, undefined> {
  const { file, growth, traces } = reading;
  // as: the keys of offsets; whatever is no partition is refused by `numberOf`
  const at = new Map((Object.keys(from) as LogPartition[]).map((partition) => [partition, offsetAt(from, partition)]));
  const isOpen = (): boolean => !signal.aborted;

  /** What a partition has now; `undefined` if there is nothing new. */
  const look = async (partition: LogPartition, offset: number): Promise<Followed | undefined> => {
    try {
      const { records, next, damage } = await pageOf(reading, partition, offset, FOLLOWED_PER_PAGE);
      // What lies before the damage first; the next look meets the damage itself.
      if (damage !== undefined && records.length === 0) return { partition, fault: damage };
      if (next <= offset) return undefined;
      return { partition, records: traces?.add(file.numberOf(partition), records) ?? records, next };
    } catch (error) {
      if (isFault(error)) return { partition, fault: error };
      throw error;
    }
  };

  while (isOpen()) {
    reading.open();
    const listening = growth.listen(new Set([...at.keys()].map((partition) => file.numberOf(partition))), signal);
    try {
      let hasFound = false;
      for (const [partition, offset] of at) {
        if (!isOpen()) return;
        const found = await look(partition, offset);
        if (found === undefined) continue;
        hasFound = true;
        if ('fault' in found) at.delete(partition);
        else at.set(partition, found.next);
        yield found;
        await setImmediate();
      }
      if (!hasFound) await listening.end;
    } finally {
      listening.finish();
    }
  }
};
