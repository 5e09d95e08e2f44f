/** Records whose values were changed in the file, by a disk or by hand: they are noticed, and end what can be read of their partition. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { NewRecord } from '@rushes/ports';
import { RecordDamagedError } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteEventLog } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const partition = 'movie.ratings/3';
const other = 'movie.ratings/4';
const record = (id: string, of: NewRecord['partition'] = partition): NewRecord => ({
  partition: of,
  key: 'k',
  id,
  value: `{"of":"${id}"}`,
});

/** Two events, a barrier and an event in the partition, one event in another one; then the file is changed by hand. */
const changed = async (sql: string) => {
  const log = await openSqliteEventLog(folder);
  await log.append([record('a'), record('b'), record('z', other)]);
  await log.appendBarrier(1);
  await log.append([record('c')]);
  await log.close();
  const database = new DatabaseSync(join(folder, 'events.sqlite'));
  const { changes } = database.prepare(sql).run();
  database.close();
  expect(changes).toBe(1);
  return openSqliteEventLog(folder);
};

const ALL = ['a', 'b', 1, 'c'];

test.each([
  ['the value', "UPDATE records SET value = replace(value, 'b', 'B') WHERE id = 'b'", 1],
  ['the id', "UPDATE records SET id = 'x' WHERE id = 'b'", 1],
  ['the key', "UPDATE records SET key = 'x' WHERE id = 'a'", 0],
  ['the time', "UPDATE records SET appended_ms = appended_ms + 1 WHERE id = 'c'", 3],
  [
    "a barrier's number",
    `UPDATE records SET barrier = 2 WHERE barrier = 1 AND position / ${2 ** 40} = (SELECT number FROM partitions WHERE name = '${partition}')`,
    2,
  ],
  ['an event into a barrier', "UPDATE records SET barrier = 7, key = NULL, id = NULL, value = NULL WHERE id = 'b'", 1],
  ['the place', "UPDATE records SET position = position + 10 WHERE id = 'c'", 13],
  ['the checksum', "UPDATE records SET checksum = checksum + 1 WHERE id = 'b'", 1],
  ['no checksum', "UPDATE records SET checksum = NULL WHERE id = 'b'", 1],
])('%s', async (_what, sql, offset) => {
  const log = await changed(sql);
  const before = Math.min(offset, 3);
  expect((await readLog(log, partition, 0, before)).map((one) => (one.kind === 'event' ? one.id : one.number))).toEqual(
    ALL.slice(0, before),
  );
  const error: unknown = await readLog(log, partition, before).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RecordDamagedError);
  expect(error).toMatchObject({ partition, offset });
  for (const said of [log.location, partition, `offset ${offset}`, 'restore it from a backup', 'rushes log restart'])
    expect(String(error)).toContain(said);
  expect(await readLog(log, other), 'another partition').toMatchObject([{ id: 'z' }, { number: 1 }]);
  expect(await log.append([record('d')]), 'appending goes on').toHaveLength(1);
  await log.close();
});

test('a log of the format before gets checksums when it is opened, and notices from then on', async () => {
  const log = await openSqliteEventLog(folder);
  await log.append([record('a'), record('b')]);
  await log.close();
  const old = new DatabaseSync(log.location);
  old.exec('DROP TABLE writers; ALTER TABLE records DROP COLUMN checksum; PRAGMA user_version = 2');
  old.close();
  const lifted = await openSqliteEventLog(folder);
  await lifted.append([record('c')]);
  expect(await readLog(lifted, partition)).toMatchObject([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  await lifted.close();
  const database = new DatabaseSync(log.location);
  database.exec("UPDATE records SET value = '{}' WHERE id = 'a'");
  database.close();
  const again = await openSqliteEventLog(folder);
  await expect(readLog(again, partition)).rejects.toBeInstanceOf(RecordDamagedError);
  await again.close();
});
