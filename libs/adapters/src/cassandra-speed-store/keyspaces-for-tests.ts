/**
 * Keyspaces for tests. Making tables takes a server a second or two, so a few keyspaces serve all tests of a process: what a test leaves behind is truncated
 * while the next one runs in another.
 */
import { randomBytes } from 'node:crypto';

import { Client, type types } from 'cassandra-driver';

import { type CassandraSpeedStore, openCassandraSpeedStore } from './index.ts';
import type { CassandraSpeedStoreOptions } from './options.ts';
import { TABLES } from './tables.ts';

/** The server that is shared by all tests. */
export const TEST_CASSANDRA = process.env['TEST_CASSANDRA'] ?? '127.0.0.1:29042';
const DATA_CENTER = 'datacenter1';
const SCHEMA_TIMEOUT_MS = 120_000;

export interface TestKeyspace {
  readonly name: string;
  /** Another client of it. */
  readonly open: (options?: Partial<CassandraSpeedStoreOptions>) => Promise<CassandraSpeedStore>;
  /** Closes all clients, and lets another test have the keyspace. */
  readonly giveBack: () => Promise<void>;
}

export interface TestKeyspaces {
  readonly take: () => Promise<TestKeyspace>;
  /** A statement of the test's own, `%KS%` standing for the keyspace. */
  readonly execute: (keyspace: string, statement: string, params?: readonly unknown[]) => Promise<types.ResultSet>;
  /** Drops all of them. */
  readonly end: () => Promise<void>;
}

/** Connects with the first keyspace. */
export const testKeyspaces = (contactPoint = TEST_CASSANDRA): TestKeyspaces => {
  const client = new Client({
    contactPoints: [contactPoint],
    localDataCenter: DATA_CENTER,
    socketOptions: { readTimeout: SCHEMA_TIMEOUT_MS },
  });
  const made: string[] = [];
  const empty: Promise<string>[] = [];
  const optionsFor = (keyspace: string): CassandraSpeedStoreOptions => ({
    contactPoints: [contactPoint],
    localDataCenter: DATA_CENTER,
    keyspace,
    replicationFactor: 1,
    startChecks: false,
  });
  const make = async (): Promise<string> => {
    const name = `rushes_test_${randomBytes(8).toString('hex')}`;
    made.push(name);
    await (await openCassandraSpeedStore(optionsFor(name))).close();
    return name;
  };
  const truncate = async (name: string): Promise<string> => {
    await Promise.all(TABLES.map((table) => client.execute(`TRUNCATE "${name}".${table.name}`)));
    return name;
  };
  return {
    async take() {
      const [first] = empty;
      // With two of them one is truncated while the other is used.
      const name = await (made.length >= 2 && first !== undefined ? (empty.shift() ?? make()) : make());
      const clients: CassandraSpeedStore[] = [];
      return {
        name,
        async open(options = {}) {
          const opened = await openCassandraSpeedStore({ ...optionsFor(name), ...options });
          clients.push(opened);
          return opened;
        },
        async giveBack() {
          for (const opened of clients) await opened.close();
          const truncated = truncate(name);
          truncated.catch(() => undefined);
          empty.push(truncated);
        },
      };
    },
    execute: (keyspace, statement, params = []) =>
      client.execute(statement.replaceAll('%KS%', `"${keyspace}"`), [...params], { prepare: params.length > 0 }),
    async end() {
      await Promise.allSettled(empty);
      for (const name of made) await client.execute(`DROP KEYSPACE IF EXISTS "${name}"`);
      await client.shutdown();
    },
  };
};
