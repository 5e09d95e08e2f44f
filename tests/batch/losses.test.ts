/** What is lost from the data folder while nothing runs: the next run makes it anew, or says which file to delete. */
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { listVersions, readStatus, rollback } from '@rushes/batch';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flipBit } from '../flip-bit.ts';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;

const CATALOG = { titles: 120 };

beforeEach(async () => {
  data = await openDataFolder(CATALOG);
  imdb = await writeCatalog(data.path('imdb'), CATALOG);
});
afterEach(() => data.close());

test('bronze files that are gone are loaded again', async () => {
  await data.run(imdb);
  const folder = data.path('lake/bronze/title.basics');
  const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.parquet'));
  await rm(join(folder, file));
  const report = await data.run(imdb);
  expect(report.outcome).toBe('published');
  expect(report.steps.find((step) => step.name === 'bronze.title.basics')?.reused).toBe(false);
  expect(await readdir(folder)).toContain(file);
  expect((await data.run(imdb)).steps.find((step) => step.name === 'bronze.title.basics')?.reused).toBe(true);
});

test('without its lake, a new version has a number that none had before', async () => {
  await data.run(imdb);
  await data.run(imdb);
  await rm(data.path('lake'), { recursive: true });
  const stores = { ...data.stores, objects: await openFolderObjectStore(data.path('lake')) };
  expect((await readStatus(stores)).published).toMatchObject({ publication: { version: 2 }, dumps: [] });
  expect(await data.run(imdb, {}, undefined, stores)).toMatchObject({ version: 3, outcome: 'published', publication: 3 });
  expect((await listVersions(stores, 10)).map(({ version }) => version)).toEqual([3, 2, 1]);
  expect(await rollback(stores, 1)).toMatchObject({ version: 1, number: 4 });
});

test('without its batch views, the next run publishes again, from what the lake holds', async () => {
  await data.run(imdb);
  const before = await readEverything(data.stores);
  await data.stores.views.close();
  await rm(data.path('views'), { recursive: true });
  const views = await openSqliteBatchViews(data.path('views'));
  const stores = { ...data.stores, views };
  const report = await data.run(imdb, {}, undefined, stores);
  expect(report).toMatchObject({ version: 2, outcome: 'published', publication: 1 });
  expect(report.steps.find((step) => step.name === 'gold.titles')?.reused).toBe(true);
  expect(await readEverything(stores)).toEqual(before);
  await views.close();
});

test('a batch view that is damaged is built anew by the next run', async () => {
  await data.run(imdb);
  const before = await readEverything(data.stores);
  const path = join(data.path('views'), `${(await data.stores.views.currentPublication())?.views['titles']?.artefact}.sqlite`);
  const sound = await readFile(path);
  const harms = [
    () => flipBit(path, sound.indexOf('"primary_title":"') + 17),
    () => writeFile(path, 'no database'),
    () => truncate(path, 8_192 * 3),
    () => rm(path),
  ];
  for (const harm of harms) {
    await harm();
    expect((await data.run(imdb)).outcome).toBe('published');
    expect(await readEverything(data.stores)).toEqual(before);
  }
});

test('a publication with one changed number is named', async () => {
  await data.run(imdb);
  const path = join(data.path('views'), 'publications.sqlite');
  const views = await openSqliteBatchViews(data.path('views'));
  expect((await views.currentPublication())?.number).toBe(1);
  const bytes = await readFile(path);
  const at = bytes.lastIndexOf('"version": 1');
  expect(at).toBeGreaterThan(0);
  await flipBit(path, at + '"version": '.length);
  const after = await openSqliteBatchViews(data.path('views'), { readOnly: true });
  await expect(after.currentPublication()).rejects.toThrow(`${path} is damaged`);
  await after.close();
  await views.close();
});

test('a damaged list of publications is named', async () => {
  const path = join(data.path('elsewhere'), 'publications.sqlite');
  await (await openSqliteBatchViews(data.path('elsewhere'))).close();
  await writeFile(path, 'no database');
  const views = await openSqliteBatchViews(data.path('elsewhere'));
  await expect(views.currentPublication()).rejects.toThrow(`${path} is damaged`);
  await views.close();
});
