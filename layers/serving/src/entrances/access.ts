/**
 * Who asks, and whether they may. Invariants: a key's text goes nowhere but into its hash, which is compared in constant time; what a route needs is
 * declared beside it (`config.needs`), and asked for before its body is read.
 */
import { timingSafeEqual } from 'node:crypto';

import { type ApiKey, type ApiKeyStore, readKeyText, type Role, ROLES } from '@rushes/ports';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { Problem, unavailable } from '../http/problem.ts';
import { cachedKeys } from './cached-keys.ts';

export interface Caller {
  /** The key's id. */
  readonly id: string;
  readonly role: Role;
}

export type Refusal = 'missing' | 'unknown' | 'expired' | 'revoked' | 'role' | 'trouble';

/** Reasons that the key itself is. */
type KeyRefusal = Exclude<Refusal, 'role' | 'trouble'>;

interface AccessContext {
  /** `undefined`: there are no keys. */
  readonly keys: ApiKeyStore | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A key could not be looked up. */
  readonly onTrouble: (error: unknown) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `undefined`: nobody who is known. */
    caller: Caller | undefined;
    /** Why there is no caller. */
    refusal: KeyRefusal | 'trouble';
  }
  interface FastifyContextConfig {
    /** The least role that may ask; without it, everybody. */
    readonly needs?: Role;
  }
}

const RETRY_AFTER_S = 5;

const BEARER = /^Bearer +(\S+)$/i;

const credentialOf = ({ headers }: FastifyRequest): string | undefined => {
  const own = headers['x-api-key'];
  if (own !== undefined) return String(own);
  const { authorization } = headers;
  return authorization === undefined ? undefined : (BEARER.exec(authorization)?.[1] ?? '');
};

const WHY: Readonly<Record<KeyRefusal, string>> = {
  missing: 'This needs an API key, in the header X-API-Key or as Authorization: Bearer.',
  unknown: 'This API key is not known.',
  expired: 'This API key has expired: ask for a new one.',
  revoked: 'This API key was revoked: ask for a new one.',
};

const unauthorized = (reason: KeyRefusal): Problem =>
  new Problem(401, WHY[reason], {
    headers: { 'www-authenticate': `Bearer realm="rushes"${reason === 'missing' ? '' : ', error="invalid_token"'}` },
  });

const forbidden = (caller: Caller, needs: Role): Problem =>
  new Problem(403, `This needs a key with the role ${needs}; the key ${caller.id} has the role ${caller.role}.`, {
    headers: { 'www-authenticate': `Bearer realm="rushes", error="insufficient_scope", scope="${needs}"` },
  });

/** Whether what is stored is the hash of what was sent: the same time for every wrong hash. */
const isSame = (stored: string, sent: string): boolean => {
  const [a, b] = [Buffer.from(stored, 'hex'), Buffer.from(sent, 'hex')];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
};

/** Finds out who asks, of each request that brings a key. Refuses nobody. */
export const identifyCallers = (app: FastifyInstance, { keys, now, onTrouble }: AccessContext): void => {
  app.decorateRequest('caller', undefined);
  app.decorateRequest('refusal', 'missing');
  if (keys === undefined) return;
  const find = cachedKeys(keys, now);

  const identify = async (request: FastifyRequest, credential: string): Promise<void> => {
    request.refusal = 'unknown';
    const parts = readKeyText(credential);
    let key: ApiKey | undefined;
    try {
      key = parts && (await find(parts.id));
    } catch (error) {
      // Whoever needs no key is answered all the same.
      request.refusal = 'trouble';
      return onTrouble(error);
    }
    if (key === undefined || parts === undefined || !isSame(key.secretHash, parts.secretHash)) return;
    if (key.revokedAtMs !== null) request.refusal = 'revoked';
    else if (key.expiresAtMs !== null && now() >= key.expiresAtMs) request.refusal = 'expired';
    else request.caller = { id: key.id, role: key.role };
  };

  // Only who brings a key waits for a turn of the loop.
  app.addHook('onRequest', (request, _reply, done) => {
    const credential = credentialOf(request);
    return credential === undefined ? done() : identify(request, credential);
  });
};

/** Refuses whoever may not: 401 without a key that is worth something, 403 with one of too little a role. */
export const requireRoles = (app: FastifyInstance, { onRefused }: { readonly onRefused: (reason: Refusal) => void }): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    const { needs } = request.routeOptions.config;
    if (needs === undefined) return done();
    const { caller } = request;
    if (caller === undefined) {
      const { refusal } = request;
      onRefused(refusal);
      return done(
        refusal === 'trouble' ? unavailable('API keys cannot be looked up at the moment.', RETRY_AFTER_S) : unauthorized(refusal),
      );
    }
    if (ROLES.indexOf(caller.role) >= ROLES.indexOf(needs)) return done();
    onRefused('role');
    done(forbidden(caller, needs));
  });
};
