import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openFolderObjectStore } from '../folder-object-store/index.ts';
import { openSqliteBatchViews } from '../sqlite-batch-views/index.ts';
import { isThere, isThereSync } from './entries.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-entries-'));
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder'));
  symlinkSync('folder', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('circle', join(folder, 'circle'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['isThere', isThere],
  ['isThereSync', async (path: string) => isThereSync(path)],
])('%s', (_name, look) => {
  test.each([
    ['file', true],
    ['folder', true],
    ['link', true],
    ['other', false],
    ['link/other', false],
  ])('%s: %s', async (name, expected) => {
    expect(await look(join(folder, name))).toBe(expected);
  });

  test.each([
    ['dangling', 'ENOENT'],
    ['circle', 'ELOOP'],
    ['file/below', 'ENOTDIR'],
    ['n'.repeat(300), 'ENAMETOOLONG'],
  ])('%s is an error', async (name, code) => {
    await expect(look(join(folder, name))).rejects.toMatchObject({ code });
  });
});

describe('what is there and cannot be read is not taken for absent', () => {
  let data = '';
  beforeAll(() => {
    data = mkdtempSync(join(folder, 'data-'));
  });

  test('an object, the folder of objects, and a folder that a link leads to', async () => {
    const location = join(data, 'lake');
    const store = await openFolderObjectStore(location);
    mkdirSync(join(data, 'moved'));
    writeFileSync(join(data, 'moved/object'), 'x');
    symlinkSync('../moved', join(location, 'manifests'));
    symlinkSync('nowhere', join(location, 'runs'));
    symlinkSync('nowhere', join(location, 'manifests/dangling'));
    await expect(store.get('manifests/dangling')).rejects.toMatchObject({
      name: 'StoreFault',
      operation: 'get',
      cause: { code: 'ENOENT' },
    });
    await expect(store.head('runs/run-1.json')).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
    await expect(store.list('runs/')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      operation: 'list',
      cause: { code: 'ENOENT' },
    });
    expect(await store.get('manifests/other')).toBeUndefined();
    rmSync(join(data, 'moved/dangling'));
    const keys: string[] = [];
    for await (const { key } of store.list('manifests/')) keys.push(key);
    expect(keys).toEqual(['manifests/object']);
  });

  test('an artefact, and the publications', async () => {
    const location = join(data, 'views');
    mkdirSync(location);
    symlinkSync('circle', join(location, 'circle'));
    symlinkSync('circle', join(location, 'titles-1.sqlite'));
    symlinkSync('nowhere', join(location, 'publications.sqlite'));
    const store = await openSqliteBatchViews(location, { readOnly: true });
    await expect(store.rowCount('titles-1')).rejects.toMatchObject({ cause: { code: 'ELOOP' } });
    await expect(store.currentPublication()).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
    expect(await store.rowCount('titles-2')).toBeUndefined();
    await store.close();
  });
});
