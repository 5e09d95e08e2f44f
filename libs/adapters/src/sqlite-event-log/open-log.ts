import type { LogPartition } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';
import { requireInPlace } from '../sqlite-access/in-place.ts';
import { LOCK_WAIT_MS } from '../sqlite-access/while-locked.ts';
import { storeBoundary } from '../store-errors/store-boundary.ts';
import { appendQueue, checkBarrier, checkRecords, recordWriter } from './append.ts';
import { clocksOf, ownClock, unlessAhead } from './clocks.ts';
import { watchGrowth } from './growth.ts';
import { ON_DAMAGE, openFile } from './log-file.ts';
import { openTraces } from './record-traces.ts';
import { followLog, offsetFinder, readRange, type Reading, recordReader } from './read.ts';
import { trimmer } from './trim.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_RETENTION_MS = 7 * 24 * HOUR_MS;
/** How far duplicates are told apart, and how long rows of the speed layer live: what is younger is still needed. */
const LEAST_RETENTION_MS = 48 * HOUR_MS;

export interface SqliteEventLogOptions {
  /** Default: 7 days; at least 48 hours. */
  readonly retentionMs?: number;
  /** The log's clock in milliseconds. Default: the process's. */
  readonly now?: () => number;
  /** Milliseconds since the machine's start, by a clock that nobody sets. Default: the system's, or `now` where that is given. */
  readonly uptimeMs?: () => number;
  /** How long a call waits while another process has the file locked. Default: 10 seconds. */
  readonly lockWaitMs?: number;
  /** Only reads, from a file that is there and need not be writable. Default: false. */
  readonly readOnly?: boolean;
  /** Keeps where records stand in traces, and gives it to who follows. Default: false. */
  readonly traces?: boolean;
}

/**
 * The log in a SQLite file, which several processes may have open. A path that ends in `.sqlite` is the file, any other the folder of `events.sqlite`;
 * both are made if they are not there.
 */
export const openSqliteEventLog = async (folderOrFile: string, options: SqliteEventLogOptions = {}): Promise<EventLog> => {
  const {
    retentionMs = DEFAULT_RETENTION_MS,
    now = Date.now,
    lockWaitMs = LOCK_WAIT_MS,
    readOnly = false,
    traces: isTraced = false,
  } = options;
  if (!(retentionMs >= LEAST_RETENTION_MS)) {
    throw new RangeError(`a log's retention is at least ${LEAST_RETENTION_MS} ms (48 hours), not ${retentionMs} ms`);
  }
  const file = await openFile(folderOrFile, { lockWaitMs, readOnly });
  // An event in a file that nobody finds again is lost.
  const inPlace = requireInPlace(file.path);
  const dataVersion = file.database.prepare('PRAGMA data_version');
  const growth = watchGrowth(() => Number(dataVersion.get()?.['data_version']));
  const clock = ownClock(file, clocksOf(now, options.uptimeMs));
  const traces = isTraced ? await openTraces(file, readOnly) : undefined;
  const write = recordWriter(file, traces);
  const queue = appendQueue({
    write(batches) {
      inPlace();
      const written = file.writingNow(clock.guard((nowMs) => write(batches, nowMs)));
      return written && unlessAhead(written.result);
    },
    onWritten: (partitions) => growth.wake(partitions),
    lockWaitMs,
    location: file.path,
  });
  const reader = recordReader(file);
  const reading: Reading = { file, reader, growth, traces, open: () => open() };
  const offsetAtTime = offsetFinder(file);
  const trim = trimmer(file);
  // Says what it says already: the disk has to take it all the same.
  const rewrite = file.database.prepare('UPDATE partitions SET next = next WHERE number = (SELECT min(number) FROM partitions)');
  let isClosed = false;
  let closing: Promise<void> | undefined;
  const open = (): void => {
    if (isClosed) throw new Error(`${file.path} was closed`);
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await queue.close();
    growth.close();
    file.database.close();
  };

  const log: EventLog = {
    location: file.path,
    id: file.id,
    retentionMs,
    append: async (records) => {
      open();
      checkRecords(file, records);
      return records.length === 0 ? [] : queue.append({ records: [...records] });
    },
    checkWritable: async () => {
      open();
      inPlace();
      unlessAhead(await file.writing(clock.guard(() => void rewrite.run())));
    },
    appendBarrier: async (number) => {
      open();
      checkBarrier(number);
      await queue.append({ barrier: number });
    },
    follow: (from, signal) => followLog(reading, from, signal),
    range: (partition, from, to, given) => readRange(reading, partition, from, to, given),
    bounds: async ({ signal } = {}) => {
      open();
      inPlace();
      signal?.throwIfAborted();
      return reader.bounds();
    },
    offsetsAtTime: async (timesMs, { signal } = {}) => {
      open();
      signal?.throwIfAborted();
      const times = Object.entries(timesMs) as [LogPartition, number][]; // as: the keys are partitions
      return file.reading(() =>
        Object.fromEntries(times.map(([partition, timeMs]) => [partition, offsetAtTime(file.numberOf(partition), timeMs)])),
      );
    },
    trim: async (keepFrom) => {
      open();
      const nowMs = unlessAhead(await file.writing(clock.guard((ms) => ms)));
      return trim({ keepFrom, keepFromMs: nowMs - retentionMs, isClosed: () => isClosed });
    },
    close: () => (closing ??= close()),
  };
  return storeBoundary(log, { location: file.path, onDamage: ON_DAMAGE });
};
