/**
 * Judges tokens (JWT, RFC 7519) of one issuer. Invariants: only signatures of the algorithms that are configured count, all of them with public keys, so neither an
 * unsigned token nor one that was signed with a public key as if it were a secret; what a refusal says is one of a few sentences, nothing of the token.
 */
import { hash } from 'node:crypto';

import { type Role, ROLES } from '@rushes/ports';
import type { JWTPayload } from 'jose';

import { createTokenKeys, KeysUnavailableError } from './token-keys.ts';

export interface TokenOptions {
  /** `iss` of tokens. */
  readonly issuer: string;
  /** What has to be in `aud`. */
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  /** The claim that has the roles: its name, or names within each other joined by dots. */
  readonly rolesClaim: string;
  readonly algorithms: readonly string[];
  readonly clockToleranceS: number;
}

export type TokenVerdict =
  | { readonly caller: { readonly id: string; readonly role: Role } }
  /** `token`: it is worth nothing. `role`: it gives no role. `trouble`: it cannot be judged now. */
  | { readonly refusal: 'token' | 'role' | 'trouble'; readonly detail: string };

/** Never rejects. */
export type VerifyToken = (token: string) => Promise<TokenVerdict>;

interface VerifyContext {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly elapsedMs: () => number;
  readonly onTrouble: (error: unknown) => void;
}

const MAX_TOKEN_CHARACTERS = 8_192;

/** Three parts of base64url, of which the last is empty where nobody signed. No API key has a dot. */
export const isTokenForm = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);

const BY_CODE: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'The token has expired.',
  ERR_JOSE_ALG_NOT_ALLOWED: 'The token is not signed in a way that is accepted here.',
  ERR_JOSE_NOT_SUPPORTED: 'The token is not signed in a way that is accepted here.',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'The signature of the token does not fit.',
  ERR_JWKS_NO_MATCHING_KEY: 'The token is not signed with a key of the issuer.',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'The token does not say which key signed it.',
};
const BY_CLAIM: Readonly<Record<string, string>> = {
  iss: 'The token is of another issuer.',
  aud: 'The token is for another audience.',
  nbf: 'The token is not valid yet.',
  exp: 'The token has no end.',
  sub: 'The token does not say whose it is.',
};
const MALFORMED = 'The token is malformed.';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '');

const sentenceFor = (error: unknown): string => {
  if (codeOf(error) === 'ERR_JWT_CLAIM_VALIDATION_FAILED' && error instanceof Error && 'claim' in error)
    return BY_CLAIM[String(error.claim)] ?? MALFORMED;
  return BY_CODE[codeOf(error)] ?? MALFORMED;
};

/** A claim by its whole name, which may have dots, else one within others. */
const claimIn = (payload: JWTPayload, name: string): unknown => {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part]; // as: an object that has it
  }
  return value;
};

/** The highest role that is given: in a list, or in a text with spaces between, as scopes are. */
const roleIn = (claim: unknown): Role | undefined => {
  const given: readonly unknown[] =
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? (claim as readonly unknown[]) : [];
  return ROLES.findLast((role) => given.includes(role));
};

export const createTokenVerifier = (options: TokenOptions, { now, elapsedMs, onTrouble }: VerifyContext): VerifyToken => {
  const { issuer, audience, jwksUrl, rolesClaim, clockToleranceS } = options;
  const algorithms = [...options.algorithms];
  const keys = createTokenKeys({ url: jwksUrl, elapsedMs, onTrouble });

  const payloadOf = async (token: string, isUnknown: boolean): Promise<JWTPayload> => {
    const find = await keys.get(isUnknown);
    const { jwtVerify } = await import('jose');
    const expected = {
      issuer,
      audience,
      algorithms,
      clockTolerance: clockToleranceS,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(now()),
    };
    return (await jwtVerify(token, find, expected)).payload;
  };

  return async (token) => {
    if (token.length > MAX_TOKEN_CHARACTERS) return { refusal: 'token', detail: 'The token is too long.' };
    try {
      const payload = await payloadOf(token, false).catch((error: unknown) => {
        if (codeOf(error) !== 'ERR_JWKS_NO_MATCHING_KEY') throw error;
        return payloadOf(token, true);
      });
      const role = roleIn(claimIn(payload, rolesClaim));
      if (role === undefined) return { refusal: 'role', detail: `The token gives none of the roles ${ROLES.join(', ')}.` };
      // Whoever it is on every replica; no name of a person gets into keys, logs or events.
      return { caller: { id: `jwt-${hash('sha256', JSON.stringify([issuer, payload.sub]), 'hex').slice(0, 24)}`, role } };
    } catch (error) {
      if (error instanceof KeysUnavailableError)
        return { refusal: 'trouble', detail: 'The token cannot be judged at the moment: its issuer does not answer.' };
      return { refusal: 'token', detail: sentenceFor(error) };
    }
  };
};
