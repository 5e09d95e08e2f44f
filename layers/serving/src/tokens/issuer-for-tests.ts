/** An issuer of tokens, as a server of its own on the loopback address: it publishes keys, rotates them, signs what it is told to, and can be away. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface Issuer {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** How often its keys were asked for. */
  readonly asked: () => number;
  /** A signed token. `changed`: claims in the place of good ones; `undefined` leaves one out. */
  readonly token: (changed?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Signs with a new key from now on, which is published beside the others. */
  readonly rotate: () => Promise<void>;
  /** Publishes only the newest key. */
  readonly retire: () => void;
  /** Answers so from now on. */
  readonly answer: (status: number, body?: string) => void;
  readonly publish: () => void;
  readonly publicKey: () => JWK;
  readonly close: () => Promise<void>;
}

export const AUDIENCE = 'rushes-test';

/** @param nowMs milliseconds since 1970. */
export const startIssuer = async (nowMs: () => number): Promise<Issuer> => {
  let published: JWK[] = [];
  let current: { readonly kid: string; readonly key: CryptoKey; readonly jwk: JWK };
  let asked = 0;
  let answered: { readonly status: number; readonly body: string } | undefined;
  const server = createServer((_request, response) => {
    asked += 1;
    const { status, body } = answered ?? { status: 200, body: JSON.stringify({ keys: published }) };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // as: it listens on a port
  let made = 0;
  const rotate = async (): Promise<void> => {
    made += 1;
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const kid = `key-${made}`;
    current = { kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
    published = [...published, current.jwk];
  };
  await rotate();
  return {
    issuer,
    jwksUrl: `${issuer}/keys`,
    asked: () => asked,
    token: (changed = {}, header = {}) => {
      const nowS = Math.floor(nowMs() / 1000);
      const claims = { iss: issuer, aud: AUDIENCE, sub: 'somebody', iat: nowS, exp: nowS + 600, roles: ['writer'], ...changed };
      const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
      return new SignJWT(given).setProtectedHeader({ alg: 'ES256', kid: current.kid, ...header }).sign(current.key);
    },
    rotate,
    retire: () => {
      published = [current.jwk];
    },
    answer: (status, body = '') => {
      answered = { status, body };
    },
    publish: () => {
      answered = undefined;
    },
    publicKey: () => current.jwk,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
