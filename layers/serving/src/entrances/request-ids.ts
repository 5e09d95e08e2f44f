/**
 * Ids of what a request creates. Invariant: with an `Idempotency-Key`, the same request of the same caller has the same ids, on any replica, whenever it
 * comes: so its retry reaches the same partition, where the rule of duplicates finds it. Pure.
 */
import { hash } from 'node:crypto';

import type { Fault } from '../http/problem.ts';

export interface RequestIdentity {
  readonly callerId: string;
  /** `undefined`: each request is one of its own. */
  readonly idempotencyKey: string | undefined;
}

/** A UUID of version 8 (RFC 9562): 122 bits of the name's SHA-256. */
const namedUuid = (...name: readonly string[]): string => {
  const bytes = hash('sha256', JSON.stringify(name), 'buffer').subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/**
 * @param path of the request, with the title's own id in it.
 * @param newId makes an id that no other has.
 */
export const eventIdOf = ({ callerId, idempotencyKey }: RequestIdentity, path: string, newId: () => string): string =>
  idempotencyKey === undefined ? newId() : namedUuid('event', callerId, 'POST', path, idempotencyKey);

/** Of a movie that no other source knows. */
export const movieIdOf = ({ callerId, idempotencyKey }: RequestIdentity, newId: () => string): string =>
  idempotencyKey === undefined ? newId() : namedUuid('movie', callerId, idempotencyKey);

/** Visible characters of ASCII. */
export const IDEMPOTENCY_KEY = '^[!-~]{1,200}$';

const WELL_FORMED = new RegExp(IDEMPOTENCY_KEY);

export const idempotencyFault = (key: string | undefined): Fault | undefined =>
  key === undefined || WELL_FORMED.test(key)
    ? undefined
    : { in: 'header', name: 'Idempotency-Key', detail: 'must have 1 to 200 visible ASCII characters, no spaces' };
