import { boundsAt } from '@rushes/ports';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { PARTITIONS } from '@rushes/domain';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteEventLog } from './index.ts';
import { openFile } from './log-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
  file = join(folder, 'events.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HOUR_MS = 3_600_000;
const partition = 'movie.ratings/3';
const some = Array.from({ length: 200 }, (_, n) => ({ partition, key: 'k', id: `event ${n}`, value: 'x'.repeat(500) }) as const);

const filled = async (): Promise<void> => {
  const log = await openSqliteEventLog(folder);
  await log.append(some);
  await log.close();
};

test('a folder holds events.sqlite, any other name is given in full; folders are made', async () => {
  const inFolder = await openSqliteEventLog(join(folder, 'a', 'b'));
  const named = await openSqliteEventLog(join(folder, 'c', 'named.sqlite'));
  expect([inFolder.location, named.location]).toEqual([join(folder, 'a', 'b', 'events.sqlite'), join(folder, 'c', 'named.sqlite')]);
  expect([inFolder.location, named.location].every((path) => existsSync(path))).toBe(true);
  await inFolder.close();
  await named.close();
  expect(await readdir(join(folder, 'c'))).toEqual(['named.sqlite']);
});

test('ten that open one new log at once all have it', async () => {
  const logs = await Promise.all(Array.from({ length: 10 }, () => openSqliteEventLog(folder)));
  for (const [n, log] of logs.entries()) await log.append([{ partition, key: 'k', id: `event ${n}`, value: '' }]);
  expect(logs[0] && boundsAt(await logs[0].bounds(), partition)).toEqual({ earliest: 0, next: 10 });
  expect(new Set(logs.map((log) => log.id)).size).toBe(1);
  for (const log of logs) await log.close();
});

test('waits for another process that is just making the file', async () => {
  const maker = new DatabaseSync(file);
  maker.exec('BEGIN IMMEDIATE');
  const [log] = await Promise.all([openSqliteEventLog(folder), setTimeout(100).then(() => maker.exec('ROLLBACK'))]);
  await log.append(some.slice(0, 1));
  expect(boundsAt(await log.bounds(), partition)).toEqual({ earliest: 0, next: 1 });
  maker.close();
  await log.close();
});

test('keeps records for 7 days unless told otherwise, and 48 hours at the least', async () => {
  const log = await openSqliteEventLog(folder);
  expect(log.retentionMs).toBe(7 * 24 * HOUR_MS);
  await log.close();
  const shortest = await openSqliteEventLog(folder, { retentionMs: 48 * HOUR_MS });
  expect(shortest.retentionMs).toBe(48 * HOUR_MS);
  await shortest.close();
  for (const retentionMs of [48 * HOUR_MS - 1, 0, Number.NaN]) {
    const opening = openSqliteEventLog(folder, { retentionMs });
    await expect(opening).rejects.toBeInstanceOf(RangeError);
    await expect(opening).rejects.toThrow(new RegExp(`${48 * HOUR_MS} ms .*${retentionMs} ms`));
  }
});

test('each commit is forced to the disk', async () => {
  const { database } = await openFile(folder);
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  database.close();
});

test('a file that is no database is named, with the way out', async () => {
  await writeFile(file, 'not a database at all, but long enough to be taken for one'.repeat(100));
  await expect(openSqliteEventLog(folder)).rejects.toThrow(`${file} is damaged`);
  await expect(openSqliteEventLog(folder)).rejects.toMatchObject({
    name: 'StoreFault',
    hint: expect.stringMatching(/restore it from a backup/),
  });
});

test('a file whose pages were overwritten is named, when it is opened or when they are read', async () => {
  await filled();
  const handle = await open(file, 'r+');
  const { size } = await handle.stat();
  await handle.write(Buffer.alloc(size - 8_192, 0xa5), 0, size - 8_192, 8_192);
  await handle.close();
  const reading = async (): Promise<void> => {
    const log = await openSqliteEventLog(folder);
    try {
      await readLog(log, partition);
    } finally {
      await log.close();
    }
  };
  await expect(reading()).rejects.toThrow(`${file} is damaged`);
});

test('a database of something else is left alone', async () => {
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE films (id TEXT); PRAGMA user_version = 1');
  database.close();
  await expect(openSqliteEventLog(folder)).rejects.toThrow(`${file} is a database of something else`);
});

test('a file of the format without an id gets one, checksums, and keeps what is in it', async () => {
  await filled();
  const database = new DatabaseSync(file);
  database.exec('DROP TABLE identity; DROP TABLE writers; ALTER TABLE records DROP COLUMN checksum; PRAGMA user_version = 1');
  database.close();
  const logs = await Promise.all([openSqliteEventLog(folder), openSqliteEventLog(folder)]);
  const [one, other] = logs;
  expect(one?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(other?.id).toBe(one?.id);
  expect(one && (await readLog(one, partition))).toHaveLength(200);
  for (const log of logs) await log.close();
  const again = await openSqliteEventLog(folder);
  expect(again.id).toBe(one?.id);
  await again.close();
});

test('another format is refused by its number', async () => {
  await filled();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 9');
  database.close();
  await expect(openSqliteEventLog(folder)).rejects.toThrow(/events\.sqlite has format 9, this program reads and writes 4/);
});

test('a partition that there is not is refused by its name', async () => {
  const log = await openSqliteEventLog(folder);
  const unknown = 'movie.ratings/9'; // a partition by its type, but there are six of a topic
  await expect(log.append([{ partition: unknown, key: 'k', id: 'i', value: '' }])).rejects.toThrow(/no partition "movie.ratings\/9"/);
  await expect(readLog(log, unknown, 0, 1)).rejects.toThrow(/no partition/);
  await log.close();
});

test('every partition has its place whatever was appended', async () => {
  const log = await openSqliteEventLog(folder);
  await log.append(PARTITIONS.map((each) => ({ partition: each, key: 'k', id: `of ${each}`, value: '' })));
  for (const each of PARTITIONS) expect(await readLog(log, each)).toMatchObject([{ id: `of ${each}` }]);
  await log.close();
});
