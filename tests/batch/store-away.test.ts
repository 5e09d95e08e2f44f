/** A run whose object store fails says whether trying again helps, keeps its report, and the next run goes on. */
import { listVersions } from '@rushes/batch';
import { type ObjectStore, StoreFault, StoreUnavailable } from '@rushes/ports';
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

/** The store, which takes nothing under a prefix. */
const refusing = (objects: ObjectStore, prefix: string, error: Error): ObjectStore => {
  const check = (key: string): void => {
    if (key.startsWith(prefix)) throw error;
  };
  return {
    ...objects,
    putIfAbsent: async (key, body) => {
      check(key);
      return objects.putIfAbsent(key, body);
    },
    putFile: async (key, path) => {
      check(key);
      await objects.putFile(key, path);
    },
  };
};

const about = { location: 's3://lake', operation: 'put', reason: 'is out of reach', hint: 'Look after it.' };

test.each(['bronze/', 'silver/', 'manifests/'])('under %s', async (prefix) => {
  const run = (error: Error) => data.run(imdb, {}, undefined, { ...data.stores, objects: refusing(data.stores.objects, prefix, error) });
  await expect(run(new StoreUnavailable(about))).rejects.toMatchObject({ name: 'TransientError', hint: 'Look after it.' });
  await expect(run(new StoreFault(about))).rejects.not.toMatchObject({ name: 'TransientError' });
  expect(await listVersions(data.stores, 5)).toMatchObject([
    { version: 2, outcome: 'failed', message: expect.stringContaining('s3://lake is out of reach') },
    { version: 1, outcome: 'failed', message: expect.stringContaining('s3://lake is out of reach') },
  ]);
  expect(await data.run(imdb)).toMatchObject({ version: 3, outcome: 'published' });
});
