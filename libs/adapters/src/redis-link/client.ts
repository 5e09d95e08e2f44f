/** The connection: one, which is made anew for as long as the process runs. Nothing waits in line for it, and nothing is sent a second time. */
import { Redis } from 'ioredis';

import type { RedisLocation } from './redis-url.ts';

export interface RedisAccess {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Certificates as PEM texts, for `rediss:`. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const CONNECT_MS = 500;
const LONGEST_PAUSE_MS = 500;
const PAUSE_STEP_MS = 50;

const given = <Value>(name: string, value: Value | undefined): Readonly<Record<string, Value>> =>
  value === undefined ? {} : { [name]: value };

/** Connects when it is told to. @param reconnect whether to do so again when the connection is lost. */
export const redisClient = ({ host, port, database, tls }: RedisLocation, access: RedisAccess, reconnect = true): Redis => {
  const { user, password, ca, cert, key } = access;
  return new Redis({
    host,
    port,
    db: database,
    ...given('username', user),
    ...given('password', password),
    ...(tls ? { tls: { ...given('ca', ca), ...given('cert', cert), ...given('key', key) } } : {}),
    lazyConnect: true,
    connectionName: 'rushes',
    connectTimeout: CONNECT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => (reconnect ? Math.min(attempt * PAUSE_STEP_MS, LONGEST_PAUSE_MS) : null),
    // The primary of yesterday: the address leads to another one by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
};
