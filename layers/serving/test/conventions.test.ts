/** What holds for every answer: envelope, headers, methods, sizes, request ids, origins. */
import { readFileSync } from 'node:fs';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { Registry } from '@rushes/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { buildApp } from '../src/app.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { objectStore, recordingLogger, startService, type Service } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const get = (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers });

const META = {
  batch: { version: 1, cut_at: '2026-03-01T10:00:00.000Z', published_at: '2026-03-01T10:01:30.000Z' },
  completeness: 'complete',
  data_source: 'batch',
  last_updated: '2026-03-01T10:00:00.000Z',
};

test('single answers have data and meta, lists also next and, where asked for, total', async () => {
  expect((await get('/movies/tt0000001?fields=title')).json()).toEqual({ data: { title: 'The Iron Tide' }, meta: META });
  expect((await get('/genres')).json()).toEqual({ data: expect.any(Array), meta: META });
  expect((await get('/movies?genre=Western')).json()).toEqual({ data: [], meta: META, next: null });
  expect((await get('/movies?genre=Action&page_size=1&count=true&fields=tconst')).json()).toEqual({
    data: [{ tconst: 'tt0000001' }],
    meta: META,
    next: expect.stringMatching(/^\/movies\?count=true&fields=tconst&genre=Action&page_size=1&cursor=[A-Za-z0-9_-]+$/),
    total: 2,
  });
});

test('pages of other origins may read every header that the contract and the docs name', async () => {
  const { paths } = (await get('/openapi.json')).json();
  const described = Object.values<Record<string, { responses: Record<string, { headers?: object }> }>>(paths).flatMap((operations) =>
    Object.values(operations).flatMap(({ responses }) => Object.values(responses).flatMap(({ headers = {} }) => Object.keys(headers))),
  );
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const documented = [
    ...page.matchAll(/`(Rushes-(?!Min-)[A-Za-z-]+|RateLimit[A-Za-z-]*|Retry-After|ETag|Link|Location|Allow|WWW-Authenticate)/g),
  ];
  const exposed = new Set(
    String((await get('/movies')).headers['access-control-expose-headers'])
      .toLowerCase()
      .split(', '),
  );
  // Browsers show these without being told.
  const safe = new Set(['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma']);
  const ofProxies = new Set(['x-accel-buffering']);
  const names = new Set([...described, ...documented.map(([, name]) => name ?? '')].map((name) => name.toLowerCase()));
  expect(names.size).toBeGreaterThan(8);
  expect([...names].filter((name) => !exposed.has(name) && !safe.has(name) && !ofProxies.has(name))).toEqual([]);
});

test('headers say the same', async () => {
  const response = await get('/movies?page_size=1');
  expect(response.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'public, max-age=10, must-revalidate',
    'rushes-batch-version': '1',
    'rushes-completeness': 'complete',
    link: `<${response.json().next}>; rel="next"`,
    vary: 'Accept, Accept-Encoding, Rushes-Min-Position',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  });
  expect((await get('/movies?genre=Nothing')).headers).not.toHaveProperty('link');
});

test('selected fields keep the order of the document', async () => {
  expect((await get('/movies?page_size=1&fields=votes,title')).body).toContain('"data":[{"title":"The Iron Tide","votes":90000}]');
});

test('a 404 for an id says where it stands, and is not kept', async () => {
  const { headers } = await get('/movies/tt9999999');
  const known = (await get('/movies')).headers;
  for (const name of ['rushes-batch-version', 'rushes-completeness']) expect([name, headers[name]]).toEqual([name, known[name]]);
  expect(headers['cache-control']).toBe('no-store');
});

describe('paths and methods', () => {
  test.each(['/nothing', '/movies/tt0000001/nothing', '/Movies'])('%s is 404', async (url) => {
    const response = await get(url);
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404 });
  });

  test.each(['/movies/tt0000001', '/titles', '/top_movies/credits', '/health', '/health/ready', '/metrics', '/openapi.json'])(
    '%s: other methods are 405',
    async (url) => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const response = await service.app.inject({ method, url, payload: 'anything', headers: { 'content-type': 'text/strange' } });
        expect([method, response.statusCode]).toEqual([method, 405]);
        expect(response.headers.allow).toBe('GET, HEAD, OPTIONS');
        expect(response.json()).toMatchObject({ status: 405, title: 'Method Not Allowed' });
      }
    },
  );

  test('an address that is too long is 414, everywhere', async () => {
    for (const url of [`/movies?genre=${'x'.repeat(9_000)}`, `/nothing?${'x'.repeat(9_000)}`, `/movies/${'x'.repeat(101)}`]) {
      const response = await get(url);
      expect(response.statusCode).toBe(414);
      expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    }
  });

  test('an address that cannot be decoded is 400', async () => {
    const response = await get('/movies/%E0%A4%A');
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });
});

describe('a slash at the end', () => {
  test('changes nothing', async () => {
    for (const url of [
      '/movies',
      '/movies/tt0000001',
      '/movies/tt9999999',
      '/top_movies/credits',
      '/health',
      '/metrics',
      '/openapi.json',
      '/docs',
      '/nothing',
    ]) {
      const [plain, slashed] = [await get(url), await get(`${url}/`)];
      expect([url, slashed.statusCode]).toEqual([url, plain.statusCode]);
      // Metrics count, problems have ids, and the page of the documentation has relative addresses.
      if (!/metrics|nothing|tt9999999|docs/.test(url)) expect(slashed.body).toBe(plain.body);
    }
    expect((await get('/movies/?page_size=0')).statusCode).toBe(400);
    const refused = await service.app.inject({ method: 'DELETE', url: '/movies/' });
    expect([refused.statusCode, refused.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS, POST']);
    expect((await service.app.inject({ method: 'POST', url: '/movies/' })).statusCode).toBe(503);
  });
});

describe('bodies, where a route takes one', () => {
  test('too large is 413, of another type 415, garbled 400', async () => {
    const app = buildApp(
      { views: memoryBatchViews(), objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
      { bodyLimitBytes: 100 },
      { logger: recordingLogger([]), metrics: new Registry() },
    );
    // No route takes a body yet: this one stands for those that will.
    app.post('/bodies', async () => ({}));
    const post = (payload: string, type: string) =>
      app.inject({ method: 'POST', url: '/bodies', payload, headers: { 'content-type': type } });
    const statuses = [
      await post(JSON.stringify('x'.repeat(200)), 'application/json'),
      await post('<x/>', 'text/xml'),
      await post('{', 'application/json'),
    ];
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([413, 415, 400]);
    for (const response of statuses) expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    await app.close();
  });
});

describe('request ids', () => {
  test('are the client’s own where they are well formed', async () => {
    const response = await get('/movies/tt9999999', { 'x-request-id': 'client-7.a_B' });
    expect(response.headers['x-request-id']).toBe('client-7.a_B');
    expect(response.json().request_id).toBe('client-7.a_B');
  });

  test.each(['', 'a b', 'a\tb', '{"a":1}', 'x'.repeat(65)])('are made where they are not: %o', async (id) => {
    expect((await get('/health', { 'x-request-id': id })).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

const PREFLIGHT = { origin: 'https://example.org', 'access-control-request-method': 'GET' };

describe('origins', () => {
  test('by default every page may read', async () => {
    const response = await get('/movies', { origin: 'https://example.org' });
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': expect.stringContaining('ETag'),
      'cross-origin-resource-policy': 'cross-origin',
    });
    const preflight = await service.app.inject({
      method: 'OPTIONS',
      url: '/movies',
      headers: { origin: 'https://example.org', 'access-control-request-method': 'GET', 'access-control-request-headers': 'if-none-match' },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'if-none-match',
    });
  });

  test('OPTIONS tells what a path has; a path that nobody has is 404', async () => {
    const ask = async (url: string) => {
      const response = await service.app.inject({ method: 'OPTIONS', url, headers: PREFLIGHT });
      return [response.statusCode, response.headers.allow, response.headers['access-control-allow-methods']];
    };
    expect(await ask('/movies')).toEqual([204, 'GET, HEAD, OPTIONS, POST', 'GET, HEAD, POST']);
    expect(await ask('/movies?genre=Drama')).toEqual([204, 'GET, HEAD, OPTIONS, POST', 'GET, HEAD, POST']);
    expect(await ask('/movies/tt0000001/ratings')).toEqual([204, 'OPTIONS, POST', 'GET, HEAD, POST']);
    expect(await ask('/people/nm0000001/network/')).toEqual([204, 'GET, HEAD, OPTIONS', 'GET, HEAD, POST']);
    expect(await ask('/docs/static/index.css')).toEqual([204, 'GET, HEAD, OPTIONS', 'GET, HEAD, POST']);
    for (const url of ['/nothing', '/movies/tt0000001/nothing', '/movies//ratings', '/people', '/Movies'])
      expect([url, ...(await ask(url))]).toEqual([url, 404, undefined, undefined]);
  });

  test('only the named ones where some are named', async () => {
    const { app } = await startService({ serving: { corsOrigins: ['https://a.example', 'https://b.example'] } });
    const answer = async (origin: string) => (await app.inject({ url: '/movies', headers: { origin } })).headers;
    expect(await answer('https://b.example')).toMatchObject({
      'access-control-allow-origin': 'https://b.example',
      vary: 'Accept, Accept-Encoding, Rushes-Min-Position, Origin',
    });
    expect(await answer('https://c.example')).not.toHaveProperty('access-control-allow-origin');
    for (const [origin, methods] of [
      ['https://b.example', 'GET, HEAD, POST'],
      ['https://c.example', undefined],
    ] as const) {
      const { headers } = await app.inject({ method: 'OPTIONS', url: '/movies', headers: { ...PREFLIGHT, origin } });
      expect([headers.allow, headers['access-control-allow-methods']]).toEqual(['GET, HEAD, OPTIONS, POST', methods]);
      expect(headers.vary).toMatch(/^Origin/);
    }
    expect((await app.inject('/movies')).headers.vary).toBe('Accept, Accept-Encoding, Rushes-Min-Position, Origin');
    await app.close();
  });

  test('none where none is named', async () => {
    const { app } = await startService({ serving: { corsOrigins: [] } });
    const response = await app.inject({ url: '/movies', headers: { origin: 'https://example.org' } });
    expect(response.headers).not.toHaveProperty('access-control-allow-origin');
    expect(response.headers['cross-origin-resource-policy']).toBe('same-origin');
    const options = await app.inject({ method: 'OPTIONS', url: '/movies', headers: PREFLIGHT });
    expect([options.statusCode, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    expect(options.headers).not.toHaveProperty('access-control-allow-methods');
    await app.close();
  });
});
