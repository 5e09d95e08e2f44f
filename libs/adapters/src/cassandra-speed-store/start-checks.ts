/** What has to be so on every host and in the keyspace before the store can be trusted. Asks, and changes nothing. */
import { type StoreCheck, StoreFault, type StoreFinding, StoreUnavailable } from '@rushes/ports';
import type { Client, types } from 'cassandra-driver';

import { connect } from './connect.ts';
import { cassandraFailure, isUnauthorized } from './errors.ts';
import { clockFindings, hostFindings, keyspaceFindings, type KeyspaceFacts, tableFindings } from './judge.ts';
import { contactPoint, keyspaceName, locationOf } from './location.ts';
import type { SchemaPlace } from './migrations.ts';
import type { CassandraSpeedStoreOptions } from './options.ts';
import { qualified, TABLES, VERSION_TABLE } from './tables.ts';

interface CheckedPlace extends SchemaPlace {
  readonly readOnly: boolean;
  readonly now: () => number;
}

const SETTINGS = `SELECT name, value FROM system_views.settings WHERE name IN ('commitlog_sync', 'paxos_variant')`;
const LOCAL = 'SELECT release_version, toUnixTimestamp(now()) AS now_ms FROM system.local';

const faultOf = (error: unknown, message: string): StoreFinding => {
  const hint = error instanceof StoreFault || error instanceof StoreUnavailable ? error.hint : undefined;
  return { level: 'fault', message, hint: hint ?? 'See the logs of the server.' };
};

type Host = ReturnType<Client['hosts']['values']>[number];

/** `undefined`: the user may not see them, which is a right of its own. */
const settingsOf = async (client: Client, host: Host): Promise<readonly types.Row[] | undefined> => {
  try {
    return (await client.execute(SETTINGS, [], { prepare: false, host })).rows;
  } catch (error) {
    if (isUnauthorized(error)) return undefined;
    throw error;
  }
};

const unseenSettings = (host: string): StoreFinding => ({
  level: 'warning',
  message: `the settings of the host ${host} could not be checked (commitlog_sync, paxos_variant): the user may not read system_views.settings`,
  hint: 'Grant the user SELECT on system_views.settings, or see to it that both settings are as they should be.',
});

/** Virtual tables tell of the host that answers: each is asked by itself. */
const checkHost = async ({ client, location, now }: CheckedPlace, host: Host): Promise<StoreCheck> => {
  try {
    const beforeMs = now();
    const { rows } = await client.execute(LOCAL, [], { prepare: false, host });
    const afterMs = now();
    const version = String(rows[0]?.['release_version']);
    const settings = await settingsOf(client, host);
    const valueOf = (name: string): string | undefined => settings?.find((row) => row['name'] === name)?.['value'] as string | undefined; // as: the column's type
    const findings = [
      ...hostFindings(host.address, { version, commitlogSync: valueOf('commitlog_sync'), paxosVariant: valueOf('paxos_variant') }),
      ...(settings === undefined ? [unseenSettings(host.address)] : []),
      ...clockFindings(host.address, Number(rows[0]?.['now_ms']), beforeMs, afterMs),
    ];
    return { version, findings };
  } catch (error) {
    const failure = cassandraFailure(error, location, 'read');
    if (failure instanceof StoreFault) return { version: undefined, findings: [faultOf(failure, `${host.address}: ${failure.message}`)] };
    const reason = failure instanceof Error ? failure.message : String(failure);
    const message = `the host ${host.address} could not be asked: ${reason}`;
    return { version: undefined, findings: [{ level: 'warning', message, hint: 'Start it, then check again.' }] };
  }
};

const checkKeyspace = async (place: CheckedPlace): Promise<readonly StoreFinding[]> => {
  const { client, location, keyspace, dataCenter, replicationFactor } = place;
  try {
    const { rows } = await client.execute('SELECT replication, durable_writes FROM system_schema.keyspaces WHERE keyspace_name = ?', [
      keyspace,
    ]);
    const [found] = rows;
    // The first process that may write makes it.
    if (found === undefined) return [];
    // as: the table's columns
    const facts = { replication: found['replication'], durableWrites: found['durable_writes'] } as Pick<
      KeyspaceFacts,
      'replication' | 'durableWrites'
    >;
    const hosts = client.hosts.values().filter((host) => host.datacenter === dataCenter).length;
    const tables = await client.execute(
      'SELECT table_name, compaction, default_time_to_live, gc_grace_seconds FROM system_schema.tables WHERE keyspace_name = ?',
      [keyspace],
    );
    const known = new Map(tables.rows.map((row) => [String(row['table_name']), row]));
    return [
      ...keyspaceFindings({ ...facts, keyspace, dataCenter, hosts, wanted: replicationFactor }),
      ...TABLES.flatMap((table) => {
        const row = known.get(table.name);
        // as: the table's columns
        return tableFindings(
          keyspace,
          table,
          row && {
            compaction: row['compaction'] as Readonly<Record<string, string>>,
            defaultTtlS: Number(row['default_time_to_live']),
            gcGraceS: Number(row['gc_grace_seconds']),
          },
        );
      }),
      ...(await checkPermissions(place, new Set(known.keys()))),
    ];
  } catch (error) {
    throw cassandraFailure(error, location, 'read');
  }
};

/** A read, or where writing is allowed a conditional write whose condition does not hold: it needs the right to read and to write, and writes nothing. */
const checkPermissions = async (
  { client, location, keyspace, readOnly }: CheckedPlace,
  there: ReadonlySet<string>,
): Promise<readonly StoreFinding[]> => {
  const tables = [...TABLES, VERSION_TABLE].filter(({ name }) => there.has(name));
  const all = await Promise.all(
    tables.map(async ({ name, probe }): Promise<readonly StoreFinding[]> => {
      const table = qualified(keyspace, name);
      try {
        await client.execute(readOnly ? `SELECT * FROM ${table} LIMIT 1` : `UPDATE ${table} ${probe}`, [], { prepare: false });
        return [];
      } catch (error) {
        const failure = cassandraFailure(error, location, 'read');
        if (failure instanceof StoreFault) return [faultOf(failure, `the table ${name} cannot be used: ${failure.message}`)];
        throw failure;
      }
    }),
  );
  return all.flat();
};

const checked = async (place: CheckedPlace): Promise<StoreCheck> => {
  const hosts = await Promise.all(place.client.hosts.values().map((host) => checkHost(place, host)));
  const versions = [...new Set(hosts.flatMap(({ version }) => version ?? []))];
  return {
    version: versions.length === 0 ? undefined : versions.join(', '),
    findings: [...hosts.flatMap(({ findings }) => findings), ...(await checkKeyspace(place))],
  };
};

/** @throws StoreFault that lists all faults, StoreUnavailable if the check itself could not be done. */
export const checkStart = async (place: CheckedPlace, onWarning: ((finding: StoreFinding) => void) | undefined): Promise<void> => {
  const { findings } = await checked(place);
  const faults = findings.filter(({ level }) => level === 'fault');
  for (const finding of findings) if (finding.level === 'warning') onWarning?.(finding);
  if (faults.length > 0)
    throw new StoreFault({
      location: place.location,
      reason: `cannot be used as it is: ${faults.map(({ message }) => message).join('; ')}`,
      hint: [...new Set(faults.map(({ hint }) => hint))].join(' '),
    });
};

/**
 * Checks all hosts, the keyspace, its tables and what this user may do, and says all that is wrong. Makes nothing; a keyspace that is not there yet is none of
 * that, a cluster that cannot be reached is a fault.
 */
export const checkCassandra = async (options: CassandraSpeedStoreOptions): Promise<StoreCheck> => {
  const { replicationFactor = 3, readOnly = false, now = Date.now } = options;
  const keyspace = keyspaceName(options.keyspace);
  const location = locationOf({ contactPoints: options.contactPoints.map(contactPoint), keyspace });
  try {
    const { client, dataCenter } = await connect(options, location);
    try {
      return await checked({ client, location, keyspace, dataCenter, replicationFactor, readOnly, now });
    } finally {
      await client.shutdown();
    }
  } catch (error) {
    if (error instanceof StoreFault || error instanceof StoreUnavailable)
      return { version: undefined, findings: [faultOf(error, error.message)] };
    throw error;
  }
};
