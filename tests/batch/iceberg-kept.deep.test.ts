/** Iceberg tables over time: which versions they have, writing that fails, several writers at once, another place. */
import { cp, readFile } from 'node:fs/promises';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { type IcebergReport, keepIceberg, rollback, writeIceberg } from '@rushes/batch';
import { openLake, readManifest } from '@rushes/lake';
import type { ObjectStore } from '@rushes/ports';
import { silentLogger } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder } from './test-data-folder.ts';

const CATALOG = { titles: 120 };
let data: DataFolder;
beforeEach(async () => {
  data = await openDataFolder(CATALOG);
});
afterEach(() => data.close());

test('a version that is not kept any more goes, and comes back with the next setting only if its files are there', async () => {
  const versionsOf = async (keepVersions: number): Promise<readonly number[] | undefined> => {
    const { tables } = await writeIceberg(data.stores, { keepVersions });
    return tables.find(({ name }) => name === 'gold.titles')?.versions;
  };
  for (const votes of [1, 2, 3, 4]) {
    const imdb = await writeCatalog(data.path('imdb'), { ...CATALOG, votesOf: (n) => (n === 11 ? votes : (n * 37) % 2000) });
    await data.run(imdb, votes === 4 ? { keepVersions: 2 } : {});
  }
  expect(await versionsOf(2)).toEqual([3, 4]);
  const first = await readManifest(openLake(data.stores.objects, ''), 1);
  const [file] = first?.tables.find(({ name }) => name === 'gold.titles')?.files ?? [];
  await data.stores.objects.delete([file?.key ?? '']);
  expect(await versionsOf(5)).toEqual([2, 3, 4]);
});

const write = (stores = data.stores): Promise<IcebergReport> => writeIceberg(stores, { keepVersions: 5 });

test('a run whose metadata cannot be written publishes all the same, and the next one to come writes it', async () => {
  const imdb = await writeCatalog(data.path('imdb'), CATALOG);
  await data.run(imdb);
  await write();
  await writeCatalog(imdb, { ...CATALOG, votesOf: (n) => n });
  const { objects } = data.stores;
  const refusing: ObjectStore = {
    ...objects,
    putIfAbsent: async (key, ...rest) => {
      if (key.startsWith('iceberg/silver')) throw new Error('no room');
      return objects.putIfAbsent(key, ...rest);
    },
  };
  expect(await data.run(imdb, {}, undefined, { ...data.stores, objects: refusing })).toMatchObject({ outcome: 'published', version: 2 });
  const hintOf = (table: string): Promise<string> => readFile(data.path(`lake/iceberg/${table}/metadata/version-hint.text`), 'utf8');
  expect([await hintOf('silver/ratings'), await hintOf('gold/titles')]).toEqual(['1', '2']);
  await keepIceberg(data.stores, { keepVersions: 5, logger: silentLogger });
  expect([await hintOf('silver/ratings'), await hintOf('gold/titles')]).toEqual(['2', '2']);
});

test('what is written at the same time comes to the same', async () => {
  const imdb = await writeCatalog(data.path('imdb'), CATALOG);
  await data.run(imdb);
  await write();
  await writeCatalog(imdb, { ...CATALOG, votesOf: (n) => n });
  await data.run(imdb);
  await rollback(data.stores, 1);
  const reports = await Promise.all([write(), write(), write()]);
  expect(reports[1]).toEqual(reports[0]);
  expect(reports[2]).toEqual(reports[0]);
  expect(reports[0]).toMatchObject({ version: 1 });
  expect(await write()).toEqual(reports[0]);
});

test('in a folder that was moved all leads there, once it is written again', async () => {
  await data.run(await writeCatalog(data.path('imdb'), CATALOG));
  await write();
  await cp(data.path('lake'), data.path('moved'), { recursive: true });
  await write({ ...data.stores, objects: await openFolderObjectStore(data.path('moved')) });
  const metadata = (place: string, number: number): Promise<string> =>
    readFile(data.path(`${place}/iceberg/gold/titles/metadata/v${number}.metadata.json`), 'utf8');
  const [before, after] = [JSON.parse(await metadata('lake', 1)), await metadata('moved', 2)];
  expect(after).not.toContain(`${data.path('lake')}/`);
  expect(JSON.parse(after)).toMatchObject({ 'table-uuid': before['table-uuid'], schemas: before.schemas });
});
