import { type ApiKey, type ApiKeyStore, StoreFault } from '@rushes/ports';
import { apiKeyStoreContract } from '@rushes/ports/contracts/api-key-store';
import { describe, expect, test } from 'vitest';

import { noServer, takeSchema } from '../postgres-access/schemas-for-tests.ts';
import { checkPostgresApiKeys, isPostgresApiKeysThere, openPostgresApiKeys } from './index.ts';

const KEY: ApiKey = {
  id: '00112233aabbccdd',
  secretHash: '5e'.repeat(32),
  name: 'with a \0 in it',
  role: 'writer',
  createdAtMs: 1_767_225_600_123,
  expiresAtMs: null,
  revokedAtMs: null,
};

describe.skipIf(noServer !== undefined)('on PostgreSQL', () => {
  apiKeyStoreContract({
    name: 'PostgreSQL',
    open: async () => {
      const schema = await takeSchema();
      const opened: ApiKeyStore[] = [];
      const open = async (): Promise<ApiKeyStore> => {
        const store = await openPostgresApiKeys(schema.options);
        opened.push(store);
        return store;
      };
      return {
        store: await open(),
        reopen: open,
        dispose: async () => {
          for (const store of opened) await store.close();
          await schema.drop();
        },
      };
    },
  });

  test('is there once it was opened to be written; until then a reader finds no key, and makes nothing', async () => {
    const schema = await takeSchema();
    try {
      expect(await isPostgresApiKeysThere(schema.options)).toBe(false);
      const reader = await openPostgresApiKeys({ ...schema.options, readOnly: true });
      expect(await reader.list()).toEqual([]);
      expect(await reader.find(KEY.id)).toBeUndefined();
      expect(await isPostgresApiKeysThere(schema.options)).toBe(false);
      const writer = await openPostgresApiKeys(schema.options);
      expect(await isPostgresApiKeysThere(schema.options)).toBe(true);
      await writer.add(KEY);
      expect(await reader.find(KEY.id)).toEqual(KEY);
      await expect(reader.add(KEY)).rejects.toBeInstanceOf(StoreFault);
      expect((await checkPostgresApiKeys(schema.options)).findings).toEqual([]);
      await Promise.all([reader.close(), writer.close()]);
    } finally {
      await schema.drop();
    }
  });

  test('many processes make the tables at once', async () => {
    const schema = await takeSchema();
    try {
      const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgresApiKeys(schema.options)));
      expect((await Promise.all(stores.map((store) => store.add(KEY)))).filter(Boolean)).toHaveLength(1);
      for (const store of stores) await store.close();
    } finally {
      await schema.drop();
    }
  });

  test('tables of another version are refused', async () => {
    const schema = await takeSchema();
    try {
      await (await openPostgresApiKeys(schema.options)).close();
      await schema.execute('UPDATE %S%.formats SET version = 99');
      for (const readOnly of [false, true]) await expect(openPostgresApiKeys({ ...schema.options, readOnly })).rejects.toThrow(/format 99/);
    } finally {
      await schema.drop();
    }
  });
});
