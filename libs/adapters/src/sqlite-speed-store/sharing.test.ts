/** One file, several connections. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { ChangeRecord } from '@rushes/ports';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { openSqliteSpeedStore } from './index.ts';

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
  expect((await store.readKey('v', 'k', 0)).map(({ epoch, lastOffset }) => [epoch, lastOffset])).toEqual(
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
  expect(await store.readCoverage()).toEqual([]);
  await store.close();
});

test('a listener that does nothing else does not keep a process alive', async () => {
  const program = `
    const [module, path] = process.argv.slice(1);
    const store = await (await import(module)).openSqliteSpeedStore(path);
    store.onChange(() => {});
    console.log('listening');`;
  expect((await run(program)).stdout).toBe('listening\n');
});

test('others’ writes are looked for as often as was said, and only while somebody listens', async () => {
  const store = await openSqliteSpeedStore(path, { pollMs: 150 });
  const other = await openSqliteSpeedStore(path);
  const listener = vi.fn<() => void>();
  store.onChange(listener)();
  const end = store.onChange(listener);
  await other.appendChange(change(0), HOUR_MS);
  await other.appendChange(change(1), HOUR_MS);
  await setTimeout(50);
  expect(listener).toHaveBeenCalledTimes(0);
  await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(1), { timeout: 300_000 });
  await setTimeout(400);
  expect(listener, 'nothing was written since').toHaveBeenCalledTimes(1);
  end();
  await other.appendChange(change(2), HOUR_MS);
  await setTimeout(300);
  expect(listener).toHaveBeenCalledTimes(1);
  await store.close();
  await other.close();
});

test('the own writes are told without waiting, once for those of one moment', async () => {
  const store = await openSqliteSpeedStore(path, { pollMs: 60_000 });
  const listener = vi.fn<() => void>();
  store.onChange(listener);
  await Promise.all([store.appendChange(change(0), HOUR_MS), store.appendChange(change(1), HOUR_MS)]);
  await setTimeout(0);
  expect(listener).toHaveBeenCalledTimes(1);
  await store.close();
});

test('who ended it is not called any more, not even for what was just written', async () => {
  const store = await openSqliteSpeedStore(path);
  const listener = vi.fn<() => void>();
  const end = store.onChange(listener);
  const writing = store.appendChange(change(0), HOUR_MS);
  end();
  await writing;
  await setTimeout(50);
  expect(listener).not.toHaveBeenCalled();
  await store.close();
});

test('a listener may end another one', async () => {
  const store = await openSqliteSpeedStore(path);
  const ended = vi.fn<() => void>();
  const ends: (() => void)[] = [];
  store.onChange(() => ends[0]?.());
  ends.push(store.onChange(ended));
  await store.appendChange(change(0), HOUR_MS);
  await setTimeout(50);
  expect(ended).not.toHaveBeenCalled();
  await store.close();
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
  expect(await store.readKey('v', 'k', 0)).toEqual([]);
  await store.upsert([row], HOUR_MS);
  expect(await store.readKey('v', 'k', 0)).toHaveLength(1);
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
  expect(await store.readChanges('movie.ratings/0', 0, 9)).toEqual([]);
  await store.appendChange({ ...change(0), rows: [row] }, HOUR_MS);
  expect(await store.readChanges('movie.ratings/0', 0, 9)).toHaveLength(1);
  await store.close();
});

test('who reads does not wait for who writes', async () => {
  const store = await openSqliteSpeedStore(path);
  await store.appendChange(change(0), HOUR_MS);
  const writer = new DatabaseSync(path);
  writer.exec('BEGIN EXCLUSIVE; DELETE FROM changes');
  expect(await store.readChanges('movie.ratings/0', 0, 9)).toEqual([change(0)]);
  writer.exec('COMMIT');
  expect(await store.readChanges('movie.ratings/0', 0, 9)).toEqual([]);
  writer.close();
  await store.close();
});

test('closing twice is harmless; what is asked afterwards fails', async () => {
  const store = await openSqliteSpeedStore(path);
  await store.close();
  await store.close();
  await expect(store.readCoverage()).rejects.toThrow('was closed');
});
