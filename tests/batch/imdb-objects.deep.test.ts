/** IMDb's files as objects of a store: the same run over the same bytes, read as a stream. */
import { readdir, readFile, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { checkSource, servedSource } from '@rushes/batch';
import { type ObjectStore, StoreFault, StoreUnavailable } from '@rushes/ports';
import { counted, countRoundTrips } from '@rushes/ports/contracts/round-trips';
import { UsageError } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from './test-data-folder.ts';

const CATALOG = { titles: 60, without: ['title.episode'] };

let data: DataFolder;
let folder: string;
let objects: ObjectStore;

beforeEach(async () => {
  data = await openDataFolder();
  folder = await writeCatalog(data.path('imdb'), CATALOG);
  for (const name of ['title.basics.tsv', 'title.akas.tsv']) {
    await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(await readFile(join(folder, name))));
    await unlink(join(folder, name));
  }
  // Stores round times as they like: to whole seconds they agree.
  for (const name of await readdir(folder)) await utimes(join(folder, name), 1_700_000_000, 1_700_000_000);
  objects = { ...(await openFolderObjectStore(folder, { readOnly: true })), location: 's3://films/imdb' };
});
afterEach(() => data.close());

const run = (from: ObjectStore | string) => data.run('', { imdbSource: from });

test('the version is the one that the same files in a folder make', async () => {
  const report = await run(objects);
  expect(report).toMatchObject({ outcome: 'published', source: 's3://films/imdb', origin: 'files', absent: ['title.episode'] });
  expect(await servedSource(data.stores)).toEqual({ version: 1, origin: 'files', source: 's3://films/imdb' });
  const read = await readEverything(data.stores);
  const other = await openDataFolder();
  try {
    expect(await other.run(folder)).toMatchObject({ outcome: 'published', rows: report.rows });
    expect(await readEverything(other.stores)).toEqual(read);
  } finally {
    await other.close();
  }
  // The same bytes, wherever they are, are loaded once.
  const again = await data.run(folder);
  expect(again.steps.filter(({ name }) => name.startsWith('bronze.')).every(({ reused }) => reused !== false)).toBe(true);
});

test('no file is copied, and only what changed is read again', async () => {
  const trips = countRoundTrips();
  const port = counted(objects, trips);
  await run(port);
  expect(Object.keys(trips.byMethod()).toSorted()).toEqual(['head', 'list', 'read', 'sha256']);
  trips.reset();
  expect(await run(port)).toMatchObject({ outcome: 'published' });
  expect(trips.byMethod()['read']).toBeUndefined();
  expect(await readdir(data.path('tmp'))).not.toContain('staged');
});

test('a sample is known by its mark', async () => {
  await writeFile(join(folder, 'SAMPLE.txt'), '');
  expect(await run(objects)).toMatchObject({ outcome: 'published', origin: 'sample' });
  await rm(join(folder, 'SAMPLE.txt'));
  expect(await run(objects)).toMatchObject({ outcome: 'published', origin: 'files' });
  await writeFile(join(folder, 'SAMPLE.txt'), '');
  await expect(checkSource(data.stores, objects, false)).rejects.toBeInstanceOf(UsageError);
});

test('without title.basics, or with a data set twice, there is no run', async () => {
  await writeFile(join(folder, 'title.akas.tsv'), '');
  await expect(run(objects)).rejects.toThrow('title.akas is in s3://films/imdb twice');
  await rm(join(folder, 'title.akas.tsv'));
  await rm(join(folder, 'title.basics.tsv.gz'));
  await expect(run(objects)).rejects.toThrow('no title.basics.tsv or title.basics.tsv.gz in s3://films/imdb');
});

const about = { location: 's3://films/imdb', reason: 'may not be used', hint: 'Look after it.' };

test.each(['list', 'sha256', 'read'] as const)('what cannot be read is never taken for absent: %s', async (method) => {
  const refusing = (error: Error): ObjectStore => ({
    ...objects,
    [method]: (key: string, options: object): unknown => {
      if (key.startsWith('title.akas')) throw error;
      return objects[method](key, options);
    },
  });
  await expect(run(refusing(new StoreUnavailable(about)))).rejects.toMatchObject({ name: 'TransientError', hint: 'Look after it.' });
  await expect(run(refusing(new StoreFault(about)))).rejects.not.toMatchObject({ name: 'TransientError' });
  expect(await data.stores.views.currentPublication()).toBeUndefined();
});

test.each([
  [
    'cut short',
    'title.akas.tsv.gz',
    /title\.akas\.tsv\.gz is not a whole gzip file/,
    (bytes: Buffer) => bytes.subarray(0, bytes.length - 20),
  ],
  [
    'other than it was a moment ago',
    'title.crew.tsv',
    /title\.crew\.tsv changed while it was read/,
    (bytes: Buffer) => bytes.subarray(0, bytes.lastIndexOf(10, -2) + 1),
  ],
])('an object that is %s makes the run fail', async (_what, changed, message, change) => {
  const reading: ObjectStore = {
    ...objects,
    async *read(key, options) {
      const parts: Uint8Array[] = [];
      for await (const part of objects.read(key, options)) parts.push(part);
      yield key === changed ? change(Buffer.concat(parts)) : Buffer.concat(parts);
    },
  };
  await expect(run(reading)).rejects.toThrow(message);
  expect(await run(objects)).toMatchObject({ outcome: 'published' });
});
