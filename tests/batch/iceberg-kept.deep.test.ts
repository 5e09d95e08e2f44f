/** Which versions Iceberg tables have: those that can be rolled back to. */
import { writeIceberg } from '@rushes/batch';
import { openLake, readManifest } from '@rushes/lake';
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
