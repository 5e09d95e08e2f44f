/** A server for tests: links with keys that nobody else has, plain commands beside them, and time that passes when it is told to. */
import { randomBytes } from 'node:crypto';

import { Redis } from 'ioredis';

import { openRedisLink, type RedisLink, type RedisLinkOptions, type RedisObserver } from './index.ts';
import { parseRedisUrl } from './redis-url.ts';

export interface Told {
  /** Calls as `name outcome`, reads as `cache from`. */
  readonly calls: string[];
  readonly reads: string[];
  /** Troubles by their errors' messages, and `over`. */
  readonly troubles: string[];
}

export const observed = (): { readonly told: Told; readonly observer: RedisObserver } => {
  const told: Told = { calls: [], reads: [], troubles: [] };
  return {
    told,
    observer: {
      onCall: (call, outcome) => void told.calls.push(`${call} ${outcome}`),
      onRead: (cache, from) => void told.reads.push(`${cache} ${from}`),
      onTrouble: (_message, error) => void told.troubles.push(error.message),
      onRecovery: () => void told.troubles.push('over'),
    },
  };
};

/** A prefix that no other test has. */
export const newPrefix = (): string => `t${randomBytes(6).toString('hex')}`;

/** @param address host:port. */
export const linkTo = async (
  address: string,
  keyPrefix: string,
  more: Partial<RedisLinkOptions> = {},
): Promise<RedisLink & { readonly told: Told }> => {
  const { told, observer } = observed();
  const link = await openRedisLink({ at: parseRedisUrl(`redis://${address}/0`), keyPrefix, observer, ...more });
  return { ...link, told };
};

export interface TestServer {
  /** Any command. */
  readonly command: (name: string, ...args: readonly (string | number)[]) => Promise<unknown>;
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** So many milliseconds pass for all keys with this prefix. */
  readonly pass: (prefix: string, milliseconds: number) => Promise<void>;
  readonly remove: (prefix: string) => Promise<void>;
  readonly close: () => void;
}

export const testServer = (address: string): TestServer => {
  const { host, port } = parseRedisUrl(`redis://${address}/0`);
  const client = new Redis({ host, port });
  const keys = (prefix: string): Promise<string[]> => client.keys(`${prefix}:*`);
  return {
    command: (name, ...args) => client.call(name, ...args),
    keys,
    pass: async (prefix, milliseconds) => {
      for (const key of await keys(prefix)) await client.pexpire(key, (await client.pttl(key)) - milliseconds);
    },
    remove: async (prefix) => {
      const found = await keys(prefix);
      if (found.length > 0) await client.del(...found);
    },
    close: () => client.disconnect(),
  };
};
