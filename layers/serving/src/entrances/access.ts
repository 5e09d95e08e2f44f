/**
 * Who asks, and whether they may: by an API key, or by a token of an issuer, which are told apart by their form. Invariants: a key's text goes nowhere but into its
 * hash, which is compared in constant time; a token's goes nowhere but to whoever judges it; what a route needs is declared beside it (`config.needs`), and asked for before its body is read.
 */
import { timingSafeEqual } from 'node:crypto';

import { type ApiKey, type ApiKeyStore, readKeyText, type Role, ROLES } from '@rushes/ports';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { Problem, unavailable } from '../http/problem.ts';
import { isTokenForm, type VerifyToken } from '../tokens/verify-token.ts';
import { cachedKeys } from './cached-keys.ts';

export interface Caller {
  /** The key's id, or one made from whose token it is. */
  readonly id: string;
  readonly role: Role;
}

export type Refusal = 'missing' | 'unknown' | 'expired' | 'revoked' | 'token' | 'role' | 'trouble';

/** Reasons that the key itself is. */
type KeyRefusal = Exclude<Refusal, 'token' | 'role' | 'trouble'>;

/** Why there is no caller, and where it is a token's fault, what is wrong with it. */
type Unidentified =
  | { readonly reason: KeyRefusal | 'trouble' }
  | { readonly reason: 'token' | 'role' | 'trouble'; readonly detail: string };

interface AccessContext {
  /** `undefined`: there are no keys. */
  readonly keys: ApiKeyStore | undefined;
  /** `undefined`: tokens are worth nothing. */
  readonly verifyToken: VerifyToken | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A key could not be looked up. */
  readonly onTrouble: (error: unknown) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `undefined`: nobody who is known. */
    caller: Caller | undefined;
    /** Why there is no caller; `undefined`: nothing was brought. */
    refusal: Unidentified | undefined;
  }
  interface FastifyContextConfig {
    /** The least role that may ask; without it, everybody. */
    readonly needs?: Role;
  }
}

const RETRY_AFTER_S = 5;

const BEARER = /^Bearer +(\S+)$/i;

interface Credential {
  readonly text: string;
  /** Tokens are sent as `Authorization: Bearer` alone. */
  readonly mayBeToken: boolean;
}

const credentialOf = ({ headers }: FastifyRequest): Credential | undefined => {
  const own = headers['x-api-key'];
  if (own !== undefined) return { text: String(own), mayBeToken: false };
  const { authorization } = headers;
  return authorization === undefined ? undefined : { text: BEARER.exec(authorization)?.[1] ?? '', mayBeToken: true };
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

const insufficient = (detail: string, needs: Role): Problem =>
  new Problem(403, detail, { headers: { 'www-authenticate': `Bearer realm="rushes", error="insufficient_scope", scope="${needs}"` } });

const badToken = (detail: string): Problem =>
  new Problem(401, detail, {
    headers: { 'www-authenticate': `Bearer realm="rushes", error="invalid_token", error_description="${detail}"` },
  });

const forbidden = (caller: Caller, needs: Role): Problem =>
  insufficient(`This needs a key with the role ${needs}; the key ${caller.id} has the role ${caller.role}.`, needs);

/** Whether what is stored is the hash of what was sent: the same time for every wrong hash. */
const isSame = (stored: string, sent: string): boolean => {
  const [a, b] = [Buffer.from(stored, 'hex'), Buffer.from(sent, 'hex')];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
};

const MISSING: Unidentified = { reason: 'missing' };

/** Finds out who asks, of each request that brings a key or a token. Refuses nobody. */
export const identifyCallers = (app: FastifyInstance, { keys, verifyToken, now, onTrouble }: AccessContext): void => {
  app.decorateRequest('caller', undefined);
  app.decorateRequest('refusal', undefined);
  if (keys === undefined && verifyToken === undefined) return;
  const find = keys && cachedKeys(keys, now);

  const identifyByKey = async (request: FastifyRequest, text: string): Promise<void> => {
    request.refusal = { reason: 'unknown' };
    const parts = readKeyText(text);
    let key: ApiKey | undefined;
    try {
      key = parts && (await find?.(parts.id));
    } catch (error) {
      // Whoever needs no key is answered all the same.
      request.refusal = { reason: 'trouble' };
      return onTrouble(error);
    }
    if (key === undefined || parts === undefined || !isSame(key.secretHash, parts.secretHash)) return;
    if (key.revokedAtMs !== null) request.refusal = { reason: 'revoked' };
    else if (key.expiresAtMs !== null && now() >= key.expiresAtMs) request.refusal = { reason: 'expired' };
    else request.caller = { id: key.id, role: key.role };
  };
  const identifyByToken = async (request: FastifyRequest, verify: VerifyToken, text: string): Promise<void> => {
    const verdict = await verify(text);
    if ('caller' in verdict) request.caller = verdict.caller;
    else request.refusal = { reason: verdict.refusal, detail: verdict.detail };
  };

  // Only who brings a key waits for a turn of the loop.
  app.addHook('onRequest', (request, _reply, done) => {
    const credential = credentialOf(request);
    if (credential === undefined) return done();
    const { text, mayBeToken } = credential;
    return mayBeToken && verifyToken !== undefined && isTokenForm(text)
      ? identifyByToken(request, verifyToken, text)
      : identifyByKey(request, text);
  });
};

const problemOf = (refusal: Unidentified, needs: Role): Problem => {
  if (refusal.reason === 'trouble')
    return unavailable('detail' in refusal ? refusal.detail : 'API keys cannot be looked up at the moment.', RETRY_AFTER_S);
  if (!('detail' in refusal)) return unauthorized(refusal.reason);
  return refusal.reason === 'role' ? insufficient(refusal.detail, needs) : badToken(refusal.detail);
};

/** Refuses whoever may not: 401 without a key or token that is worth something, 403 with one of too little a role, 503 where that cannot be told now. */
export const requireRoles = (app: FastifyInstance, { onRefused }: { readonly onRefused: (reason: Refusal) => void }): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    const { needs } = request.routeOptions.config;
    if (needs === undefined) return done();
    const { caller } = request;
    if (caller === undefined) {
      const { refusal = MISSING } = request;
      onRefused(refusal.reason);
      return done(problemOf(refusal, needs));
    }
    if (ROLES.indexOf(caller.role) >= ROLES.indexOf(needs)) return done();
    onRefused('role');
    done(forbidden(caller, needs));
  });
};
