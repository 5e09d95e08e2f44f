/** Rate limit, overload, nothing published, health and metrics. */
import { ArtefactDamagedError, type RateLimitDecision, type RateLimiter, StoreFault, StoreUnavailable } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { recordingLogger, startService } from './service.ts';

const DATA_URLS = ['/movies', '/movies/tt0000001', '/titles', '/genres', '/top_movies', '/top_actors', '/people/nm0000001', '/catalog'];
const OTHER_URLS = ['/health', '/health/live', '/health/ready', '/metrics', '/openapi.json', '/', '/docs', '/docs/static/index.css'];

/** Lets `burst` requests of each client pass, for ever. */
const limiter = (burst: number): RateLimiter & { readonly clients: string[] } => {
  const left = new Map<string, number>();
  const clients: string[] = [];
  return {
    perMinute: 60,
    burst,
    clients,
    take: async (client): Promise<RateLimitDecision> => {
      clients.push(client);
      const tokens = left.get(client) ?? burst;
      left.set(client, Math.max(0, tokens - 1));
      return { allowed: tokens > 0, remaining: Math.max(0, tokens - 1), retryAfterS: tokens > 0 ? 0 : 1, resetS: burst - tokens + 1 };
    },
  };
};

describe('the rate limit', () => {
  test('is told in headers, and refuses with 429', async () => {
    const { app, metrics } = await startService({ rateLimiter: limiter(2) });
    const first = await app.inject('/movies');
    expect(first.headers).toMatchObject({ 'ratelimit-policy': '"requests";q=2;w=2', ratelimit: '"requests";r=1;t=1' });
    // Unknown paths and bad requests cost as well.
    expect((await app.inject('/nothing')).headers.ratelimit).toBe('"requests";r=0;t=2');
    const refused = await app.inject('/movies');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({
      'retry-after': '1',
      ratelimit: '"requests";r=0;t=3',
      'content-type': 'application/problem+json; charset=utf-8',
    });
    expect(refused.json()).toMatchObject({
      status: 429,
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      'violated-policies': ['requests'],
      detail: 'More than 2 requests at once, or 60 a minute: try again in 1 s.',
    });
    expect(await metrics.metrics()).toContain('rushes_http_rate_limited_total 1');
    await app.close();
  });

  test('is not for probes, metrics and documentation', async () => {
    const rateLimiter = limiter(0);
    const { app } = await startService({ rateLimiter });
    for (const url of OTHER_URLS) expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
    expect(rateLimiter.clients).toEqual([]);
    for (const url of DATA_URLS) expect([url, (await app.inject(url)).statusCode]).toEqual([url, 429]);
    await app.close();
  });

  test('is by address, which only a trusted proxy may tell', async () => {
    const plain = limiter(9);
    const proxied = limiter(9);
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    for (const [rateLimiter, trustProxy] of [
      [plain, []],
      [proxied, ['loopback']],
    ] as const) {
      const { app } = await startService({ rateLimiter, serving: { trustProxy } });
      await app.inject({ url: '/movies', headers });
      await app.close();
    }
    const mapped = limiter(9);
    const { app } = await startService({ rateLimiter: mapped, serving: { trustProxy: ['loopback'] } });
    for (const ip of ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '2001:db8:0:2::1', '::ffff:203.0.113.7'])
      await app.inject({ url: '/movies', headers: { 'x-forwarded-for': ip } });
    await app.close();
    expect(mapped.clients).toEqual(['2001:db8:0:1::/64', '2001:db8:0:1::/64', '2001:db8:0:2::/64', '203.0.113.7']);
    expect(plain.clients).toEqual(['127.0.0.1']);
    expect(proxied.clients).toEqual(['203.0.113.7']);
  });

  test('lets requests pass when the limiter fails', async () => {
    const lines: Record<string, unknown>[] = [];
    const broken: RateLimiter = { perMinute: 1, burst: 1, take: () => Promise.reject(new Error('no connection')) };
    const { app } = await startService({ rateLimiter: broken, logger: recordingLogger(lines) });
    expect((await app.inject('/movies')).statusCode).toBe(200);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', msg: expect.stringContaining('rate limiter') }));
    await app.close();
  });
});

test('an overloaded process refuses with 503, but answers probes', async () => {
  const overload = { maxEventLoopDelayMs: 0, maxHeapBytes: 1, maxRssBytes: 0, maxWaitMs: 0, sampleIntervalMs: 10, retryAfterS: 7 };
  const { app, metrics } = await startService({ serving: { overload } });
  let refused = await app.inject('/movies');
  for (let tries = 0; refused.statusCode === 200 && tries < 200; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    refused = await app.inject('/movies');
  }
  expect(refused.statusCode).toBe(503);
  expect(refused.headers).toMatchObject({
    'retry-after': '7',
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  });
  expect(refused.json()).toMatchObject({ status: 503, detail: expect.stringContaining('heapUsedBytes') });
  for (const url of ['/health', '/health/live', '/health/ready', '/metrics'])
    expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
  expect(await metrics.metrics()).toContain('rushes_http_shed_total 1');
  await app.close();
});

describe('before the first publication', () => {
  test('data is 503, the process alive but not ready', async () => {
    const { app, views } = await startService({ catalog: undefined });
    for (const url of DATA_URLS) {
      const response = await app.inject(url);
      expect([url, response.statusCode]).toEqual([url, 503]);
      expect(response.headers).toMatchObject({ 'retry-after': '5', 'content-type': 'application/problem+json; charset=utf-8' });
    }
    expect((await app.inject('/health/live')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/health/ready')).statusCode).toBe(503);
    const health = await app.inject('/health');
    expect(health.statusCode).toBe(503);
    expect(health.json()).toMatchObject({ status: 'unavailable', components: { batch: { status: 'unavailable' } } });
    expect((await app.inject('/openapi.json')).statusCode).toBe(200);
    await publish(views, 1, 1, CATALOG);
    await app.snapshots.poll();
    for (const url of [...DATA_URLS, '/health/ready']) expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
    await app.close();
  });
});

test('health says what is served, and that looking for more fails', async () => {
  const { app, views } = await startService();
  const batch = { publication: 1, version: 1, published_at: '2026-03-01T10:01:30.000Z', age_s: 3510 };
  expect((await app.inject('/health')).json()).toMatchObject({ status: 'ok', components: { batch: { status: 'ok', ...batch } } });
  views.failure = new Error('/secret/place is gone');
  await app.snapshots.poll();
  const health = await app.inject('/health');
  expect(health.statusCode).toBe(200);
  expect(health.json()).toMatchObject({ status: 'degraded', components: { batch: { status: 'degraded', ...batch } } });
  expect(health.body).not.toContain('secret');
  expect((await app.inject('/movies')).statusCode).toBe(200);
  await app.close();
});

test('metrics count by route pattern and status class, never by address', async () => {
  const { app, metrics, views } = await startService();
  for (const url of ['/movies/tt0000001', '/movies/tt0000001', '/movies/tt9999999', '/movies?page_size=0', '/secret-path'])
    await app.inject(url);
  views.failure = new Error('gone');
  await app.snapshots.poll();
  const text = await metrics.metrics();
  expect(text).toContain('rushes_http_request_duration_seconds_count{route="/movies/:id",status="2xx"} 2');
  expect(text).toContain('rushes_http_request_duration_seconds_count{route="/movies/:id",status="4xx"} 1');
  expect(text).toContain('rushes_http_request_duration_seconds_count{route="/movies",status="4xx"} 1');
  expect(text).toContain('rushes_http_request_duration_seconds_count{route="unmatched",status="4xx"} 1');
  expect(text).toContain('rushes_response_cache_total{result="hit"} 1');
  expect(text).toContain('rushes_response_cache_total{result="miss"} 2');
  expect(text).toContain('rushes_publication_number 1');
  expect(text).toContain('rushes_batch_version 1');
  expect(text).toContain('rushes_snapshot_age_seconds 3510');
  expect(text).toContain('rushes_publication_poll_failures_total 1');
  expect(text).not.toMatch(/tt0000001|secret-path/);
  await app.close();
});

test('a store that is out of reach is 503, anything else 500 with its reason in the log alone', async () => {
  const lines: Record<string, unknown>[] = [];
  const { app, views } = await startService({ logger: recordingLogger(lines) });
  views.beforeRead = () => Promise.reject(new StoreUnavailable({ location: 'mongodb://10.0.0.1', operation: 'list', reason: 'is away' }));
  const unreachable = await app.inject('/movies');
  expect([unreachable.statusCode, unreachable.headers['retry-after']]).toEqual([503, '5']);
  expect(unreachable.body).not.toContain('10.0.0.1');
  views.beforeRead = () => Promise.reject(new StoreFault({ location: '/data/views', reason: 'is missing', hint: 'Mount the disk.' }));
  const out = await app.inject('/movies');
  expect([out.statusCode, out.headers['retry-after']]).toEqual([503, '60']);
  expect(out.body).not.toMatch(/data|disk/);
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'error', err: expect.objectContaining({ location: '/data/views', hint: 'Mount the disk.' }) }),
  );
  views.beforeRead = () => Promise.reject(new ArtefactDamagedError('/data/views/titles.sqlite is damaged'));
  const damaged = await app.inject('/movies');
  expect([damaged.statusCode, damaged.headers['retry-after'], damaged.headers['content-type']]).toEqual([
    503,
    '60',
    'application/problem+json; charset=utf-8',
  ]);
  expect(damaged.body).not.toContain('/data');
  expect(lines).toContainEqual(expect.objectContaining({ level: 'error', err: expect.objectContaining({ type: 'ArtefactDamagedError' }) }));
  views.beforeRead = () => Promise.reject(new Error('bug at line 7'));
  const failed = await app.inject({ url: '/movies', headers: { 'x-request-id': 'find-me' } });
  expect(failed.statusCode).toBe(500);
  expect(failed.body).not.toContain('line 7');
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'error', requestId: 'find-me', err: expect.objectContaining({ message: 'bug at line 7' }) }),
  );
  await app.close();
});
