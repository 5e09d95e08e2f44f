/**
 * The driver's client, with what this program relies on: a write is acknowledged when a majority of the replica set has it in its journal. The driver makes
 * broken connections anew by itself, and sends what it may send again once more. Deadlines are this program's (`deadline.ts`).
 */
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';

import { within } from './deadline.ts';
import { mongodbFailure, type RequestKind } from './failures.ts';
import { locationOf } from './location.ts';
import type { MongodbLimits, MongodbOptions } from './options.ts';

const DEFAULTS: Required<MongodbLimits> = {
  requestTimeoutMs: 10_000,
  scanTimeoutMs: 60_000,
  buildTimeoutMs: 3_600_000,
  serverTimeoutMs: 5_000,
  connectTimeoutMs: 10_000,
};
const CONNECTIONS = 32;
/** How often a server is asked whether it is there; after an error sooner. */
const HEARTBEAT_MS = 2_000;

export interface MongodbConnection {
  /** Hosts and database, for messages. */
  readonly location: string;
  readonly database: Db;
  readonly client: MongoClient;
  readonly limits: Required<MongodbLimits>;
  /**
   * Runs requests; what the driver says becomes the ports' errors.
   * @throws StoreUnavailable, StoreFault, the signal's reason; Error if the connection was closed.
   */
  readonly request: <Result>(kind: RequestKind, work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;
  readonly close: () => Promise<void>;
}

const clientOptions = (options: MongodbOptions, limits: Required<MongodbLimits>): MongoClientOptions => {
  const { credentials, authSource, replicaSet, tls, connections = CONNECTIONS } = options;
  return {
    appName: 'rushes',
    ...(credentials && { auth: { username: credentials.user, password: credentials.password }, authSource: authSource ?? 'admin' }),
    ...(replicaSet !== undefined && { replicaSet }),
    tls: tls !== undefined,
    ...tls,
    maxPoolSize: connections,
    serverSelectionTimeoutMS: limits.serverTimeoutMs,
    connectTimeoutMS: limits.connectTimeoutMs,
    heartbeatFrequencyMS: HEARTBEAT_MS,
    writeConcern: { w: 'majority', journal: true },
    readPreference: 'primary',
  };
};

/** @throws StoreUnavailable, StoreFault */
export const connectMongodb = async (options: MongodbOptions): Promise<MongodbConnection> => {
  const location = locationOf(options);
  const limits = { ...DEFAULTS, ...options.limits };
  let isClosed = false;
  const wasClosed = (): Error => new Error(`${location} was closed`);
  try {
    const client = new MongoClient(`mongodb${options.srv ? '+srv' : ''}://${options.hosts.join(',')}/`, clientOptions(options, limits));
    try {
      await client.connect();
    } catch (error) {
      await client.close();
      throw error;
    }
    return {
      location,
      client,
      limits,
      database: client.db(options.database),
      async request(kind, work, signal) {
        if (isClosed) throw wasClosed();
        signal?.throwIfAborted();
        try {
          return await work();
        } catch (error) {
          signal?.throwIfAborted();
          throw isClosed ? wasClosed() : mongodbFailure(error, location, kind);
        }
      },
      async close() {
        if (isClosed) return;
        isClosed = true;
        // It says good-bye to the server, which may not answer.
        await within(limits.serverTimeoutMs, undefined, () => client.close()).catch(() => undefined);
      },
    };
  } catch (error) {
    throw mongodbFailure(error, location, 'read');
  }
};
