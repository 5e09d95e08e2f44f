/**
 * API keys in a collection of MongoDB, one document each under the key's id, which is unique. A key is revoked by an update of a document that is not revoked
 * yet, so the first revocation stands. Reads see what a majority has: a revocation that was acknowledged is never taken back.
 */
import { type ApiKey, type ApiKeyStore, ROLES, StoreFault } from '@rushes/ports';
import type { Collection } from 'mongodb';

import { connectMongodb } from '../mongodb-server/connect.ts';
import { type Ends, within } from '../mongodb-server/deadline.ts';
import { isDuplicate } from '../mongodb-server/failures.ts';
import type { MongodbOptions } from '../mongodb-server/options.ts';
import { storeBoundary } from '../store-errors/store-boundary.ts';

interface StoredKey extends Omit<ApiKey, 'id' | 'role'> {
  readonly _id: string;
  readonly role: string;
}

export interface MongodbApiKeysOptions extends MongodbOptions {
  /** Only reads. Default: false. */
  readonly readOnly?: boolean;
}

const isInstant = (value: unknown): value is number => Number.isSafeInteger(value);
const isInstantOrNull = (value: unknown): value is number | null => value === null || isInstant(value);

const keyIn = (location: string, { _id: id, secretHash, name, role: stored, createdAtMs, expiresAtMs, revokedAtMs }: StoredKey): ApiKey => {
  const role = ROLES.find((one) => one === stored);
  const isKey =
    typeof secretHash === 'string' &&
    typeof name === 'string' &&
    isInstant(createdAtMs) &&
    isInstantOrNull(expiresAtMs) &&
    isInstantOrNull(revokedAtMs);
  if (role === undefined || !isKey)
    throw new StoreFault({
      location,
      reason: `has something else than an API key under the id ${JSON.stringify(id)}`,
      hint: 'Remove that document from the collection `api_keys`; whoever used the key needs a new one.',
    });
  return { id, secretHash, name, role, createdAtMs, expiresAtMs, revokedAtMs };
};

/** @throws StoreUnavailable, StoreFault */
export const openMongodbApiKeys = async (options: MongodbApiKeysOptions): Promise<ApiKeyStore> => {
  const { readOnly = false } = options;
  const { location, database, limits, request, close } = await connectMongodb(options);
  const ask = <Result>(work: (ends: Ends) => Promise<Result>): Promise<Result> => within(limits.requestTimeoutMs, undefined, work);
  const keys: Collection<StoredKey> = database.collection<StoredKey>('api_keys', { readConcern: 'majority' });
  const writable = (doing: string): void => {
    if (readOnly) throw new Error(`${location} was opened read-only: open it for writing before ${doing}`);
  };
  /** Ids come from clients' requests: a text is never read as an operator. */
  const withId = (id: string): { readonly _id: string } => {
    if (typeof id !== 'string') throw new RangeError(`the id of an API key is a text, not ${JSON.stringify(id)}`);
    return { _id: id };
  };
  const find = async (id: string): Promise<ApiKey | undefined> => {
    const stored = await ask((ends) => keys.findOne(withId(id), ends));
    return stored === null ? undefined : keyIn(location, stored);
  };

  const store: ApiKeyStore = {
    location,
    add: ({ id, secretHash, name, role, createdAtMs, expiresAtMs, revokedAtMs }) =>
      request('write', async () => {
        writable('adding keys');
        try {
          const stored = { ...withId(id), secretHash, name, role, createdAtMs, expiresAtMs, revokedAtMs };
          await ask((ends) => keys.insertOne(stored, ends));
          return true;
        } catch (error) {
          if (isDuplicate(error)) return false;
          throw error;
        }
      }),
    find: (id) => request('read', () => find(id)),
    list: () =>
      request('read', async () => {
        const stored = await ask((ends) => keys.find({}, { sort: { createdAtMs: 1, _id: 1 }, ...ends }).toArray());
        return stored.map((one) => keyIn(location, one));
      }),
    revoke: (id, atMs) =>
      request('write', async () => {
        writable('revoking keys');
        await ask((ends) => keys.updateOne({ ...withId(id), revokedAtMs: null }, { $set: { revokedAtMs: atMs } }, ends));
        return find(id);
      }),
    close,
  };
  return storeBoundary(store, { location });
};
