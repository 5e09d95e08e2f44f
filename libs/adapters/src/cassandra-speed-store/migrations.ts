/**
 * Keyspace and tables. Every step may be done twice and by several processes: statements say IF NOT EXISTS, all processes send them to the same host as long
 * as it is up (two hosts that make one table at once make two of them), and wait until all hosts have the same schema. The version is raised after the
 * tables are there, by a conditional write.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { type Client, type Host, type QueryOptions, types } from 'cassandra-driver';

import { cassandraFailure } from './errors.ts';
import { createTable, MIGRATIONS, qualified, SCHEMA_VERSION, VERSION_TABLE } from './tables.ts';

export interface SchemaPlace {
  readonly client: Client;
  readonly location: string;
  /** Checked by `keyspaceName`. */
  readonly keyspace: string;
  readonly dataCenter: string;
  readonly replicationFactor: number;
}

/** Schema statements take longer than others. */
const SCHEMA_TIMEOUT_MS = 60_000;

const hostsOf = ({ client, dataCenter }: SchemaPlace) =>
  client.hosts
    .values()
    .filter((host) => host.datacenter === dataCenter)
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));

/** All processes choose the same host while it is up. */
const schemaHost = (place: SchemaPlace) => hostsOf(place).find((host) => host.isUp());

const AGREEMENT_WAIT_MS = 250;
const AGREEMENT_TRIES = 120;

/** Whether all hosts that are up have one version of the schema, also where this process changed nothing: another one may just have done so. */
const agree = async ({ client }: SchemaPlace, at: { readonly host: Host } | undefined): Promise<boolean> => {
  const options: QueryOptions = { prepare: false, isIdempotent: true, ...at };
  const { rows: own } = await client.execute('SELECT schema_version FROM system.local', [], options);
  const { rows: peers } = await client.execute('SELECT peer, schema_version FROM system.peers', [], options);
  const up = client.hosts.values().filter((host) => host.isUp());
  const counting = peers.filter((row) => up.some(({ address }) => address.startsWith(`${String(row['peer'])}:`)));
  return new Set([...own, ...counting].map((row) => String(row['schema_version']))).size === 1;
};

const define = async (place: SchemaPlace, statement: string): Promise<void> => {
  const { client, location } = place;
  const host = schemaHost(place);
  const at = host && { host };
  try {
    await client.execute(statement, [], { prepare: false, isIdempotent: true, readTimeout: SCHEMA_TIMEOUT_MS, ...at });
    for (let tries = 0; tries < AGREEMENT_TRIES; tries++) {
      if (await agree(place, at)) return;
      await sleep(AGREEMENT_WAIT_MS);
    }
  } catch (error) {
    throw cassandraFailure(error, location, 'read');
  }
  throw new StoreUnavailable({
    location,
    reason: 'has hosts that do not agree on the schema yet',
    hint: 'See `nodetool describecluster`, then try again.',
  });
};

const makeKeyspace = async (place: SchemaPlace): Promise<void> => {
  const { location, keyspace, dataCenter, replicationFactor } = place;
  const hosts = hostsOf(place).length;
  if (Math.floor(replicationFactor / 2) + 1 > hosts)
    throw new StoreFault({
      location,
      reason: `is to have ${replicationFactor} replicas in the data center ${dataCenter}, which has ${hosts === 1 ? 'one host' : `${hosts} hosts`}`,
      hint: 'Set the replication factor to what the data center can hold, or add hosts.',
    });
  // Literals of a schema statement cannot be bound: the number is one, and quotes in the name are doubled.
  const replication = `{'class': 'NetworkTopologyStrategy', '${dataCenter.replaceAll("'", "''")}': ${Math.floor(replicationFactor)}}`;
  await define(place, `CREATE KEYSPACE IF NOT EXISTS "${keyspace}" WITH replication = ${replication} AND durable_writes = true`);
};

const execute = async (place: SchemaPlace, query: string, params: readonly (string | number)[], consistency?: types.consistencies) => {
  try {
    const options = { prepare: false, ...(consistency !== undefined && { consistency }) };
    return await place.client.execute(query, [...params], {
      ...options,
      hints: params.map((value) => (typeof value === 'number' ? 'int' : 'text')),
    });
  } catch (error) {
    throw cassandraFailure(error, place.location, 'read');
  }
};

const tablesThere = async (place: SchemaPlace): Promise<ReadonlySet<string>> => {
  const { rows } = await execute(place, 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [place.keyspace]);
  return new Set(rows.map((row) => String(row['table_name'])));
};

/** 0: no migration has ended. */
const versionNow = async (place: SchemaPlace): Promise<number> => {
  const query = `SELECT version FROM ${qualified(place.keyspace, VERSION_TABLE.name)} WHERE only = 0`;
  const { rows } = await execute(place, query, [], types.consistencies.localSerial);
  return Number(rows[0]?.['version'] ?? 0);
};

const raise = async (place: SchemaPlace, from: number, to: number): Promise<void> => {
  const update = `UPDATE ${qualified(place.keyspace, VERSION_TABLE.name)} SET version = ? WHERE only = 0 IF version = ${from === 0 ? 'null' : '?'}`;
  // Refused: another process was quicker.
  await execute(place, update, from === 0 ? [to] : [to, from]);
};

const refuseNewer = ({ location }: SchemaPlace, version: number): void => {
  if (version > SCHEMA_VERSION)
    throw new StoreFault({
      location,
      reason: `has tables of version ${version}, this program knows those up to ${SCHEMA_VERSION}`,
      hint: 'Start the newer version of Rushes that made them.',
    });
};

/**
 * Makes what is missing.
 * @throws StoreFault if the tables are newer than this program.
 */
export const prepareSchema = async (place: SchemaPlace): Promise<void> => {
  const there = await tablesThere(place);
  if (!there.has(VERSION_TABLE.name)) {
    if (there.size === 0) await makeKeyspace(place);
    await define(place, createTable(place.keyspace, VERSION_TABLE));
  }
  let version = await versionNow(place);
  refuseNewer(place, version);
  while (version < SCHEMA_VERSION) {
    const next = version + 1;
    for (const table of MIGRATIONS.get(next) ?? []) await define(place, createTable(place.keyspace, table));
    await raise(place, version, next);
    version = await versionNow(place);
    refuseNewer(place, version);
  }
};

/** The same where nothing may be made. */
export const requireSchema = async (place: SchemaPlace): Promise<void> => {
  const { location } = place;
  const missing = !(await tablesThere(place)).has(VERSION_TABLE.name);
  const version = missing ? 0 : await versionNow(place);
  refuseNewer(place, version);
  if (version < SCHEMA_VERSION)
    throw new StoreFault({
      location,
      reason: missing ? 'is not there' : `has tables of version ${version}, this program needs ${SCHEMA_VERSION}`,
      hint: 'Start the speed layer first: it makes what is missing.',
    });
};
