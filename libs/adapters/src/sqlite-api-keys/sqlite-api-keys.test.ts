import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { ApiKeyStore } from '@rushes/ports';
import { apiKeyStoreContract } from '@rushes/ports/contracts/api-key-store';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openSqliteApiKeys } from './index.ts';

apiKeyStoreContract({
  name: 'SQLite',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sqlite-api-keys-'));
    const opened: ApiKeyStore[] = [];
    const open = async (): Promise<ApiKeyStore> => {
      const store = await openSqliteApiKeys(join(folder, 'keys.sqlite'));
      opened.push(store);
      return store;
    };
    return {
      store: await open(),
      reopen: open,
      dispose: async () => {
        for (const store of opened) await store.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-api-keys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the files are their owner’s alone', async () => {
  const store = await openSqliteApiKeys(join(folder, 'own', 'keys.sqlite'));
  for (const file of ['', '-wal', '-shm']) expect([file, (await stat(store.location + file)).mode & 0o777]).toEqual([file, 0o600]);
  await store.close();
});

test('many that open a new file at once all get it', async () => {
  const path = join(folder, 'many.sqlite');
  const stores = await Promise.all(Array.from({ length: 8 }, () => openSqliteApiKeys(path)));
  expect(new Set(stores.map(({ location }) => location))).toEqual(new Set([path]));
  for (const store of stores) await store.close();
});

test('what is no store of keys is left alone, and named', async () => {
  const text = join(folder, 'text.sqlite');
  await writeFile(text, 'some text that is long enough to be taken for a database file, or not');
  await expect(openSqliteApiKeys(text)).rejects.toThrow(text);
  const other = join(folder, 'other.sqlite');
  const database = new DatabaseSync(other);
  database.exec('CREATE TABLE things (id INTEGER)');
  await expect(openSqliteApiKeys(other)).rejects.toThrow(`${other} is a database of something else`);
  database.close();
  const newer = join(folder, 'newer.sqlite');
  await (await openSqliteApiKeys(newer)).close();
  const changed = new DatabaseSync(newer);
  changed.exec('PRAGMA user_version = 99');
  changed.close();
  await expect(openSqliteApiKeys(newer)).rejects.toThrow('has format 99');
});

test('a closed store says so', async () => {
  const store = await openSqliteApiKeys(join(folder, 'closed.sqlite'));
  await store.close();
  await store.close();
  await expect(store.find('a')).rejects.toThrow('was closed');
});
