import { type ApiKey, type ApiKeyStore, StoreFault } from '@rushes/ports';
import { apiKeyStoreContract } from '@rushes/ports/contracts/api-key-store';
import { describe, expect, test } from 'vitest';

import { noMongodb, testDatabase } from '../mongodb-server/databases-for-tests.ts';
import { openMongodbApiKeys } from './index.ts';

const KEY: ApiKey = {
  id: '00112233aabbccdd',
  secretHash: '5e'.repeat(32),
  name: 'the importer',
  role: 'writer',
  createdAtMs: 1,
  expiresAtMs: null,
  revokedAtMs: null,
};

describe.skipIf(noMongodb !== undefined)('MongoDB', () => {
  apiKeyStoreContract({
    name: 'MongoDB',
    open: async () => {
      const { options, drop } = await testDatabase();
      const opened: ApiKeyStore[] = [];
      const open = async (): Promise<ApiKeyStore> => {
        const store = await openMongodbApiKeys(options);
        opened.push(store);
        return store;
      };
      return {
        store: await open(),
        reopen: open,
        dispose: async () => {
          for (const store of opened) await store.close();
          await drop();
        },
      };
    },
  });

  const withStore = async (use: (store: ApiKeyStore, place: Awaited<ReturnType<typeof testDatabase>>) => Promise<void>): Promise<void> => {
    const place = await testDatabase();
    const store = await openMongodbApiKeys(place.options);
    try {
      await use(store, place);
    } finally {
      await store.close();
      await place.drop();
    }
  };

  test('an id that is no text finds nothing and changes nothing, whatever MongoDB would read into it', () =>
    withStore(async (store) => {
      await store.add(KEY);
      for (const id of [{ $ne: null }, { $gt: '' }, ['a'], null, undefined]) {
        await expect(store.find(id as unknown as string)).rejects.toBeInstanceOf(RangeError); // as: what a caller that checks nothing could pass
        await expect(store.revoke(id as unknown as string, 1)).rejects.toBeInstanceOf(RangeError); // as: the same
      }
      for (const id of ['$ne', '{"$ne":null}', '.', 'a.b']) expect(await store.find(id)).toBeUndefined();
      expect(await store.list()).toEqual([KEY]);
    }));

  test('what is no key is told by its id, and never taken for one', () =>
    withStore(async (store, { database }) => {
      await store.add(KEY);
      await database.collection<{ _id: string }>('api_keys').updateOne({ _id: KEY.id }, { $set: { role: 'owner' } });
      const error: unknown = await store.find(KEY.id).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreFault);
      expect(String(error)).toContain(KEY.id);
      expect(String(error)).not.toContain(KEY.secretHash);
    }));

  test('who only reads adds and revokes nothing; a closed store says so', () =>
    withStore(async (store, { options }) => {
      await store.add(KEY);
      const reader = await openMongodbApiKeys({ ...options, readOnly: true });
      await expect(reader.add({ ...KEY, id: 'other' })).rejects.toThrow('read-only');
      await expect(reader.revoke(KEY.id, 5)).rejects.toThrow('read-only');
      expect(await reader.list()).toEqual([KEY]);
      await reader.close();
      await reader.close();
      await expect(reader.find(KEY.id)).rejects.toThrow('was closed');
    }));
});
