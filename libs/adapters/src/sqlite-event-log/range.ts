/** Reading a log's records: those between two offsets, and those that come. Both read page by page, and let the event loop turn between pages. */
import { setImmediate } from 'node:timers/promises';
import { offsetAt, type LogOffsets, type LogPartition } from '@rushes/domain';
import { type CallOptions, type Followed, type LogRecord, LogTruncatedError, OffsetTrimmedError, RecordDamagedError } from '@rushes/ports';
import { whileLocked } from '../sqlite-access/while-locked.ts';
import type { LogFile } from './database.ts';
import type { Page, RecordReader } from './read-records.ts';
import type { WaitingReads } from './waiting-reads.ts';

const RECORDS_PER_PAGE = 1_000;
/** So that a partition with much to give does not hold up the others for long. */
const FOLLOWED_PER_PAGE = 500;

export interface Reading {
  readonly file: LogFile;
  readonly reader: RecordReader;
  readonly waits: WaitingReads;
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
  const { file, waits } = reading;
  // as: the keys of offsets; whatever is no partition is refused by `numberOf`
  const at = new Map((Object.keys(from) as LogPartition[]).map((partition) => [partition, offsetAt(from, partition)]));
  const isOpen = (): boolean => !signal.aborted;

  /** What a partition has now; `undefined` if there is nothing new. */
  const look = async (partition: LogPartition, offset: number): Promise<Followed | undefined> => {
    try {
      const { records, next, damage } = await pageOf(reading, partition, offset, FOLLOWED_PER_PAGE);
      // What lies before the damage first; the next look meets the damage itself.
      if (damage !== undefined && records.length === 0) return { partition, fault: damage };
      return next > offset ? { partition, records, next } : undefined;
    } catch (error) {
      if (isFault(error)) return { partition, fault: error };
      throw error;
    }
  };

  while (isOpen()) {
    reading.open();
    const growth = waits.listen(new Set([...at.keys()].map((partition) => file.numberOf(partition))), signal);
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
      if (!hasFound) await growth.end;
    } finally {
      growth.finish();
    }
  }
};
