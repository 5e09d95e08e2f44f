import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileCache } from './file-cache.ts';
import type { StoredFile } from './stored-file.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rushes-cache-'));
  folder = join(root, 'cache');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const fileOf = (body: string): StoredFile => ({
  key: `silver/${body.slice(0, 3)}.parquet`,
  sha256: createHash('sha256').update(body).digest('hex'),
  bytes: body.length,
});

/** A source that counts how often it is asked. */
const sourceOf = (body: string) => {
  const source = { fetched: 0, fetch: async (_path: string): Promise<void> => undefined };
  source.fetch = async (path) => {
    source.fetched += 1;
    await writeFile(path, body);
  };
  return source;
};

const open = (mostBytes = 1000) => openFileCache({ folder, mostBytes });
const copies = async (): Promise<readonly string[]> => (await readdir(folder)).toSorted();
let places = 0;
const place = (): string => join(root, 'runs', String(places++), 'file');

test('a file is fetched once, whoever asks for it, also after the process has ended', async () => {
  const source = sourceOf('one');
  const cache = open();
  const paths = [place(), place(), place()];
  expect(await Promise.all(paths.slice(0, 2).map((path) => cache.place(fileOf('one'), path, source.fetch)))).toEqual([true, true]);
  expect(await open().place(fileOf('one'), paths[2] ?? '', source.fetch)).toBe(true);
  for (const path of paths) expect(await readFile(path, 'utf8')).toBe('one');
  expect(source.fetched).toBe(1);
});

test('what comes with other bytes than it was stored with is refused, and not kept', async () => {
  const path = place();
  expect(await open().place(fileOf('one'), path, sourceOf('two').fetch)).toBe(false);
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await copies()).toEqual([]);
});

test('a copy that was changed or cut off is fetched anew', async () => {
  const source = sourceOf('a longer text');
  const file = fileOf('a longer text');
  await open().place(file, place(), source.fetch);
  for (const spoil of [() => writeFile(join(folder, file.sha256), 'another text!'), () => truncate(join(folder, file.sha256), 3)]) {
    await spoil();
    const path = place();
    expect(await open().place(file, path, source.fetch)).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('a longer text');
  }
  expect(source.fetched).toBe(3);
});

test('beyond its bound the least recently used copies go; whoever uses one keeps it', async () => {
  const cache = open(25);
  const files = ['a', 'b', 'c'].map((letter) => letter.repeat(10));
  const paths = files.map(place);
  const old = (name: string, minutes: number) => {
    const time = new Date(Date.now() - minutes * 60_000);
    return utimes(join(folder, name), time, time);
  };
  const [first, second, third] = files.map(fileOf);
  if (!first || !second || !third) throw new Error('three files');
  await cache.place(first, paths[0] ?? '', sourceOf(files[0] ?? '').fetch);
  await cache.place(second, paths[1] ?? '', sourceOf(files[1] ?? '').fetch);
  await old(first.sha256, 20);
  await old(second.sha256, 10);
  // Used again: now the second is the older one.
  await cache.place(first, place(), sourceOf('').fetch);
  await cache.place(third, paths[2] ?? '', sourceOf(files[2] ?? '').fetch);
  expect(await copies()).toEqual([first.sha256, third.sha256].toSorted());
  for (const [n, path] of paths.entries()) expect(await readFile(path, 'utf8')).toBe(files[n]);
});

test('a file larger than the bound can be used all the same', async () => {
  const body = 'x'.repeat(100);
  const path = place();
  expect(await open(10).place(fileOf(body), path, sourceOf(body).fetch)).toBe(true);
  expect(await readFile(path, 'utf8')).toBe(body);
  expect(await copies()).toEqual([]);
});

test('what a process that died was fetching goes after a day', async () => {
  const cache = open();
  await cache.place(fileOf('one'), place(), sourceOf('one').fetch);
  for (const name of ['part-old', 'part-new']) await writeFile(join(folder, name), 'half');
  const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000);
  await utimes(join(folder, 'part-old'), twoDaysAgo, twoDaysAgo);
  await cache.place(fileOf('one'), place(), sourceOf('one').fetch);
  expect(await copies()).toEqual([fileOf('one').sha256, 'part-new'].toSorted());
});

test('a fetch that fails leaves nothing, and the next one is tried', async () => {
  const broken = async (): Promise<void> => {
    throw new Error('unavailable');
  };
  const cache = open();
  await expect(cache.place(fileOf('one'), place(), broken)).rejects.toThrow('unavailable');
  expect(await copies()).toEqual([]);
  expect(await cache.place(fileOf('one'), place(), sourceOf('one').fetch)).toBe(true);
});
