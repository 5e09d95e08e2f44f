import type { EventLog } from '@rushes/ports';
import { appendQueue } from './append-queue.ts';
import { barriersIn } from './barriers.ts';
import { checkBarrier, checkRecords } from './check-records.ts';
import { joiner } from './membership.ts';
import { offsetFinder } from './offset-at-time.ts';
import { openFile } from './open-file.ts';
import { recordReader } from './read-records.ts';
import { trimmer } from './trim.ts';
import { waitingReads } from './waiting-reads.ts';
import { recordWriter } from './write-records.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_RETENTION_MS = 7 * 24 * HOUR_MS;
/** How far duplicates are told apart, and how long rows of the speed layer live: what is younger is still needed. */
const LEAST_RETENTION_MS = 48 * HOUR_MS;

export interface SqliteEventLogOptions {
  /** Default: 7 days; at least 48 hours. */
  readonly retentionMs?: number;
  /** The log's clock in milliseconds. Default: the process's. */
  readonly now?: () => number;
}

/**
 * The log in a SQLite file, which several processes may have open. A path that ends in `.sqlite` is the file, any other the folder of `events.sqlite`;
 * both are made if they are not there.
 */
export const openSqliteEventLog = async (folderOrFile: string, options: SqliteEventLogOptions = {}): Promise<EventLog> => {
  const { retentionMs = DEFAULT_RETENTION_MS, now = Date.now } = options;
  if (!(retentionMs >= LEAST_RETENTION_MS)) {
    throw new RangeError(`a log's retention is at least ${LEAST_RETENTION_MS} ms (48 hours), not ${retentionMs} ms`);
  }
  const file = await openFile(folderOrFile);
  const dataVersion = file.database.prepare('PRAGMA data_version');
  const waits = waitingReads(() => Number(dataVersion.get()?.['data_version']));
  const queue = appendQueue(recordWriter(file, now), (partitions) => waits.wake(partitions));
  const reader = recordReader(file);
  const barriers = barriersIn(file);
  const offsetAtTime = offsetFinder(file);
  const join = joiner(file, now);
  const trim = trimmer(file);
  let isClosed = false;
  const open = (): void => {
    if (isClosed) throw new Error(`${file.path} was closed`);
  };

  return {
    location: file.path,
    id: file.id,
    retentionMs,
    append: async (records) => {
      open();
      checkRecords(file, records);
      return records.length === 0 ? [] : queue.append({ records: [...records] });
    },
    appendBarrier: async (number) => {
      open();
      checkBarrier(number);
      await queue.append({ barrier: number });
    },
    read: async (partition, from, limit, waitMs = 0) => {
      open();
      return waits.until(file.numberOf(partition), limit > 0 ? waitMs : 0, () => reader.read(partition, from, limit));
    },
    bounds: async (partition) => {
      open();
      return reader.bounds(partition);
    },
    offsetAtTime: async (partition, timeMs) => {
      open();
      return file.reading(() => offsetAtTime(file.numberOf(partition), timeMs));
    },
    findBarrier: async (partition, number) => {
      open();
      return barriers.find(partition, number);
    },
    highestBarrier: async () => {
      open();
      return barriers.highest();
    },
    highestBarrierBefore: async (partition, offset) => {
      open();
      return barriers.highestBefore(partition, offset);
    },
    join: async (group, member, leaseMs) => {
      open();
      return join(group, member, leaseMs);
    },
    trim: async (keepFrom) => {
      open();
      return trim({ keepFrom, keepFromMs: Math.floor(now()) - retentionMs, isClosed: () => isClosed });
    },
    close: async () => {
      if (isClosed) return;
      queue.close();
      isClosed = true;
      waits.close();
      file.database.close();
    },
  };
};
