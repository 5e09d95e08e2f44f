/** What a version weighs: what it says is what lies on the disk, and of a later version what came with it. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { weighVersion } from '@rushes/batch';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder } from './test-data-folder.ts';

let data: DataFolder;
beforeEach(async () => {
  data = await openDataFolder();
});
afterEach(() => data.close());

const bytesIn = async (folder: string, ending: string): Promise<number> => {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && entry.name.endsWith(ending),
  );
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};
const sumOf = (weights: readonly { readonly bytes: number }[] = []): number => weights.reduce((sum, { bytes }) => sum + bytes, 0);

test('a first version is all new; of a second one, what changed is', async () => {
  const imdb = await writeCatalog(data.path('imdb'), { titles: 60 });
  await data.run(imdb);
  const first = await weighVersion(data.stores, 1);
  expect(first).toMatchObject({ version: 1, parent: null });
  expect(sumOf(first?.tables.filter(({ name }) => name.startsWith('gold.')))).toBe(await bytesIn(data.path('lake/gold'), '.parquet'));
  expect(sumOf(first?.views)).toBe(
    (await bytesIn(data.path('views'), '.sqlite')) - (await stat(data.path('views/publications.sqlite'))).size,
  );
  for (const one of [...(first?.tables ?? []), ...(first?.views ?? [])]) expect(one.newBytes, one.name).toBe(one.bytes);

  await writeCatalog(imdb, { titles: 60, votesOf: (n) => n + 51 });
  await data.run(imdb);
  const second = await weighVersion(data.stores, 2);
  expect(second).toMatchObject({ version: 2, parent: 1 });
  const changed = [...(second?.tables ?? []), ...(second?.views ?? [])].filter(({ newBytes }) => newBytes > 0).map(({ name }) => name);
  expect(changed).toEqual(expect.arrayContaining(['bronze.title_ratings', 'silver.ratings', 'gold.titles', 'titles']));
  for (const unchanged of ['bronze.title_basics', 'gold.people', 'people', 'credits']) expect(changed).not.toContain(unchanged);
});

test('of a version that is not there nothing is said', async () => {
  expect(await weighVersion(data.stores, 3)).toBeUndefined();
});
