import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { StoreBusyError, StoreFault, StoreUnavailable } from '@rushes/ports';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openFolderObjectStore } from '../folder-object-store/index.ts';
import { openSqliteApiKeys } from '../sqlite-api-keys/index.ts';
import { openSqliteBatchViews } from '../sqlite-batch-views/index.ts';
import { openSqliteDuplicateFilters } from '../sqlite-duplicate-filters/index.ts';
import { openSqliteEventLog } from '../sqlite-event-log/index.ts';
import { openSqliteSpeedStore } from '../sqlite-speed-store/index.ts';
import { storeBoundary } from './store-boundary.ts';
import { storeFailure } from './store-failure.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-store-errors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};
const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const systemError = (code: string) => Object.assign(new Error(`${code}: the system's word`), { code });

test.each(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ESTALE', 'ECONNREFUSED', 'ETIMEDOUT', 'EBUSY'])('%s may pass', (code) => {
  expect(storeFailure(systemError(code), { location: '/data' }, 'put')).toBeInstanceOf(StoreUnavailable);
});

test.each(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ELOOP'])('%s needs somebody', (code) => {
  const error = storeFailure(systemError(code), { location: '/data' }, 'put');
  expect(error).toBeInstanceOf(StoreFault);
  expect(error).toMatchObject({ location: '/data', operation: 'put', hint: expect.stringMatching(/\.$/), cause: { code } });
});

test('what is no word of the system or of SQLite stays what it is', () => {
  for (const error of [new Error('a bug'), new RangeError('no such partition'), systemError('ERR_INVALID_ARG_TYPE'), 'text'])
    expect(storeFailure(error, { location: '/data' })).toBe(error);
});

test('a statement that SQLite refuses is an error of this program, with the location', () => {
  const database = new DatabaseSync(':memory:');
  const error = storeFailure(
    thrownBy(() => database.exec('SELECT * FROM absent')),
    { location: '/data/x.sqlite' },
  );
  database.close();
  expect(error).toMatchObject({ name: 'Error', message: '/data/x.sqlite: no such table: absent' });
});

test('a full file may pass, damage and writing to what is read-only need somebody, as SQLite says it', () => {
  const path = join(folder, 'full.sqlite');
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE t (x TEXT)');
  database.exec('PRAGMA max_page_count = 2');
  const full = thrownBy(() => database.exec(`INSERT INTO t VALUES (hex(zeroblob(100000)))`));
  database.close();
  expect(storeFailure(full, { location: path }, 'append')).toMatchObject({
    name: 'StoreUnavailable',
    message: expect.stringContaining(`${path} has no space left`),
    hint: expect.stringContaining('Free some space'),
  });
  const reader = new DatabaseSync(path, { readOnly: true });
  expect(
    storeFailure(
      thrownBy(() => reader.exec('DELETE FROM t')),
      { location: path },
    ),
  ).toMatchObject({ name: 'StoreFault' });
  reader.close();
  writeFileSync(path, 'no database at all, but long enough to be taken for one by whoever looks at the size'.repeat(20));
  const damaged = new DatabaseSync(path);
  const error = thrownBy(() => damaged.prepare('SELECT * FROM t'));
  damaged.close();
  expect(storeFailure(error, { location: path, onDamage: 'Build it anew.' })).toMatchObject({
    name: 'StoreFault',
    message: expect.stringContaining('is damaged'),
    hint: 'Build it anew.',
  });
});

test('of a file that SQLite cannot open the reason is looked up', () => {
  const open = (path: string) =>
    storeFailure(
      thrownBy(() => new DatabaseSync(path)),
      { location: path },
    );
  expect(open(join(folder, 'none', 'x.sqlite'))).toMatchObject({ name: 'StoreFault', message: expect.stringContaining('is missing') });
});

test('the boundary names the operation, in promises, iterators and at once, and adds it to what has none', async () => {
  const busy = new StoreBusyError('/data', 10_000);
  const store = storeBoundary(
    {
      location: '/data',
      get: () => Promise.reject<string>(systemError('EIO')),
      put: async () => {
        throw busy;
      },
      path: (): string => {
        throw systemError('EACCES');
      },
      async *list() {
        yield 1;
        throw systemError('EIO');
      },
      fine: async (n: number) => n + 1,
    },
    { location: '/data' },
  );
  expect(store.location).toBe('/data');
  expect(await store.fine(1)).toBe(2);
  expect(await caught(store.get())).toMatchObject({ name: 'StoreUnavailable', operation: 'get', location: '/data' });
  expect(await caught(store.put())).toBe(busy);
  expect(busy.operation).toBe('put');
  expect(thrownBy(() => store.path())).toMatchObject({ name: 'StoreFault', operation: 'path' });
  const seen: number[] = [];
  const listing = async (): Promise<void> => {
    for await (const item of store.list()) seen.push(item);
  };
  expect(await caught(listing())).toMatchObject({ name: 'StoreUnavailable', operation: 'list' });
  expect(seen).toEqual([1]);
});

const OPENERS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'object store': (path) => openFolderObjectStore(path),
  'batch views': (path) => openSqliteBatchViews(path),
  'event log': (path) => openSqliteEventLog(path),
  'speed store': (path) => openSqliteSpeedStore(join(path, 'speed.sqlite')),
  'API keys': (path) => openSqliteApiKeys(join(path, 'keys.sqlite')),
  'duplicate filters': (path) => openSqliteDuplicateFilters(path),
};

test.each(Object.entries(OPENERS))('%s: a place where no folder can be made is a fault', async (name, open) => {
  const file = join(folder, `${name}.txt`);
  writeFileSync(file, 'no folder');
  expect(await caught(open(join(file, 'data')))).toMatchObject({ name: 'StoreFault', location: expect.stringContaining(file) });
});

test('objects of a folder that vanished are not taken for absent', async () => {
  for (const readOnly of [false, true]) {
    const path = join(folder, 'lake');
    const made = await openFolderObjectStore(path);
    await made.put('a/b', new Uint8Array([1]));
    const store = readOnly ? await openFolderObjectStore(path, { readOnly }) : made;
    renameSync(path, `${path}-away`);
    const listing = async (): Promise<void> => {
      for await (const object of store.list('')) expect(object).toBeUndefined();
    };
    const looks = [store.get('a/b'), store.head('a/b'), store.getFile('a/b', join(folder, 'copy')), listing()];
    for (const error of await Promise.all(looks.map(caught)))
      expect(error).toMatchObject({ name: 'StoreFault', message: `${path} is gone while it was in use` });
    renameSync(`${path}-away`, path);
    expect(await store.get('a/b')).toHaveLength(1);
    expect(await store.get('a/c')).toBeUndefined();
    rmSync(path, { recursive: true });
    expect(existsSync(path)).toBe(false);
  }
});
