/** What spans say of requests and of events on their way into answers, and what they do not say. */
import { once } from 'node:events';
import { connect } from 'node:net';

import type { EventLog } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type EntranceService, startEntrances } from './entrance-service.ts';
import { type RecordedSpans, recordSpans } from './recorded-spans.ts';

const RATINGS = '/movies/tt0000001/ratings';
const POST = 'POST /movies/:id/ratings';
const CALLER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

let traced: RecordedSpans;
let service: EntranceService;
let key = '';
const begin = async (wrapLog?: (log: EventLog) => EventLog): Promise<void> => {
  traced = recordSpans();
  service = await startEntrances({ tracing: traced.tracing, ...(wrapLog === undefined ? {} : { wrapLog }) });
  key = (await service.makeKey('writer')).text;
};
beforeEach(() => begin());
afterEach(() => service.close());

const rate = (headers: Readonly<Record<string, string>> = {}) =>
  service.app.inject({ method: 'POST', url: RATINGS, payload: { score: 10 }, headers: { 'x-api-key': key, ...headers } });
const PATIENT = { timeout: 10_000, interval: 5 };

test('an event that is posted has a span for its request, its append, and until answers show it', async () => {
  expect((await rate({ traceparent: CALLER })).statusCode).toBe(202);
  const [post, append, visible] = [POST, 'append', 'visible'].map((name) => traced.named(name));
  expect(post).toMatchObject({ parentId: '00f067aa0ba902b7', failed: undefined });
  await expect.poll(() => post?.isEnded, PATIENT).toBe(true);
  expect(append).toMatchObject({ parentId: post?.spanId, isEnded: true, attributes: { 'rushes.offset': 0 } });
  expect(visible).toMatchObject({ parentId: append?.spanId, isEnded: false });
  await service.app.snapshots.poll();
  expect(visible?.isEnded).toBe(false);
  await service.project();
  await service.app.snapshots.poll();
  await expect.poll(() => visible?.isEnded, PATIENT).toBe(true);
  expect(visible?.failed).toBeUndefined();
});

test('a service that ends before answers show an event says so', async () => {
  await rate();
  await service.app.close();
  service.app.waits.stop();
  await expect.poll(() => traced.named('visible'), PATIENT).toMatchObject({ isEnded: true, failed: 'not_shown' });
});

test('a request that is sent again is appended once', async () => {
  for (let n = 0; n < 3; n += 1) expect((await rate({ 'idempotency-key': 'once' })).statusCode).toBe(202);
  expect(traced.spans.map(({ name }) => name)).toEqual([POST, 'append', 'visible', POST, POST]);
});

test('an append that fails is a failed span, as is its request, and nothing is waited for', async () => {
  await service.close();
  await begin((log) => ({ ...log, append: () => Promise.reject(new RangeError('no room')) }));
  expect((await rate()).statusCode).toBe(503);
  expect(traced.named('append')).toMatchObject({ failed: 'RangeError', isEnded: true });
  await expect.poll(() => traced.named(POST)?.failed, PATIENT).toBe('503');
  expect(traced.spans).toHaveLength(2);
  expect(service.lines.find(({ msg }) => msg === 'an event could not be appended')).toBeDefined();
});

test('a span tells of a request its route and its status, and neither ids nor what was looked for nor who asked', async () => {
  const secrets = ['tt0000001', 'secret', key, '203.0.113.7', 'somebody@example.org', 'agent'];
  const headers = { 'x-api-key': key, 'user-agent': 'agent', 'x-forwarded-for': '203.0.113.7', from: 'somebody@example.org' };
  for (const url of [
    '/movies/tt0000001?batch_version=1',
    '/movies?title=secret',
    '/movies/tt0000001/titles',
    '/secret/tt0000001',
    '/movies?secret=1',
  ])
    await service.app.inject({ url, headers });
  expect(traced.spans.map(({ name, attributes }) => [name, attributes['http.response.status_code']])).toEqual([
    ['GET /movies/:id', 200],
    ['GET /movies', 400],
    ['GET /movies/:id/titles', 200],
    ['GET', 404],
    ['GET /movies', 400],
  ]);
  expect(traced.spans.map(({ failed }) => failed)).toEqual(traced.spans.map(() => undefined));
  const told = JSON.stringify(traced.spans);
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
});

test('what asks how the process is, and documentation, is not traced', async () => {
  for (const url of ['/health', '/health/live', '/health/ready', '/metrics', '/', '/docs', '/openapi.json'])
    await service.app.inject({ url });
  expect(traced.spans).toEqual([]);
});

test('a request whose client goes away has a span that ends', async () => {
  const url = new URL(await service.app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.write(
    `POST ${RATINGS} HTTP/1.1\r\nhost: a\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: 12\r\nprefer: wait=30\r\n\r\n{"score": 1}`,
  );
  await expect.poll(() => traced.named('visible'), PATIENT).toBeDefined();
  socket.destroy();
  await expect.poll(() => traced.named(POST), PATIENT).toMatchObject({ isEnded: true, failed: 'connection_closed' });
});
