/** A folder with a log and cursors, and ways to write files into it and to look at the log. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { type LogPartition, PARTITIONS } from '@rushes/domain';
import type { EventLog, EventRecord } from '@rushes/ports';
import { openCursors, type ReplayContext, type ReplayOptions } from '@rushes/speed';
import { readLog } from '@rushes/ports/contracts/read-log';
import { awkwardLog } from '@rushes/ports/contracts/awkward-log';

import { testClock, type TestClock } from '../test-clock.ts';

export const recordsOf = async (log: EventLog, partitions: readonly LogPartition[] = PARTITIONS): Promise<readonly EventRecord[]> => {
  const all: EventRecord[] = [];
  for (const partition of partitions) {
    for (const record of await readLog(log, partition)) if (record.kind === 'event') all.push(record);
  }
  return all;
};

export interface IngestFolder {
  readonly path: string;
  readonly clock: TestClock;
  readonly log: EventLog;
  readonly context: ReplayContext;
  write(name: string, text: string | Buffer): Promise<string>;
  writeGzip(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

export const openIngestFolder = async (): Promise<IngestFolder> => {
  const path = await mkdtemp(join(tmpdir(), 'rushes-ingest-'));
  const clock = testClock();
  const log = awkwardLog(await openSqliteEventLog(join(path, 'log.sqlite'), { now: clock.nowMs }));
  const cursors = await openCursors(join(path, 'replays'));
  const duplicateFilters = await openSqliteDuplicateFilters(join(path, 'ids'));
  const write = async (name: string, text: string | Buffer): Promise<string> => {
    await writeFile(join(path, name), text);
    return join(path, name);
  };
  return {
    path,
    clock,
    log,
    context: { log, cursors, duplicateFilters, clock, signal: new AbortController().signal },
    write,
    writeGzip: (name, text) => write(name, gzipSync(text)),
    remove: async () => {
      await log.close();
      await rm(path, { recursive: true });
    },
  };
};

export const AT_ONCE: ReplayOptions = { chunk: 100, timesFaster: Infinity, begin: 'behind the cursor' };

const tconstOf = (n: number): string => `tt${String(1_000_000 + n)}`;

export const RATINGS_HEADER = 'timestamp\ttconst\tuserId\trating';

/** Ratings in MovieTweetings' form, a second apart. */
export const ratingLines = (count: number, movies = 7): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${1_400_000_000 + n}\t${tconstOf(n % movies)}\t${n}\t${1 + (n % 10)}`);

export const ratingsFile = (lines: readonly string[]): string => `${[RATINGS_HEADER, ...lines].join('\n')}\n`;
