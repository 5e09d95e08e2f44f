/**
 * Databases for tests, on the server that `npm run test:services` has started, or on one elsewhere that `RUSHES_TEST_MONGODB_URL` names: there the URL may hold
 * what that server asks for.
 */
import { randomBytes } from 'node:crypto';

import { type Db, MongoClient } from 'mongodb';

import { parseMongodbUrl } from './location.ts';
import type { MongodbOptions } from './options.ts';

const TEST_MONGODB = process.env['TEST_MONGODB'];

/** Why there is no server; `undefined`: there is one. */
export const noMongodb: string | undefined =
  TEST_MONGODB === undefined ? 'TEST_MONGODB is not set: npm run test:services does so' : undefined;

export interface TestDatabase {
  readonly options: MongodbOptions;
  /** By a client of the test's own. */
  readonly database: Db;
  /** Removes it. */
  readonly drop: () => Promise<void>;
}

const URL_PARTS = /^(mongodb(?:\+srv)?:\/\/)(?:([^:@/]+):([^@/]+)@)?([^/?]+)\/?(?:\?(.*))?$/;

/** What a URL of a test server says, with a database of the test's own. */
const optionsOf = (url: string, database: string): MongodbOptions => {
  const [, scheme = '', user, password, hosts = '', query] = URL_PARTS.exec(url) ?? [];
  const parameters = new URLSearchParams(query);
  const [replicaSet, authSource] = [parameters.get('replicaSet'), parameters.get('authSource')];
  return {
    ...parseMongodbUrl(`${scheme}${hosts}/${database}`),
    ...(user !== undefined &&
      password !== undefined && { credentials: { user: decodeURIComponent(user), password: decodeURIComponent(password) } }),
    ...(replicaSet !== null && { replicaSet }),
    ...(authSource !== null && { authSource }),
    ...(parameters.get('tls') === 'true' && { tls: {} }),
  };
};

/** @param url of a server; by default the tests' own. */
export const testDatabase = async (url = TEST_MONGODB ?? ''): Promise<TestDatabase> => {
  const name = `rushes-test-${randomBytes(8).toString('hex')}`;
  const client = new MongoClient(url);
  const database = client.db(name);
  return {
    options: optionsOf(url, name),
    database,
    async drop() {
      await database.dropDatabase();
      await client.close();
    },
  };
};
