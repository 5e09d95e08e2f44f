/** One file, several connections. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { ChangeRecord } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteSpeedStore } from './index.ts';
import { changesAfter, coverageOf, rowsOfKey } from './read-back.ts';

const HOUR_MS = 3_600_000;
const change = (from: number): ChangeRecord => ({
  partition: 'movie.ratings/0',
  from,
  to: from + 1,
  epoch: 1,
  generation: 0,
  appendedAtMs: 0,
  rows: [],
});

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
  path = join(folder, 'deeper', 'speed.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (program: string): Promise<{ readonly stdout: string }> =>
  promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program, new URL('./index.ts', import.meta.url).href, path]);

test('processes that make the file at the same time all get the one store', async () => {
  const program = (key: number) => `
    const [module, path] = process.argv.slice(1);
    const store = await (await import(module)).openSqliteSpeedStore(path);
    for (let n = 0; n < 20; n++)
      await store.upsert([{ view: 'v', key: 'k', epoch: ${key}, partition: 'movie.ratings/0', generation: 0, lastOffset: n, appendedAtMs: 0, timestampUs: n, state: '' + n }], ${HOUR_MS});
    await store.close();`;
  await Promise.all([1, 2, 3, 4, 5, 6].map((key) => run(program(key))));
  const store = await openSqliteSpeedStore(path);
  expect((await rowsOfKey(store, 'v', 'k')).map(({ epoch, lastOffset }) => [epoch, lastOffset])).toEqual(
    [1, 2, 3, 4, 5, 6].map((key) => [key, 19]),
  );
  await store.close();
});

test('who comes while another is just making the file waits', async () => {
  await mkdir(dirname(path));
  const maker = new DatabaseSync(path);
  maker.exec('BEGIN IMMEDIATE; CREATE TABLE unfinished (a)');
  const opening = openSqliteSpeedStore(path);
  await setTimeout(100);
  maker.exec('ROLLBACK');
  maker.close();
  const store = await opening;
  expect(await coverageOf(store)).toEqual([]);
  await store.close();
});

test('who waits for changes holds the process no longer than was said', async () => {
  const program = `
    const [module, path] = process.argv.slice(1);
    const store = await (await import(module)).openSqliteSpeedStore(path);
    console.log((await store.changesAfter({ 'movie.ratings/0': 0 }, { limit: 1, waitMs: 20 })).length);`;
  expect((await run(program)).stdout).toBe('0\n');
});

test('a call that fails has written nothing, names the file, and the store goes on', async () => {
  const store = await openSqliteSpeedStore(path);
  const row = {
    view: 'v',
    key: 'k',
    epoch: 1,
    partition: 'movie.ratings/0',
    generation: 0,
    lastOffset: 1,
    appendedAtMs: 0,
    timestampUs: 1,
    state: '',
  } as const;
  await expect(store.upsert([row, { ...row, key: 'l', lastOffset: 1.5, appendedAtMs: 0 }], HOUR_MS)).rejects.toThrow(path);
  expect(await rowsOfKey(store, 'v', 'k')).toEqual([]);
  await store.upsert([row], HOUR_MS);
  expect(await rowsOfKey(store, 'v', 'k')).toHaveLength(1);
  await store.close();
});

test('a change record holds rows of its own partition, epoch and generation; another is refused and nothing is written', async () => {
  const store = await openSqliteSpeedStore(path);
  const row = {
    view: 'v',
    key: 'k',
    epoch: 1,
    partition: 'movie.ratings/0',
    generation: 0,
    lastOffset: 0,
    appendedAtMs: 0,
    state: '',
  } as const;
  for (const wrong of [{ epoch: 2 }, { partition: 'movie.ratings/1' }, { generation: 1 }] as const)
    await expect(store.appendChange({ ...change(0), rows: [row, { ...row, ...wrong }] }, HOUR_MS)).rejects.toBeInstanceOf(RangeError);
  expect(await changesAfter(store, 'movie.ratings/0', 0, 9)).toEqual([]);
  await store.appendChange({ ...change(0), rows: [row] }, HOUR_MS);
  expect(await changesAfter(store, 'movie.ratings/0', 0, 9)).toHaveLength(1);
  await store.close();
});

test('who reads does not wait for who writes', async () => {
  const store = await openSqliteSpeedStore(path);
  await store.appendChange(change(0), HOUR_MS);
  const writer = new DatabaseSync(path);
  writer.exec('BEGIN EXCLUSIVE; DELETE FROM changes');
  expect(await changesAfter(store, 'movie.ratings/0', 0, 9)).toEqual([change(0)]);
  writer.exec('COMMIT');
  expect(await changesAfter(store, 'movie.ratings/0', 0, 9)).toEqual([]);
  writer.close();
  await store.close();
});

test('closing twice is harmless; what is asked afterwards fails', async () => {
  const store = await openSqliteSpeedStore(path);
  await store.close();
  await store.close();
  await expect(coverageOf(store)).rejects.toThrow('was closed');
});
