/** A server as it is before it is used: asked for its version and settings, and whether this user may do what is needed. Nothing stays. */
import { randomUUID } from 'node:crypto';

import { type StoreCheck, StoreUnavailable } from '@rushes/ports';
import type { Redis } from 'ioredis';

import { type RedisAccess, redisClient } from './client.ts';
import { infoFindings, latencyFindings, readInfo } from './judge.ts';
import { type RedisLocation, redisLocation } from './redis-url.ts';
import { meaningOf } from './refusals.ts';
import { isRefusal, runScript, script } from './script.ts';

export interface RedisCheckOptions extends RedisAccess {
  readonly at: RedisLocation;
  readonly keyPrefix: string;
}

export interface RedisCheck extends StoreCheck {
  /** Of a PING, the shortest of several. */
  readonly latencyMs: number;
}

const PINGS = 5;
const TIMEOUT_MS = 2_000;
const PROBE_MS = 1_000;

/** Every command that scripts use, on a key that is gone at its end. */
const PROBE = script(
  'probe',
  `redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
redis.call('GET', KEYS[1])
redis.call('PTTL', KEYS[1])
redis.call('TIME')
redis.call('DEL', KEYS[1])
return 1`,
);

const inTime = async <Answer>(call: Promise<Answer>): Promise<Answer> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  try {
    return await Promise.race([call, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

const infoOf = async (client: Redis): Promise<ReadonlyMap<string, string> | undefined> => {
  try {
    return readInfo(await inTime(client.info()));
  } catch (error) {
    if (isRefusal(error) && error.message.startsWith('NOPERM')) return undefined;
    throw error;
  }
};

const latencyOf = async (client: Redis): Promise<number> => {
  let shortest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < PINGS; n++) {
    const beganMs = performance.now();
    await inTime(client.ping());
    shortest = Math.min(shortest, performance.now() - beganMs);
  }
  return Math.round(shortest * 100) / 100;
};

/** @throws StoreUnavailable if the server cannot be reached, does not let this user in, or refuses what is needed. */
export const checkRedis = async ({ at, keyPrefix, ...access }: RedisCheckOptions): Promise<RedisCheck> => {
  const location = redisLocation(at);
  const client = redisClient(at, access, false);
  const told: Error[] = [];
  client.on('error', (error: Error) => {
    told.push(error);
  });
  try {
    await inTime(client.connect());
    const info = await infoOf(client);
    await inTime(runScript(client, PROBE, [`${keyPrefix}:check:${randomUUID()}`], ['probe', PROBE_MS]));
    const latencyMs = await latencyOf(client);
    const unseen = {
      level: 'warning',
      message: 'its version and settings could not be seen: the user may not call INFO',
      hint: 'Grant the user +info, or see to it that maxmemory is set, and maxmemory-policy is allkeys-lru.',
    } as const;
    return {
      version: info?.get('redis_version'),
      latencyMs,
      findings: [...(info === undefined ? [unseen] : infoFindings(info)), ...latencyFindings(latencyMs)],
    };
  } catch (cause) {
    // What broke the connection, where the client only says that it is closed.
    const error = told[0] ?? (cause instanceof Error ? cause : new Error(String(cause)));
    if (isRefusal(error)) {
      const { reason, hint } = meaningOf(error.message);
      // The client's own error has the command and what was given to it: a password, that is, where it is AUTH.
      throw new StoreUnavailable({ location, operation: 'check', reason, hint, cause: new Error(error.message) });
    }
    throw new StoreUnavailable({
      location,
      operation: 'check',
      reason: `is out of reach (${error.message})`,
      hint: 'See whether it runs, whether the network leads to it, and whether it wants TLS (rediss:).',
      cause: error,
    });
  } finally {
    client.disconnect();
  }
};
