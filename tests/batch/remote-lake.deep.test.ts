/** Runs over a lake that is no folder of this machine: what they ask of it, what they fetch, and what becomes of files that are damaged there. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchStores, RunReport } from '@rushes/batch';
import type { ObjectStore } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flipBit } from '../flip-bit.ts';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from './test-data-folder.ts';

/** The store without its folder, and its requests by method. A listing is one: a server answers with a thousand objects at once. */
const remote = (objects: ObjectStore) => {
  const requests = new Map<string, number>();
  const store = new Proxy<ObjectStore>(objects, {
    get(target, name) {
      if (name === 'localPath') return undefined;
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      return (...args: unknown[]): unknown => {
        requests.set(name, (requests.get(name) ?? 0) + 1);
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { store, requests };
};

let data: DataFolder;
let imdb: string;
let stores: BatchStores;
let requests: Map<string, number>;
beforeEach(async () => {
  data = await openDataFolder();
  imdb = await writeCatalog(data.path('imdb'), { titles: 60 });
  const wrapped = remote(data.stores.objects);
  stores = { ...data.stores, objects: wrapped.store };
  requests = wrapped.requests;
});
afterEach(() => data.close());

const run = (): Promise<RunReport> => data.run(imdb, {}, undefined, stores);
const reused = (report: RunReport): readonly string[] => report.steps.filter((step) => step.reused === false).map(({ name }) => name);

/** The files of a table, as they lie in the folder behind the store. */
const filesOf = async (table: string): Promise<readonly string[]> =>
  (await readdir(data.path(`lake/${table}`)))
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => data.path(join('lake', table, name)));

test('a run that finds nothing new asks little of the store, and fetches no file', async () => {
  await run();
  const before = await readEverything(stores);
  expect(requests.get('getFile')).toBeGreaterThan(0);
  requests.clear();
  const report = await run();
  expect(report).toMatchObject({ version: 2, outcome: 'published' });
  expect(reused(report)).toEqual([]);
  expect(requests.get('getFile')).toBeUndefined();
  expect(
    [...requests.values()].reduce((sum, count) => sum + count, 0),
    JSON.stringify([...requests]),
  ).toBeLessThanOrEqual(40);
  expect(await readEverything(stores)).toEqual(before);
});

test('a file that is gone is made anew', async () => {
  await run();
  const before = await readEverything(stores);
  const [file = ''] = await filesOf('gold/titles');
  await rm(file);
  const report = await run();
  expect(report.outcome).toBe('published');
  expect(reused(report)).toContain('gold.titles');
  expect(await filesOf('gold/titles')).toEqual([file]);
  expect(await readEverything(stores)).toEqual(before);
});

test('a file that turns out to be damaged when it is fetched ends the run; the next one makes it anew', async () => {
  await run();
  const before = await readEverything(stores);
  const [file = ''] = await filesOf('gold/titles');
  const body = await readFile(file);
  await flipBit(file);
  await rm(data.path('tmp/objects'), { recursive: true });
  await expect(run()).rejects.toThrow('damaged');
  expect(await run()).toMatchObject({ outcome: 'published' });
  expect(await readFile(file)).toEqual(body);
  // What was made anew is taken for sound again.
  expect(reused(await run())).toEqual([]);
  expect(await readEverything(stores)).toEqual(before);
});
