import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openReadOnly } from './open-read-only.ts';

let folder: string;
let path: string;
let writer: DatabaseSync;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-only-'));
  path = join(folder, 'a.sqlite');
  writer = new DatabaseSync(path);
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)');
});
afterEach(async () => {
  if (writer.isOpen) writer.close();
  await rm(folder, { recursive: true, force: true });
});

const read = ({ database }: { readonly database: DatabaseSync }): unknown => database.prepare('SELECT max(x) AS x FROM t').get()?.['x'];

test('beside a writer, what it commits is read', () => {
  const file = openReadOnly(path);
  expect(read(file)).toBe(1);
  writer.exec('INSERT INTO t VALUES (2)');
  expect(read(file)).toBe(2);
  file.check();
  file.database.close();
});

test('what nobody has open is read, and refused once somebody writes', () => {
  writer.close();
  const file = openReadOnly(path);
  expect(read(file)).toBe(1);
  file.check();
  writer = new DatabaseSync(path);
  writer.exec('INSERT INTO t VALUES (2)');
  expect(() => file.check()).toThrow(`${path} is in use by somebody who may write`);
  writer.close();
  expect(() => file.check(), 'a writer that came and went').toThrow(`${path} is in use by somebody who may write`);
  file.database.close();
  const again = openReadOnly(path);
  expect(read(again)).toBe(2);
  again.database.close();
});

test('of a writer that was killed all that it committed is read', async () => {
  const copy = join(folder, 'copy.sqlite');
  for (const suffix of ['', '-wal', '-shm']) await copyFile(path + suffix, copy + suffix);
  const file = openReadOnly(copy);
  expect(read(file)).toBe(1);
  file.database.close();
});

test('nothing is written, and a file that is not there is not made', () => {
  const file = openReadOnly(path);
  expect(() => file.database.exec('INSERT INTO t VALUES (2)')).toThrow('readonly');
  file.database.close();
  expect(() => openReadOnly(join(folder, 'other.sqlite'))).toThrow('unable to open');
});
