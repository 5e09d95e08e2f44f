/** Who may post: keys in either header, their life, their roles, and that their text shows up nowhere. */
import type { RateLimiter } from '@rushes/ports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { KEY_CACHE_MS } from '../src/entrances/cached-keys.ts';
import { type EntranceService, NOW_MS, startEntrances } from './entrance-service.ts';
import { startService } from './service.ts';

const URL = '/movies/tt0000001/ratings';
const PAYLOAD = { score: 8 };
const HOUR_MS = 3_600_000;

let service: EntranceService;
beforeAll(async () => {
  service = await startEntrances();
});
afterAll(() => service.close());

const post = (headers: Record<string, string>, { app } = service) => app.inject({ method: 'POST', url: URL, payload: PAYLOAD, headers });

describe('401', () => {
  test('without a key, with the way to bring one', async () => {
    const response = await post({});
    expect(response.statusCode).toBe(401);
    expect(response.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'www-authenticate': 'Bearer realm="rushes"',
      'cache-control': 'no-store',
    });
    expect(response.json()).toMatchObject({ status: 401, detail: expect.stringContaining('X-API-Key') });
  });

  test('for what is no key, a key nobody has, and another secret of a key there is', async () => {
    const { text } = await service.makeKey('writer');
    const wrongSecret = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
    const unknown = `rushes_${'ab'.repeat(8)}_${'cd'.repeat(32)}`;
    for (const key of ['', 'x', text.slice(0, -1), `${text}0`, text.toUpperCase(), `${text}, ${text}`, unknown, wrongSecret]) {
      for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }] as const) {
        const response = await post(headers);
        expect([headers, response.statusCode]).toEqual([headers, 401]);
        expect(response.headers['www-authenticate']).toBe('Bearer realm="rushes", error="invalid_token"');
        expect(response.json().detail).toBe('This API key is not known.');
      }
    }
    expect((await post({ authorization: `Basic ${text}` })).statusCode).toBe(401);
    expect((await post({ 'x-api-key': text })).statusCode).toBe(202);
  });

  test('from the instant at which a key expires', async () => {
    const one = await startEntrances();
    const { text } = await one.makeKey('writer', NOW_MS + HOUR_MS);
    one.advance(HOUR_MS - 1);
    expect((await post({ 'x-api-key': text }, one)).statusCode).toBe(202);
    one.advance(1);
    const late = await post({ 'x-api-key': text }, one);
    expect([late.statusCode, late.json().detail]).toEqual([401, expect.stringContaining('expired')]);
    await one.close();
  });

  test(`${KEY_CACHE_MS / 1000} seconds after a key was revoked at the latest, on every replica`, async () => {
    const one = await startEntrances();
    const { id, text } = await one.makeKey('writer');
    const apps = [one.app, await one.replica()];
    for (const app of apps) expect((await post({ 'x-api-key': text }, { ...one, app })).statusCode).toBe(202);
    await one.keys.revoke(id, NOW_MS);
    one.advance(KEY_CACHE_MS);
    for (const app of apps) {
      const response = await post({ 'x-api-key': text }, { ...one, app });
      expect([response.statusCode, response.json().detail]).toEqual([401, expect.stringContaining('revoked')]);
    }
    await one.close();
  });

  test('whatever the body: it is not even read', async () => {
    const response = await service.app.inject({
      method: 'POST',
      url: URL,
      payload: 'x'.repeat(200_000),
      headers: { 'content-type': 'text/strange' },
    });
    expect(response.statusCode).toBe(401);
  });
});

describe('roles', () => {
  test.each([
    ['reader', 403],
    ['writer', 202],
    ['operator', 202],
  ] as const)('%s: %i', async (role, status) => {
    const { id, text } = await service.makeKey(role);
    for (const headers of [{ 'x-api-key': text }, { authorization: `Bearer ${text}` }, { authorization: `bearer  ${text}` }] as const) {
      const response = await post(headers);
      expect(response.statusCode).toBe(status);
      if (status === 202) continue;
      expect(response.headers['www-authenticate']).toContain('insufficient_scope');
      expect(response.json().detail).toBe(`This needs a key with the role writer; the key ${id} has the role reader.`);
    }
  });

  test('the header X-API-Key counts where there are both', async () => {
    const [reader, writer] = [await service.makeKey('reader'), await service.makeKey('writer')];
    expect((await post({ 'x-api-key': writer.text, authorization: `Bearer ${reader.text}` })).statusCode).toBe(202);
    expect((await post({ 'x-api-key': reader.text, authorization: `Bearer ${writer.text}` })).statusCode).toBe(403);
  });
});

describe('reading', () => {
  test('takes no key, and does not mind a wrong one', async () => {
    expect((await service.app.inject('/movies')).statusCode).toBe(200);
    expect((await service.app.inject({ url: '/movies', headers: { 'x-api-key': 'x' } })).statusCode).toBe(200);
  });

  test('takes a key of any role where it is set so; probes and documentation do not', async () => {
    const one = await startEntrances({ serving: { readAccess: 'key' } });
    const { text } = await one.makeKey('reader');
    for (const url of ['/movies', '/movies/tt0000001', '/genres', '/catalog']) {
      for (const method of ['GET', 'HEAD'] as const) expect((await one.app.inject({ method, url })).statusCode).toBe(401);
      expect([url, (await one.app.inject({ url, headers: { 'x-api-key': text } })).statusCode]).toEqual([url, 200]);
    }
    const answer = await one.app.inject({ url: '/movies', headers: { 'x-api-key': text } });
    expect(answer.headers['cache-control']).toContain('private');
    for (const url of ['/health', '/metrics', '/openapi.json', '/docs']) expect((await one.app.inject(url)).statusCode).toBe(200);
    const { paths } = (await one.app.inject('/openapi.json')).json();
    expect(paths['/movies'].get).toMatchObject({
      security: [{ apiKey: [] }, { bearer: [] }, { bearerAuth: [] }],
      responses: { 401: {}, 403: {} },
    });
    await one.close();
  });

  test('cannot be made to need a key where there are none', async () => {
    await expect(startService({ serving: { readAccess: 'key' } })).rejects.toThrow('no store of keys');
  });
});

test('without a log nothing can be posted: 503, with or without a key', async () => {
  const { app } = await startService();
  const { text } = await service.makeKey('writer');
  for (const url of [URL, '/movies', '/movies/tt0000001/reviews']) {
    for (const headers of [{}, { 'x-api-key': text }]) {
      const response = await app.inject({ method: 'POST', url, payload: PAYLOAD, headers });
      expect([url, response.statusCode]).toEqual([url, 503]);
      expect(response.json().detail).toContain('only reads');
    }
  }
  await app.close();
});

describe('the rate limit', () => {
  test('has a bucket for each key’s writes, another for its reads, and one for the address', async () => {
    const clients: string[] = [];
    const rateLimiter: RateLimiter = {
      perMinute: 60,
      burst: 1,
      take: async (client) => {
        clients.push(client);
        const allowed = clients.filter((one) => one === client).length < 2;
        return { allowed, remaining: 0, retryAfterS: 1, resetS: 1 };
      },
    };
    const one = await startEntrances({ rateLimiter });
    const [a, b] = [await one.makeKey('writer'), await one.makeKey('writer')];
    const statuses = [
      await post({ 'x-api-key': a.text }, one),
      await post({ 'x-api-key': a.text }, one),
      await post({ 'x-api-key': b.text }, one),
      await one.app.inject({ url: '/movies', headers: { 'x-api-key': a.text } }),
      await post({}, one),
      await post({ 'x-api-key': 'x' }, one),
      await one.app.inject('/movies'),
    ].map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([202, 429, 202, 200, 401, 429, 429]);
    expect(clients.slice(0, 5)).toEqual([`writes of ${a.id}`, `writes of ${a.id}`, `writes of ${b.id}`, `reads of ${a.id}`, '127.0.0.1']);
    await one.close();
  });
});

test('a key’s text is in no answer, no line of the log, no metric, no store', async () => {
  const one = await startEntrances({ wrapLog: (log) => ({ ...log, append: () => Promise.reject(new Error('disk full')) }) });
  const { text } = await one.makeKey('writer');
  const secret = text.split('_')[2] ?? '';
  const answers = [
    await post({ 'x-api-key': text }, one),
    await post({ authorization: `Bearer ${text}` }, one),
    await post({ 'x-api-key': `${text}x` }, one),
    await one.app.inject({ url: '/movies', headers: { 'x-api-key': text } }),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 401, 200]);
  expect(one.lines.length).toBeGreaterThan(4);
  const seen = [answers.map(({ body, headers }) => [body, headers]), one.lines, await one.metrics.metrics(), await one.keys.list()];
  expect(JSON.stringify(seen)).not.toContain(secret);
  await one.close();
});

test('keys that cannot be looked up: 503 for who needs one, nothing for who needs none', async () => {
  const one = await startEntrances();
  const { text } = await one.makeKey('writer');
  await one.keys.close();
  const response = await post({ 'x-api-key': text }, one);
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
  expect(response.body).not.toContain('keys.sqlite');
  expect((await one.app.inject({ url: '/movies', headers: { 'x-api-key': text } })).statusCode).toBe(200);
  expect(one.lines).toContainEqual(expect.objectContaining({ level: 'error', msg: 'an API key could not be looked up' }));
  await one.close();
});

test('refusals are counted by reason', async () => {
  const one = await startEntrances();
  const { text } = await one.makeKey('reader');
  for (const headers of [{}, { 'x-api-key': 'x' }, { 'x-api-key': text }] as Record<string, string>[]) await post(headers, one);
  const metrics = await one.metrics.metrics();
  expect(metrics).toContain('rushes_http_request_duration_seconds_count{route="POST /movies/:id/ratings",status="4xx"} 3');
  for (const reason of ['missing', 'unknown', 'role']) expect(metrics).toContain(`rushes_access_refused_total{reason="${reason}"} 1`);
  await one.close();
});
