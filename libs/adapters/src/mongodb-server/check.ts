/** Asks a server what could keep stores from being used on it. Changes nothing. */
import { type StoreCheck, StoreFault, type StoreFinding, StoreUnavailable } from '@rushes/ports';
import type { Document } from 'mongodb';

import { connectMongodb, type MongodbConnection } from './connect.ts';
import { within } from './deadline.ts';
import { isUnauthorized, isUnknownCommand } from './failures.ts';
import { type Privilege, privilegeFindings, type ServerFacts, serverFindings } from './judge.ts';
import type { MongodbOptions } from './options.ts';

type Asked = Readonly<Record<string, unknown>>;

/** A command's answer; `undefined`: the server does not know it, has no use for it, or does not let this user ask. */
const ask = async ({ client, database, limits }: MongodbConnection, command: Document, inAdmin = false): Promise<Asked | undefined> => {
  try {
    const asked = inAdmin ? client.db('admin') : database;
    return await within(limits.requestTimeoutMs, undefined, ({ signal }) => asked.command(command, { signal }));
  } catch (error) {
    if (isUnknownCommand(error) || isUnauthorized(error) || isNotReplicated(error)) return undefined;
    throw error;
  }
};

/** NoReplicationEnabled: what is asked of a replica set's configuration, of a server that is in none. */
const NO_REPLICATION = 76;
const isNotReplicated = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === NO_REPLICATION;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const factsOf = async (connection: MongodbConnection): Promise<ServerFacts> => {
  const build = (await ask(connection, { buildInfo: 1 })) ?? {};
  // Servers that only speak the protocol may know the older name alone.
  const hello = (await ask(connection, { hello: 1 }, true)) ?? (await ask(connection, { isMaster: 1 }, true)) ?? {};
  const isInSet = typeof hello['setName'] === 'string';
  const configuration = isInSet ? (await ask(connection, { replSetGetConfig: 1 }, true))?.['config'] : undefined;
  const fromJournal =
    typeof configuration === 'object' && configuration !== null && 'writeConcernMajorityJournalDefault' in configuration
      ? configuration.writeConcernMajorityJournalDefault
      : undefined;
  return {
    version: String(build['version']),
    isMongod: typeof build['gitVersion'] === 'string',
    role: hello['msg'] === 'isdbgrid' ? 'sharded' : isInSet ? 'replica set' : 'standalone',
    members: listOf(hello['hosts']).length,
    arbiters: listOf(hello['arbiters']).length,
    isReadOnly: hello['readOnly'] === true,
    majorityFromJournal: typeof fromJournal === 'boolean' ? fromJournal : undefined,
  };
};

const privilegesOf = async (connection: MongodbConnection): Promise<readonly Privilege[] | undefined> => {
  const status = (await ask(connection, { connectionStatus: 1, showPrivileges: true }, true))?.['authInfo'];
  if (typeof status !== 'object' || status === null) return undefined;
  const { authenticatedUsers, authenticatedUserPrivileges } = status as Asked; // as: the command's document
  return listOf(authenticatedUsers).length === 0 ? undefined : (listOf(authenticatedUserPrivileges) as readonly Privilege[]); // as: the same
};

const faultOf = (error: StoreFault | StoreUnavailable): StoreFinding => ({
  level: 'fault',
  message: error.message,
  hint: error.hint ?? 'See the log of the server.',
});

/** Says what is wrong with the server, and with what this user may do there. A server that is out of reach is a fault; a database that is not there is none. */
export const checkMongodb = async (options: MongodbOptions): Promise<StoreCheck> => {
  try {
    const connection = await connectMongodb(options);
    try {
      return await connection.request('read', async () => {
        // Reading something shows what the server asks of whom: its own commands are free to everybody.
        const artefacts = connection.database.collection('artefacts');
        await within(connection.limits.requestTimeoutMs, undefined, (ends) => artefacts.findOne({}, { projection: { _id: 1 }, ...ends }));
        const facts = await factsOf(connection);
        const privileges = await privilegesOf(connection);
        return { version: facts.version, findings: [...serverFindings(facts), ...privilegeFindings(options.database, privileges)] };
      });
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof StoreFault || error instanceof StoreUnavailable) return { version: undefined, findings: [faultOf(error)] };
    throw error;
  }
};
