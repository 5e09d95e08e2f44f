/**
 * A cache of two tiers: this process's own in front, the server that all replicas share behind it. Invariants: a value that is kept in front is kept no longer
 * than behind; without the server everything goes on as if there were only the one in front; nobody waits for another replica longer than `WAIT_MS`.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cache, CacheOptions, Fresh, Waited } from '@rushes/ports';

import type { RedisLink } from '../redis-link/index.ts';
import { BEGIN, END, LOOK, PUT } from './scripts.ts';
import { bytesOfValue, valueOfBytes } from './value-bytes.ts';

/** One who computes and dies, or takes longer, is waited for no longer than this. */
const WAIT_MS = 500;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 16;
/** Beyond this it takes the server longer to send than most values take to compute, and keeps others waiting. */
const MAX_VALUE_BYTES = 1024 * 1024;
/** As in memory: no value may push out more than this share of the others. */
const LARGEST_SHARE = 8;

type Kept<Value> = Fresh<Value>;

/** `isMine`: nobody else computes it, or nobody can say. `isBroken`: what is there is no value. */
type Begun<Value> = { readonly kept: Kept<Value> } | { readonly isMine: boolean; readonly isBroken: boolean };

const ALONE = { isMine: false, isBroken: false } as const;

/** @param front whose errors are this one's, so it has its location. */
export const tieredCache = <Value>(
  { name, maxBytes, bytesOf }: CacheOptions<Value>,
  front: Cache<Value>,
  link: RedisLink,
): Cache<Value> => {
  if (maxBytes === 0) return front;
  const keyOf = (key: string): string => link.key(name, 'value', key);
  const lockOf = (key: string): string => link.key(name, 'lock', key);
  const onRead = (from: 'memory' | 'redis' | 'none'): void => link.observer.onRead(name, from);

  /** `undefined`: too large, or nothing that bytes can be made of. */
  const encoded = (value: Value): Buffer | undefined => {
    if (bytesOf(value) * LARGEST_SHARE > maxBytes) return undefined;
    const bytes = bytesOfValue(value);
    return bytes.byteLength > MAX_VALUE_BYTES ? undefined : bytes;
  };
  /** @param reply a value's bytes and the milliseconds that are left of it. */
  const decoded = (reply: unknown): Kept<Value> | undefined => {
    if (!Array.isArray(reply)) return undefined;
    const [bytes, ttlMs] = reply as readonly unknown[];
    const found = Buffer.isBuffer(bytes) ? valueOfBytes(bytes) : undefined;
    // as: what `END` or `PUT` was given under this cache's name
    return found && typeof ttlMs === 'number' && ttlMs > 0 ? { value: found.value as Value, ttlMs } : undefined;
  };

  const begin = async (key: string, token: string, waited: Waited | undefined): Promise<Begun<Value>> => {
    const beganMs = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const answered = await link.run(BEGIN, [keyOf(key), lockOf(key)], [token, WAIT_MS], waited);
      if (answered === undefined) return ALONE;
      const { reply } = answered;
      if (reply === 1) return { isMine: true, isBroken: false };
      const kept = decoded(reply);
      if (kept !== undefined) return { kept };
      if (reply !== 0) return { isMine: false, isBroken: true };
      if (performance.now() - beganMs >= WAIT_MS) return ALONE;
      await sleep(pauseMs);
    }
  };
  /** What another one kept meanwhile, else what is given. */
  const end = async (
    key: string,
    token: string,
    { value, ttlMs }: Fresh<Value>,
    isBroken: boolean,
    waited: Waited | undefined,
  ): Promise<Fresh<Value>> => {
    const bytes = ttlMs > 0 ? encoded(value) : undefined;
    const args = [token, bytes ?? '', bytes === undefined ? 0 : Math.ceil(ttlMs), isBroken ? 1 : 0];
    const answered = await link.run(END, [keyOf(key), lockOf(key)], args, waited);
    return decoded(answered?.reply) ?? { value, ttlMs };
  };

  const share = async (key: string, compute: () => Promise<Fresh<Value>>, waited: Waited | undefined): Promise<Fresh<Value>> => {
    const token = randomUUID();
    const begun = await begin(key, token, waited);
    if ('kept' in begun) {
      onRead('redis');
      return begun.kept;
    }
    onRead('none');
    let computed: Fresh<Value>;
    try {
      computed = await compute();
    } catch (error) {
      if (begun.isMine) await link.run(END, [keyOf(key), lockOf(key)], [token, '', 0, 0], waited);
      throw error;
    }
    return end(key, token, computed, begun.isBroken, waited);
  };

  return {
    location: front.location,
    get: async (key, waited) => {
      const near = await front.get(key);
      if (near !== undefined) {
        onRead('memory');
        return near;
      }
      const found = decoded((await link.run(LOOK, [keyOf(key)], [], waited))?.reply);
      onRead(found === undefined ? 'none' : 'redis');
      if (found === undefined) return undefined;
      await front.set(key, found.value, found.ttlMs);
      return found.value;
    },
    set: async (key, value, ttlMs, waited) => {
      await front.set(key, value, ttlMs);
      const bytes = ttlMs > 0 ? encoded(value) : undefined;
      await link.run(PUT, [keyOf(key)], [bytes ?? '', bytes === undefined ? 0 : Math.ceil(ttlMs)], waited);
    },
    resolve: async (key, compute, waited) => {
      let isNear = true;
      const value = await front.resolve(key, () => {
        isNear = false;
        return share(key, compute, waited);
      });
      if (isNear) onRead('memory');
      return value;
    },
  };
};
