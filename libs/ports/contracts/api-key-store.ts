import { type ApiKey, type ApiKeyStore, ROLES } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { histories } from './depth.ts';

export interface OpenedApiKeys {
  readonly store: ApiKeyStore;
  /** Another client of the same keys. */
  readonly reopen: () => Promise<ApiKeyStore>;
  readonly dispose: () => Promise<void>;
}

export interface ApiKeyStoreContract {
  readonly name: string;
  readonly open: () => Promise<OpenedApiKeys>;
}

const KEY: ApiKey = {
  id: '00112233aabbccdd',
  secretHash: '5e'.repeat(32),
  name: 'the importer',
  role: 'writer',
  createdAtMs: 1_767_225_600_123,
  expiresAtMs: 1_775_001_600_456,
  revokedAtMs: null,
};

const anyKey: fc.Arbitrary<ApiKey> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{16}$/),
  secretHash: fc.stringMatching(/^[0-9a-f]{64}$/),
  name: fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
  role: fc.constantFrom(...ROLES),
  createdAtMs: fc.nat(5),
  expiresAtMs: fc.option(fc.maxSafeNat()),
  revokedAtMs: fc.constant(null),
});

const inOrder = (keys: Iterable<ApiKey>): readonly ApiKey[] =>
  [...keys].toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));

/** What every store of API keys keeps. Registers tests. */
export const apiKeyStoreContract = ({ name, open }: ApiKeyStoreContract): void => {
  describe(`API keys: ${name}`, () => {
    let opened: OpenedApiKeys;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    test('begins empty', async () => {
      expect(await opened.store.list()).toEqual([]);
      expect(await opened.store.find(KEY.id)).toBeUndefined();
      expect(await opened.store.revoke(KEY.id, 1)).toBeUndefined();
    });

    test('gives a key back as it was added', async () => {
      expect(await opened.store.add(KEY)).toBe(true);
      expect(await opened.store.find(KEY.id)).toEqual(KEY);
      expect(await opened.store.list()).toEqual([KEY]);
      for (const other of ['', KEY.id.toUpperCase(), KEY.id.slice(1), `${KEY.id} `, '%', KEY.name])
        expect(await opened.store.find(other)).toBeUndefined();
    });

    test('never replaces a key', async () => {
      await opened.store.add(KEY);
      expect(await opened.store.add({ ...KEY, role: 'operator', secretHash: '00'.repeat(32) })).toBe(false);
      expect(await opened.store.find(KEY.id)).toEqual(KEY);
    });

    test('revokes once and for all, and that key alone', async () => {
      const other = { ...KEY, id: 'ffffffffffffffff' };
      await opened.store.add(KEY);
      await opened.store.add(other);
      const revoked = { ...KEY, revokedAtMs: 1_770_000_000_000 };
      expect(await opened.store.revoke(KEY.id, 1_770_000_000_000)).toEqual(revoked);
      expect(await opened.store.revoke(KEY.id, 1_790_000_000_000)).toEqual(revoked);
      expect(await opened.store.find(KEY.id)).toEqual(revoked);
      expect(await opened.store.add(KEY)).toBe(false);
      expect(await opened.store.list()).toEqual([revoked, other]);
    });

    test('two clients see each other’s keys and revocations at once', async () => {
      const other = await opened.reopen();
      await opened.store.add(KEY);
      expect(await other.find(KEY.id)).toEqual(KEY);
      expect(await other.add(KEY)).toBe(false);
      await other.revoke(KEY.id, 7);
      expect(await opened.store.find(KEY.id)).toEqual({ ...KEY, revokedAtMs: 7 });
      expect(await opened.store.revoke(KEY.id, 3)).toEqual({ ...KEY, revokedAtMs: 7 });
    });

    test('of simultaneous clients that add one id, one succeeds', async () => {
      const clients = [opened.store, await opened.reopen(), await opened.reopen()];
      const added = await Promise.all(clients.flatMap((client, n) => [client.add({ ...KEY, name: `client ${n}` }), client.list()]));
      expect(added.filter((outcome) => outcome === true)).toHaveLength(1);
    });

    test('keys stay when all clients are gone', async () => {
      await opened.store.add(KEY);
      await opened.store.close();
      const again = await opened.reopen();
      expect(await again.list()).toEqual([KEY]);
    });

    test('whatever is added and revoked by two clients, the list is all of it in its order', async () => {
      const clients = [opened.store, await opened.reopen()] as const;
      const expected = new Map<string, ApiKey>();
      await fc.assert(
        fc.asyncProperty(anyKey, fc.boolean(), fc.option(fc.nat(100)), async (key, first, revokedAtMs) => {
          const [one, two] = first ? clients : clients.toReversed();
          expect(await one?.add(key)).toBe(!expected.has(key.id));
          if (!expected.has(key.id)) expected.set(key.id, key);
          if (revokedAtMs !== null) {
            const known = expected.get(key.id) ?? key;
            expected.set(key.id, { ...known, revokedAtMs: known.revokedAtMs ?? revokedAtMs });
            expect(await two?.revoke(key.id, revokedAtMs)).toEqual(expected.get(key.id));
          }
          expect(await two?.list()).toEqual(inOrder(expected.values()));
        }),
        histories({ quick: 15, deep: 200 }),
      );
    });
  });
};
