/** Files of a lake that is no folder of this machine. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import type { ObjectStore } from '@rushes/ports';
import { Type } from 'typebox';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openFileCache } from './file-cache.ts';
import { openLake } from './lake.ts';

let folder = '';
let fetched: number;
let objects: ObjectStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-lake-'));
  fetched = 0;
  const store = await openFolderObjectStore(join(folder, 'lake'));
  objects = new Proxy(store, {
    get(target, name) {
      if (name === 'localPath') return undefined;
      if (name === 'getFile') fetched += 1;
      return Reflect.get(target, name) as unknown;
    },
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each(['with a cache', 'without one'])('whoever wants the same file at once gets it, and it is fetched once (%s)', async (how) => {
  const path = join(folder, 'made.parquet');
  await writeFile(path, 'the rows of a table'.repeat(10_000));
  const file = await openLake(objects, join(folder, 'first')).storeFile('silver/titles', path, 1);
  const cache = how === 'with a cache' ? openFileCache({ folder: join(folder, 'cache'), mostBytes: 1e9 }) : undefined;
  const lake = openLake(objects, join(folder, 'second'), { ...(cache && { cache }) });
  const paths = await Promise.all(Array.from({ length: 8 }, () => lake.localFile(file)));
  expect(new Set(paths).size).toBe(1);
  expect((await readFile(paths[0] ?? '')).length).toBe(file.bytes);
  expect(fetched).toBe(1);
  expect(await lake.localFile(file)).toBe(paths[0]);
  expect(fetched).toBe(1);
});

test('a record that a newer release wrote is refused by name, and not taken for a damaged one that is made anew', async () => {
  const lake = openLake(objects, join(folder, 'scratch'));
  const form = Type.Object({ format: Type.Literal(2), rows: Type.Integer() });
  await lake.putJson('a.json', { format: 3, tables: [] });
  const refused = `a.json in ${objects.location} has format 3, which a newer release of Rushes wrote: this one reads up to 2`;
  await expect(lake.readJson('a.json', form)).rejects.toThrow(refused);
  await expect(lake.readRemadeJson('a.json', form)).rejects.toThrow(refused);
  await lake.putJson('b.json', { format: 2, tables: [] });
  await expect(lake.readJson('b.json', form)).rejects.toThrow('b.json in');
  expect(await lake.readRemadeJson('b.json', form)).toBeUndefined();
  await lake.putJson('c.json', { format: 2, rows: 7 });
  expect(await lake.readJson('c.json', form)).toEqual({ format: 2, rows: 7 });
});
