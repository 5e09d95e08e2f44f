/** A run that fills the disk keeps its report: what people look at to learn why nothing was published. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listVersions } from '@rushes/batch';
import type { ObjectStore } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;

beforeEach(async () => {
  data = await openDataFolder();
  imdb = await writeCatalog(data.path('imdb'), { titles: 40 });
});
afterEach(() => data.close());

const bytesIn = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size))).reduce((a, b) => a + b, 0);
};

const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** The store on a disk that is full from the first file of `fullFrom` on: there is room for what was free then, and for what the run gives back. */
const onFullDisk = (objects: ObjectStore, fullFrom: string): ObjectStore => {
  let limit: number | undefined;
  const check = async (key: string, bytes: number): Promise<void> => {
    const used = (await bytesIn(data.path('tmp'))) + (await bytesIn(data.path('lake')));
    if (limit === undefined && key.startsWith(fullFrom)) limit = used;
    if (limit !== undefined && used + bytes > limit) throw full();
  };
  return {
    ...objects,
    put: async (key, body) => {
      await check(key, body.length);
      await objects.put(key, body);
    },
    putIfAbsent: async (key, body) => {
      await check(key, body.length);
      return objects.putIfAbsent(key, body);
    },
    putFile: async (key, path) => {
      if (key.startsWith(fullFrom)) await check(key, 1);
      await objects.putFile(key, path);
    },
  };
};

test.each(['bronze/', 'silver/', 'gold/', 'manifests/'])('a disk that is full when the run comes to %s', async (fullFrom) => {
  const stores = { ...data.stores, objects: onFullDisk(data.stores.objects, fullFrom) };
  await expect(data.run(imdb, {}, undefined, stores)).rejects.toThrow('the disk is full');
  expect(await listVersions(data.stores, 5)).toMatchObject([
    { version: 1, outcome: 'failed', message: expect.stringContaining('the disk is full') },
  ]);
  expect(await readdir(data.path('tmp'))).toEqual([]);
  expect(await data.run(imdb)).toMatchObject({ version: 2, outcome: 'published' });
});
