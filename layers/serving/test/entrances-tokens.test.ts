/** Who may post by a token: of an issuer that publishes its keys over HTTP, rotates them, and may be away. */
import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type EntranceService, NOW_MS, startEntrances } from './entrance-service.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../src/tokens/issuer-for-tests.ts';

const URL = '/movies/tt0000001/ratings';
const NOW_S = NOW_MS / 1000;
const MINUTE_MS = 60_000;

let service: EntranceService;
let issuer: Issuer;
let nowMs = NOW_MS;
beforeEach(async () => {
  nowMs = NOW_MS;
  issuer = await startIssuer(() => nowMs);
  service = await startEntrances({ serving: { tokens: options() } });
});
afterEach(async () => {
  await service.close();
  await issuer.close();
});

const options = () => ({
  issuer: issuer.issuer,
  audience: AUDIENCE,
  jwksUrl: issuer.jwksUrl,
  rolesClaim: 'roles',
  algorithms: ['ES256', 'RS256'],
  clockToleranceS: 5,
});
const advance = (milliseconds: number): void => {
  nowMs += milliseconds;
  service.advance(milliseconds);
};
const post = (token: string, { app } = service, header = 'authorization') =>
  app.inject({
    method: 'POST',
    url: URL,
    payload: { score: 8 },
    headers: { [header]: header === 'authorization' ? `Bearer ${token}` : token },
  });
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a token of the issuer counts as a key of its role does, and keys go on', async () => {
  expect((await post(await issuer.token())).statusCode).toBe(202);
  expect((await post(await issuer.token({ roles: 'openid operator' }))).statusCode).toBe(202);
  expect((await post(await issuer.token({ aud: ['another', AUDIENCE] }))).statusCode).toBe(202);
  const reader = await post(await issuer.token({ roles: ['reader'] }));
  expect([reader.statusCode, reader.headers['www-authenticate']]).toEqual([
    403,
    'Bearer realm="rushes", error="insufficient_scope", scope="writer"',
  ]);
  const { text } = await service.makeKey('writer');
  expect((await post(text)).statusCode).toBe(202);
  expect((await post(await issuer.token(), service, 'x-api-key')).json().detail).toBe('This API key is not known.');
  expect(issuer.asked()).toBe(1);
});

test.each([[{ roles: undefined }], [{ roles: ['admin'] }], [{ roles: [] }], [{ roles: 7 }], [{ roles: { writer: true } }]])(
  'a token without a role that is known, %j, is refused with 403',
  async (changed) => {
    const response = await post(await issuer.token(changed));
    expect([response.statusCode, response.json().detail]).toEqual([403, 'The token gives none of the roles reader, writer, operator.']);
  },
);

test('the claim of roles may lie within others, or have dots in its name', async () => {
  for (const [rolesClaim, claims] of [
    ['realm_access.roles', { realm_access: { roles: ['writer'] } }],
    ['https://example.org/roles', { 'https://example.org/roles': ['writer'] }],
  ] as const) {
    const one = await startEntrances({ serving: { tokens: { ...options(), rolesClaim } } });
    expect((await post(await issuer.token({ roles: undefined, ...claims }), one)).statusCode).toBe(202);
    expect((await post(await issuer.token(), one)).statusCode).toBe(403);
    await one.close();
  }
});

describe('401, with the reason and nothing of the token', () => {
  /** What is said of a token that is refused. */
  const told = async (token: string): Promise<string> => {
    const response = await post(token);
    const { detail: description } = response.json<{ readonly detail: string }>();
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe(`Bearer realm="rushes", error="invalid_token", error_description="${description}"`);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.body).not.toContain(token);
    return description;
  };

  test.each([
    ['expired', { exp: NOW_S - 6 }, 'The token has expired.'],
    ['not valid yet', { nbf: NOW_S + 6 }, 'The token is not valid yet.'],
    ['without an end', { exp: undefined }, 'The token has no end.'],
    ['without an owner', { sub: undefined }, 'The token does not say whose it is.'],
    ['of another issuer', { iss: 'https://elsewhere.example' }, 'The token is of another issuer.'],
    ['without an issuer', { iss: undefined }, 'The token is of another issuer.'],
    ['for another audience', { aud: 'another' }, 'The token is for another audience.'],
    ['without an audience', { aud: undefined }, 'The token is for another audience.'],
  ])('%s', async (_name, changed, description) => {
    expect(await told(await issuer.token(changed))).toBe(description);
  });

  test('a clock may differ by five seconds, no more', async () => {
    expect((await post(await issuer.token({ exp: NOW_S - 4 }))).statusCode).toBe(202);
    expect((await post(await issuer.token({ nbf: NOW_S + 5 }))).statusCode).toBe(202);
  });

  test('unsigned, signed with the public key as a secret, changed, or made up', async () => {
    const good = await issuer.token();
    const [, payload = '', signature = ''] = good.split('.');
    const unsigned = 'The token is not signed in a way that is accepted here.';
    expect(await told(`${encoded({ alg: 'none' })}.${payload}.`)).toBe(unsigned);
    for (const secret of [JSON.stringify(issuer.publicKey()), issuer.publicKey().x ?? '']) {
      const signed = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${payload}`;
      expect(await told(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`)).toBe(unsigned);
    }
    expect(await told(`${good.split('.')[0]}.${encoded({ sub: 'me', roles: ['operator'] })}.${signature}`)).toBe(
      'The signature of the token does not fit.',
    );
    expect(await told('a.b.c')).toBe('The token is malformed.');
    expect(await told(`${encoded({ alg: 'ES256' })}.${payload}.${'A'.repeat(9_000)}`)).toBe('The token is too long.');
  });

  test('signed by the issuer in a way that is not configured', async () => {
    const one = await startEntrances({ serving: { tokens: { ...options(), algorithms: ['RS256'] } } });
    const response = await post(await issuer.token(), one);
    expect([response.statusCode, response.json().detail]).toEqual([401, 'The token is not signed in a way that is accepted here.']);
    await one.close();
  });

  test('signed by somebody else under the same name', async () => {
    const other = await startIssuer(() => nowMs);
    expect(await told(await other.token({ iss: issuer.issuer }))).toBe('The signature of the token does not fit.');
    expect(await told(await other.token({ iss: issuer.issuer }, { kid: 'none' }))).toBe(
      'The token is not signed with a key of the issuer.',
    );
    await other.close();
  });

  test('where nobody was named whose tokens count', async () => {
    const one = await startEntrances();
    expect((await post(await issuer.token(), one)).json().detail).toBe('This API key is not known.');
    await one.close();
  });
});

describe('keys of the issuer', () => {
  test('a new one is taken up at once, and made-up ones cost one look in half a minute', async () => {
    expect((await post(await issuer.token())).statusCode).toBe(202);
    await issuer.rotate();
    advance(31_000);
    expect((await post(await issuer.token())).statusCode).toBe(202);
    expect(issuer.asked()).toBe(2);
    for (let n = 0; n < 20; n++) expect((await post(await issuer.token({}, { kid: `made-up-${n}` }))).statusCode).toBe(401);
    expect(issuer.asked()).toBe(2);
  });

  test('one that is not published any more stops within ten minutes', async () => {
    const old = await issuer.token({ exp: NOW_S + 7_200 });
    expect((await post(old)).statusCode).toBe(202);
    await issuer.rotate();
    issuer.retire();
    advance(10 * MINUTE_MS);
    await post(old);
    await expect.poll(async () => (await post(old)).statusCode).toBe(401);
  });

  test('simultaneous requests ask once', async () => {
    const token = await issuer.token();
    await Promise.all(Array.from({ length: 20 }, () => post(token)));
    expect(issuer.asked()).toBe(1);
  });

  test('an issuer that is away: keys that are known go on, what cannot be judged is 503, and it is not asked by each request', async () => {
    expect((await post(await issuer.token())).statusCode).toBe(202);
    issuer.answer(503);
    advance(60 * MINUTE_MS);
    for (let n = 0; n < 5; n++) expect((await post(await issuer.token())).statusCode).toBe(202);
    await issuer.rotate();
    advance(31_000);
    const beforeAsking = issuer.asked();
    for (let n = 0; n < 5; n++) {
      const response = await post(await issuer.token());
      expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
      expect(response.json().detail).toBe('The token cannot be judged at the moment: its issuer does not answer.');
    }
    expect(issuer.asked() - beforeAsking).toBeLessThanOrEqual(1);
    // Keys of the service itself have nothing to do with it.
    expect((await post((await service.makeKey('writer')).text)).statusCode).toBe(202);
    issuer.publish();
    advance(6_000);
    expect((await post(await issuer.token())).statusCode).toBe(202);
    expect(service.lines.filter(({ msg }) => String(msg).includes('issuer of tokens'))).not.toHaveLength(0);
  });

  test.each([
    ['nothing', ''],
    ['a page', '<html></html>'],
    ['no keys', '{"keys":[]}'],
    ['something else', '[]'],
    ['too much', JSON.stringify({ keys: Array.from({ length: 3_000 }, () => ({ kty: 'EC', x: 'x'.repeat(100) })) })],
  ])('an address that answers %s is as good as none', async (_name, body) => {
    issuer.answer(200, body);
    expect((await post(await issuer.token())).statusCode).toBe(503);
    issuer.publish();
    advance(6_000);
    expect((await post(await issuer.token())).statusCode).toBe(202);
  });
});

test('a caller is the same on every replica, by no name of a person', async () => {
  const token = await issuer.token({ sub: 'jane@example.org' });
  const send = (app = service.app) =>
    app.inject({ method: 'POST', url: URL, payload: { score: 8 }, headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k' } });
  const [one, other] = [await send(), await send(await service.replica())];
  expect(one.json().data.event_id).toBe(other.json().data.event_id);
  expect(JSON.stringify([service.lines, await service.events()])).not.toMatch(/jane/);
});
