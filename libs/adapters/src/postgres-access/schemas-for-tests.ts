/** Schemas for tests, on the server that `npm run test:services` has started: one for each test, removed with it. */
import { randomBytes } from 'node:crypto';

import pg from 'pg';

import type { PostgresOptions } from './options.ts';
import { parsePostgresUrl } from './postgres-url.ts';

/** Why tests that need the server are skipped; `undefined`: it is there. */
export const noServer = process.env['TEST_POSTGRES'] === undefined ? 'TEST_POSTGRES is not set: npm run test:services does so' : undefined;

export interface TestSchema {
  readonly options: PostgresOptions;
  /** Unquoted. */
  readonly name: string;
  /** A statement of the test's own, `%S%` standing for the schema. */
  readonly execute: (statement: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly drop: () => Promise<void>;
}

const testOptions = (schema: string): PostgresOptions => ({
  ...parsePostgresUrl(`postgres://${process.env['TEST_POSTGRES'] ?? ''}`),
  schema,
  credentials: { user: process.env['TEST_POSTGRES_USER'] ?? '', password: process.env['TEST_POSTGRES_PASSWORD'] ?? '' },
  connections: 4,
});

export const takeSchema = async (): Promise<TestSchema> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const options = testOptions(name);
  const { host, port, database, credentials } = options;
  const client = new pg.Client({ host, port, database, ...credentials });
  await client.connect();
  return {
    options,
    name,
    execute: async (statement, values = []) =>
      (await client.query<Record<string, unknown>>(statement.replaceAll('%S%', `"${name}"`), [...values])).rows,
    async drop() {
      await client.query(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
      await client.end();
    },
  };
};
