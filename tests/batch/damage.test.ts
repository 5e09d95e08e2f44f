/** One bit of what the lake holds is other than it was written: the next run makes it anew, and readers never see it. */
import { join } from 'node:path';
import { listVersions } from '@rushes/batch';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesOf, filesUnder, flipBit } from '../flip-bit.ts';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;

const CATALOG = { titles: 60 };

beforeEach(async () => {
  data = await openDataFolder(CATALOG);
  imdb = await writeCatalog(data.path('imdb'), CATALOG);
});
afterEach(() => data.close());

test.each(['bronze', 'silver', 'gold', 'derivations'])('%s: damaged files are made anew, byte for byte', async (layer) => {
  await data.run(imdb);
  const before = await readEverything(data.stores);
  const paths = await filesUnder(data.path(join('lake', layer)), layer === 'derivations' ? '.json' : '.parquet');
  expect(paths.length).toBeGreaterThan(2);
  const sound = await bytesOf(paths);
  for (const path of paths) await flipBit(path);
  expect(await data.run(imdb)).toMatchObject({ version: 2, outcome: 'published' });
  expect(await bytesOf(paths)).toEqual(sound);
  expect(await readEverything(data.stores)).toEqual(before);
  expect((await data.run(imdb)).steps.every(({ reused, name }) => reused !== false || name === 'measure')).toBe(true);
});

test('a manifest with one changed digit is named', async () => {
  await data.run(imdb);
  const [path = ''] = await filesUnder(data.path('lake/manifests'), '.json');
  const text = (await bytesOf([path]))[0] ?? '';
  await flipBit(path, Buffer.from(text, 'base64').indexOf('"rows": ') + 8);
  await expect(listVersions(data.stores, 5)).rejects.toThrow(/manifests\/manifest-1\.json in .* its checksum does not fit/);
});
