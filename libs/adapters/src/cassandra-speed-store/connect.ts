/** The driver's client, with the policies that this store needs. */
import { auth, Client, type ClientOptions, policies, types } from 'cassandra-driver';

import { cassandraFailure } from './errors.ts';
import { contactPoint } from './location.ts';
import type { CassandraSpeedStoreOptions } from './options.ts';
import { endReplacedHosts } from './replaced-hosts.ts';

const REQUEST_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Constant: the driver's own choice grows to ten minutes, and a server is back sooner than that. */
const RECONNECT_MS = 250;

const clientOptions = (options: CassandraSpeedStoreOptions): ClientOptions => {
  const { contactPoints, credentials, tls, limits = {} } = options;
  return {
    contactPoints: contactPoints.map(contactPoint),
    ...(credentials && { authProvider: new auth.PlainTextAuthProvider(credentials.user, credentials.password) }),
    ...(tls && { sslOptions: { ...tls, rejectUnauthorized: true } }),
    queryOptions: {
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
      prepare: true,
    },
    encoding: { useBigIntAsLong: true },
    policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(RECONNECT_MS) },
    socketOptions: {
      readTimeout: limits.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      connectTimeout: limits.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    },
  };
};

/** What the first contact point that can be reached says. */
const askDataCenter = async (options: CassandraSpeedStoreOptions): Promise<string> => {
  let failure: unknown;
  for (const point of options.contactPoints) {
    const made = clientOptions({ ...options, contactPoints: [point] });
    const asker = new Client({ ...made, policies: { ...made.policies, loadBalancing: new policies.loadBalancing.RoundRobinPolicy() } });
    try {
      await asker.connect();
      const { rows } = await asker.execute('SELECT data_center FROM system.local', [], {
        prepare: false,
        consistency: types.consistencies.localOne,
      });
      return String(rows[0]?.['data_center']);
    } catch (error) {
      failure = error;
    } finally {
      await asker.shutdown();
    }
  }
  throw failure;
};

export interface Connected {
  readonly client: Client;
  readonly dataCenter: string;
}

/** @throws StoreUnavailable, StoreFault */
export const connect = async (options: CassandraSpeedStoreOptions, location: string): Promise<Connected> => {
  try {
    const dataCenter = options.localDataCenter ?? (await askDataCenter(options));
    const client = new Client({ ...clientOptions(options), localDataCenter: dataCenter });
    endReplacedHosts(client);
    try {
      await client.connect();
    } catch (error) {
      await client.shutdown();
      throw error;
    }
    return { client, dataCenter };
  } catch (error) {
    throw cassandraFailure(error, location, 'read');
  }
};
