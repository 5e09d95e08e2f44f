/** Files of a lake that is no folder of this machine. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import type { ObjectStore } from '@rushes/ports';
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
