import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { onFile } from './errors.ts';
import { openSqliteSpeedStore } from './index.ts';

const HOUR_MS = 3_600_000;

describe('a file that cannot be used', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
    path = join(folder, 'speed.sqlite');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fill = async (): Promise<void> => {
    const store = await openSqliteSpeedStore(path);
    const rows = Array.from({ length: 2_000 }, (_, n) => ({
      view: 'v',
      key: `key ${n}`,
      epoch: 1,
      partition: 'movie.ratings/0' as const,
      generation: 0,
      lastOffset: n,
      appendedAtMs: 0,
      timestampUs: n,
      state: 'x'.repeat(200),
    }));
    await store.upsert(rows, HOUR_MS);
    await store.close();
  };
  const readAll = async (store: SpeedStore): Promise<number> => {
    let rows = 0;
    for await (const batch of store.scan('v', 0)) rows += batch.length;
    return rows;
  };
  const saying = (what: string) => `${path} ${what}`;

  test('something else than a database: the message names the file and says what to do', async () => {
    await writeFile(path, 'This is not what was written.'.repeat(500));
    await expect(openSqliteSpeedStore(path)).rejects.toThrow(saying('is damaged'));
    await expect(openSqliteSpeedStore(path)).rejects.toMatchObject({
      name: 'StoreFault',
      hint: expect.stringMatching(/delete it with its -wal and -shm files, and the speed layer projects it again/),
    });
  });

  test('a file with pages overwritten', async () => {
    await fill();
    const { length } = await readFile(path);
    const handle = await open(path, 'r+');
    for (let at = 8_192; at < length; at += 4_096) await handle.write(Buffer.alloc(2_000, 0xa5), 0, 2_000, at);
    await handle.close();
    const store = await openSqliteSpeedStore(path);
    await expect(readAll(store)).rejects.toThrow(saying('is damaged'));
    await store.close();
  });

  test('a file that was cut off', async () => {
    await fill();
    await writeFile(path, (await readFile(path)).subarray(0, 20_000));
    const use = async (): Promise<number> => {
      const store = await openSqliteSpeedStore(path);
      try {
        return await readAll(store);
      } finally {
        await store.close();
      }
    };
    await expect(use()).rejects.toThrow(saying('is damaged'));
  });

  test.each([11, 26, 779])('whatever kind of damage SQLite names: %i', async (errcode) => {
    const operation = () => {
      throw Object.assign(new Error('malformed'), { errcode });
    };
    await expect(onFile(path, operation)).rejects.toThrow(saying('is damaged (malformed)'));
  });

  test('after it was deleted the store is empty and goes on', async () => {
    await writeFile(path, 'x'.repeat(5_000));
    await expect(openSqliteSpeedStore(path)).rejects.toThrow('is damaged');
    for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
    await fill();
    const store = await openSqliteSpeedStore(path);
    expect(await readAll(store)).toBe(2_000);
    await store.close();
  });

  test('a file of another format', async () => {
    await fill();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 999');
    database.close();
    await expect(openSqliteSpeedStore(path)).rejects.toThrow(saying('has format 999, this program reads and writes format'));
  });

  test('the database of another program is not written, and not called damaged', async () => {
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE theirs (a)');
    database.close();
    await expect(openSqliteSpeedStore(path)).rejects.toThrow(saying('is a database, but not a speed store'));
  });

  test('a folder in its place', async () => {
    await expect(openSqliteSpeedStore(folder)).rejects.toThrow(folder);
  });
});
