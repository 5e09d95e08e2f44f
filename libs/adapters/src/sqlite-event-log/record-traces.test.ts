/** The table of traces is beside the log, not a part of it: files without it, and programs that know nothing of it, are served as before. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventLog, LogRecord } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteEventLog, type SqliteEventLogOptions } from './index.ts';

const partition = 'movie.ratings/3';
const DAY_MS = 24 * 3_600_000;
const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };

let folder: string;
let nowMs = 0;
const opened: EventLog[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
  nowMs = Date.UTC(2026, 0, 1);
});
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  await rm(folder, { recursive: true, force: true });
});

const open = async (options: SqliteEventLogOptions = {}): Promise<EventLog> => {
  const log = await openSqliteEventLog(folder, { now: () => nowMs, retentionMs: 2 * DAY_MS, ...options });
  opened.push(log);
  return log;
};
const append = (log: EventLog, ...ids: readonly string[]) => log.append(ids.map((id) => ({ partition, key: 'k', id, value: id, trace })));

const inFile = <Result>(work: (database: DatabaseSync) => Result): Result => {
  const database = new DatabaseSync(join(folder, 'events.sqlite'));
  try {
    return work(database);
  } finally {
    database.close();
  }
};
const tables = () => inFile((database) => database.prepare("SELECT name FROM sqlite_schema WHERE name = 'traces'").all().length);
const traced = () => inFile((database) => Number(database.prepare('SELECT count(*) AS n FROM traces').get()?.['n']));

const firstFollowed = async (log: EventLog): Promise<readonly LogRecord[]> => {
  for await (const one of log.follow({ [partition]: 0 }, new AbortController().signal)) if ('records' in one) return one.records;
  return [];
};

test('a log that was made without tracing gets the table when a process traces, and keeps format and records', async () => {
  const before = await open();
  await append(before, 'a');
  expect(tables()).toBe(0);
  const after = await open({ traces: true });
  await append(after, 'b');
  expect([tables(), traced()]).toEqual([1, 1]);
  expect(await firstFollowed(after)).toMatchObject([{ id: 'a' }, { id: 'b', trace }]);
  // A process that does not trace, of this release or an earlier one, goes on with the same file.
  await append(before, 'c');
  expect(await readLog(await open(), partition)).toMatchObject([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  expect([inFile((database) => database.prepare('PRAGMA user_version').get()), traced()]).toEqual([{ user_version: 4 }, 1]);
});

test('a log that is only read makes no table', async () => {
  await append(await open(), 'a');
  const log = await open({ traces: true, readOnly: true });
  expect(await firstFollowed(log)).toMatchObject([{ id: 'a' }]);
  expect(tables()).toBe(0);
});

test('traces go with their records, also where the process that trims does not trace', async () => {
  await append(await open({ traces: true }), 'a', 'b');
  nowMs += 3 * DAY_MS;
  await append(await open({ traces: true }), 'c');
  expect(traced()).toBe(3);
  expect(await (await open()).trim({ [partition]: 100 })).toBe(2);
  expect(traced()).toBe(1);
});

test('what an earlier release left when it trimmed goes with the next trim', async () => {
  await append(await open({ traces: true }), 'a', 'b');
  nowMs += 3 * DAY_MS;
  // An earlier release knows nothing of the table.
  inFile((database) =>
    database.exec("DELETE FROM records WHERE id = 'a'; UPDATE partitions SET earliest = 1 WHERE name = 'movie.ratings/3'"),
  );
  expect(await (await open()).trim({ [partition]: 100 })).toBe(1);
  expect(traced()).toBe(0);
});

test('what cannot be read of traces leaves records as they are', async () => {
  const log = await open({ traces: true });
  await append(log, 'a');
  inFile((database) => database.exec('DROP TABLE traces'));
  expect(await firstFollowed(log)).toEqual([{ kind: 'event', offset: 0, appendedAtMs: nowMs, key: 'k', id: 'a', value: 'a' }]);
});
