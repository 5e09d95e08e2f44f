/** A run that there is no room for fails before it computes anything, says so, and leaves what is served as it was. */
import { type BatchContext, listVersions, runBatch, type RunReport } from '@rushes/batch';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;
beforeEach(async () => {
  data = await openDataFolder();
  imdb = await writeCatalog(data.path('imdb'), { titles: 30 });
});
afterEach(() => data.close());

const run = (freeBytes: BatchContext['freeBytes'], freeSpaceCheck?: 'refuse' | 'warn'): Promise<RunReport> =>
  runBatch(
    data.stores,
    {
      imdbSource: imdb,
      workFolder: data.path('tmp'),
      memoryLimitMb: 256,
      threads: 2,
      keepVersions: 5,
      full: false,
      ...(freeSpaceCheck && { freeSpaceCheck }),
    },
    { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal, ...(freeBytes && { freeBytes }) },
  );

test('too little room', async () => {
  const looked: string[] = [];
  const nearlyNone = async (folder: string): Promise<number> => {
    looked.push(folder);
    return folder === data.path('lake') ? 1_000_000 : 1e15;
  };
  await expect(run(nearlyNone)).rejects.toThrow(`1 MB are free in ${data.path('lake')}`);
  const [failed] = await listVersions(data.stores, 1);
  expect(failed).toMatchObject({ version: 1, outcome: 'failed', message: expect.stringContaining('of free space'), rows: {} });
  expect(await data.stores.views.currentPublication()).toBeUndefined();
  expect(await run(nearlyNone, 'warn')).toMatchObject({ outcome: 'published', version: 2 });
  expect(await run(async () => 1e15)).toMatchObject({ outcome: 'published', version: 3 });
  expect(looked).toContain(data.path('lake'));
});
