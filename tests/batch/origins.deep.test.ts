/** Versions of a sample and of IMDb's files have no common history. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSource, listVersions, readStatus, rollback, servedSource } from '@rushes/batch';
import { UsageError } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder } from './test-data-folder.ts';

let data: DataFolder;
let files: string;
let sample: string;

/** A folder with the mark that `rushes sample` leaves in it. */
const writeSample = async (titles: number, without: readonly string[] = []): Promise<string> => {
  const folder = await writeCatalog(data.path(`sample-${titles}`), { titles, without });
  await writeFile(join(folder, 'SAMPLE.txt'), '');
  return folder;
};

const FILES = { titles: 30, without: ['title.akas'] };

beforeEach(async () => {
  data = await openDataFolder(FILES);
  files = await writeCatalog(data.path('imdb'), FILES);
  sample = await writeSample(60);
});
afterEach(() => data.close());

test("a smaller catalog of IMDb's files takes the place of a sample, and says so", async () => {
  expect(await data.run(sample)).toMatchObject({ outcome: 'published', origin: 'sample' });
  expect((await readStatus(data.stores)).published).toMatchObject({ origin: 'sample', source: sample });
  const report = await data.run(files);
  expect(report).toMatchObject({ outcome: 'published', origin: 'files', parent: { version: 1, origin: 'sample' } });
  expect(await servedSource(data.stores)).toEqual({ version: 2, origin: 'files', source: files });
  expect((await listVersions(data.stores, 5)).map(({ version, origin }) => [version, origin])).toEqual([
    [2, 'files'],
    [1, 'sample'],
  ]);
});

test('a smaller sample takes the place of a larger one', async () => {
  await data.run(sample);
  expect(await data.run(await writeSample(20, ['title.ratings']))).toMatchObject({ outcome: 'published' });
});

test("IMDb's files are still measured against those before", async () => {
  await data.run(files);
  await writeCatalog(files, { titles: 10, without: ['title.akas'] });
  expect(await data.run(files)).toMatchObject({ outcome: 'refused' });
});

test("a sample takes the place of IMDb's files only where somebody says so", async () => {
  await data.run(files);
  await expect(data.run(sample)).rejects.toThrow(UsageError);
  await expect(data.run(sample)).rejects.toThrow(`version 1 of this data folder is of IMDb's files, read from ${files}`);
  await expect(checkSource(data.stores, sample, false)).rejects.toThrow(UsageError);
  await expect(checkSource(data.stores, undefined, false)).rejects.toThrow(UsageError);
  await checkSource(data.stores, files, false);
  await checkSource(data.stores, undefined, true);
  expect(await listVersions(data.stores, 5)).toHaveLength(1);
  expect(await data.run(sample, { takeSample: true })).toMatchObject({ outcome: 'published', origin: 'sample' });
  await rollback(data.stores, 1);
  expect(await servedSource(data.stores)).toMatchObject({ version: 1, origin: 'files' });
});

test('of a version from before origins were kept, its folder tells', async () => {
  await data.run(sample);
  const { origin: _, ...old } = (await data.stores.views.currentPublication()) ?? expect.fail('nothing is published');
  await data.stores.views.insertPublication({ ...old, number: 2 });
  expect(await servedSource(data.stores)).toMatchObject({ origin: 'sample' });
  expect(await data.run(files)).toMatchObject({ outcome: 'published' });
  await data.stores.views.insertPublication({ ...old, number: 4 });
  await rm(sample, { recursive: true });
  expect(await servedSource(data.stores)).toMatchObject({ origin: 'files' });
});
