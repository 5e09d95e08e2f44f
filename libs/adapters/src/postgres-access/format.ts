/**
 * The tables of a store, made once, in one transaction, and of a known format. Each store has its own tables in the schema, and a line in `formats` that
 * says which version they have.
 */
import { StoreFault } from '@rushes/ports';

import type { Connections, Run } from './connections.ts';
import { schemaName } from './identifiers.ts';
import { sqlState, UNDEFINED_SCHEMA, UNDEFINED_TABLE } from './postgres-failure.ts';

export interface StoreFormat {
  /** Of the store, as `formats` names it. */
  readonly store: 'batch-views' | 'api-keys';
  readonly version: number;
  /** Statements that make the tables. `schema` is quoted. */
  readonly tables: (schema: string) => readonly string[];
}

const DEFAULT_SCHEMA = 'rushes';

/** The schema of a store's tables, quoted. @throws RangeError if its name cannot be used. */
export const schemaOf = ({ schema = DEFAULT_SCHEMA }: { readonly schema?: string | undefined }): string => schemaName(schema);

/** Whether the server says that the store's tables are not there. */
export const lacksTables = (error: unknown): boolean => [UNDEFINED_TABLE, UNDEFINED_SCHEMA].includes(sqlState(error) ?? '');

/** The version that a store's tables have; `undefined`: they are not there. */
export const formatThere = async (connections: Connections, schema: string, store: StoreFormat['store']): Promise<number | undefined> => {
  try {
    const [row] = await connections.read({ text: `SELECT version FROM ${schema}.formats WHERE store = $1`, values: [store] });
    return row === undefined ? undefined : Number(row[0]);
  } catch (error) {
    if (lacksTables(error)) return undefined;
    throw connections.failure(error, 'read');
  }
};

const checkVersion = (location: string, { store, version }: StoreFormat, there: number): void => {
  if (there !== version)
    throw new StoreFault({
      location,
      reason: `has tables of the ${store} in format ${there}, where this program knows ${version}`,
      hint: there > version ? 'Use a newer version of this program.' : 'Use the version of this program that made them, or another schema.',
    });
};

const makeTables = async (run: Run, schema: string, { store, version, tables }: StoreFormat): Promise<void> => {
  // Who makes them at the same time waits here, and then finds them made.
  await run({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`rushes:${schema}:formats`] });
  const name = schema.slice(1, -1);
  const [found] = await run({ text: 'SELECT to_regnamespace($1) IS NOT NULL', values: [name] });
  if (found?.[0] !== true) await run(`CREATE SCHEMA ${schema}`);
  await run(`CREATE TABLE IF NOT EXISTS ${schema}.formats (store text PRIMARY KEY, version bigint NOT NULL)`);
  const [made] = await run({
    text: `INSERT INTO ${schema}.formats VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true`,
    values: [store, version],
  });
  if (made !== undefined) for (const statement of tables(schema)) await run(statement);
};

/** Makes schema and tables where they are missing. @throws StoreFault if they are of another version; StoreUnavailable */
export const prepareTables = async (connections: Connections, schema: string, format: StoreFormat): Promise<void> => {
  const { location } = connections;
  try {
    const [server] = await connections.read({ text: 'SELECT pg_is_in_recovery()' });
    if (server?.[0] === true)
      throw new StoreFault({ location, reason: 'is a standby, which only reads', hint: 'Give the address of the primary.' });
    if ((await formatThere(connections, schema, format.store)) === undefined)
      await connections.transaction((run) => makeTables(run, schema, format));
    checkVersion(location, format, (await formatThere(connections, schema, format.store)) ?? 0);
  } catch (error) {
    throw connections.failure(error, 'read');
  }
};

/** For who only reads: tables that are not there yet are none of its trouble. @throws StoreFault if they are of another version; StoreUnavailable */
export const checkTables = async (connections: Connections, schema: string, format: StoreFormat): Promise<void> => {
  const there = await formatThere(connections, schema, format.store);
  if (there !== undefined) checkVersion(connections.location, format, there);
};
