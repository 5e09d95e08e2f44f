/** What HTTP itself asks of a request, on a real socket: every fault is answered with the same kind of problem. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { Registry } from '@rushes/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type RunningServer, startServing } from '../src/server.ts';
import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { exchange } from './raw-socket.ts';
import { objectStore, recordingLogger } from './service.ts';

let server: RunningServer;
beforeAll(async () => {
  const views = memoryBatchViews();
  await publish(views, 1, 1, CATALOG);
  server = await startServing(
    { views, objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
    { port: 0 },
    { logger: recordingLogger([]), metrics: new Registry() },
  );
});
afterAll(() => server.close());

const HOST = 'Host: example.org\r\n';

/** A request whose answer ends the connection. */
const ask = (line: string, headers: string) => exchange(server.url, `${line}\r\n${headers}Connection: close\r\n\r\n`);

const expectProblem = ({ status, headers, body }: Awaited<ReturnType<typeof ask>>, expected: number) => {
  expect(status).toBe(expected);
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' });
  const problem = JSON.parse(body) as Record<string, unknown>; // as: a problem is an object
  expect(problem).toMatchObject({ status: expected, request_id: headers['x-request-id'], detail: expect.stringMatching(/./) });
  return problem;
};

test.each([
  'Host: a\r\nHost: b\r\n',
  'Host: a\r\nhost: a\r\n',
  '',
  'X-Host: a\r\n',
  ...['', 'a b', 'a/b', 'a:b', 'a:70000', 'a:1:2', 'http://a', 'a@b', '[::1', '[1.2.3.4]', '::1', 'a%zz', 'a?b', 'a, b', 'ä', 'a"'].map(
    (host) => `Host: ${host}\r\n`,
  ),
])('a Host that is none: %j', async (headers) => {
  for (const line of ['GET /genres HTTP/1.1', 'GET /nothing HTTP/1.1', 'OPTIONS /genres HTTP/1.1', 'POST /genres HTTP/1.1']) {
    const problem = expectProblem(await ask(line, headers), 400);
    expect(problem['errors']).toEqual([{ in: 'header', name: 'Host', detail: expect.stringMatching(/./) }]);
  }
});

test.each([
  'example.org',
  'example.org:8080',
  'example.org:',
  'EXAMPLE.org',
  '127.0.0.1:1',
  '[::1]:80',
  '[::ffff:1.2.3.4]',
  'my_host',
  'xn--bcher-kva.example',
  'a%20b',
  'localhost.',
])('a Host that is one: %s', async (host) => {
  expect((await ask('GET /genres HTTP/1.1', `Host: ${host}\r\n`)).status).toBe(200);
});

test('HTTP/1.0 needs no Host, but not two either', async () => {
  expect((await ask('GET /genres HTTP/1.0', '')).status).toBe(200);
  expectProblem(await ask('GET /genres HTTP/1.0', HOST + HOST), 400);
});

test('an address with a scheme is its path', async () => {
  expect((await ask('GET http://example.org/genres HTTP/1.1', HOST)).status).toBe(200);
});

test.each(['foo', '100-continue, foo', '200-ok'])('Expect: %s is 417', async (expectation) => {
  const answer = await ask('GET /genres HTTP/1.1', `${HOST}Expect: ${expectation}\r\n`);
  expect(expectProblem(answer, 417)['title']).toBe('Expectation Failed');
});

test('Expect: 100-continue is met', async () => {
  expect((await ask('GET /genres HTTP/1.1', `${HOST}Expect: 100-Continue\r\n`)).status).toBe(100);
});

test.each([
  ['GET /genres HTTP/1.1', 'Content-Length: 1\r\nContent-Length: 2\r\n', 400],
  ['GET /genres HTTP/1.1', 'Content-Length: -1\r\n', 400],
  ['GET /genres HTTP/1.1', 'no header\r\n', 400],
  ['GET /genres HTTP/1.1', `X-Long: ${'x'.repeat(20_000)}\r\n`, 431],
  ['GET genres HTTP/1.1', '', 400],
  ['GET /genres HTTP/7.1', '', 400],
  ['NONSENSE /genres HTTP/1.1', '', 400],
  ['CONNECT example.org:443 HTTP/1.1', '', 405],
  ['PROPFIND /genres HTTP/1.1', '', 405],
  ['TRACE /genres HTTP/1.1', '', 405],
  ['QUERY /movies HTTP/1.1', '', 405],
  ['PROPFIND /nothing HTTP/1.1', '', 404],
  ['OPTIONS /nothing HTTP/1.1', '', 404],
])('%s with %j', async (line, headers, status) => {
  const answer = await ask(line, HOST + headers);
  expect(expectProblem(answer, status)['type']).toBe('about:blank');
  if (status === 405) expect(answer.headers['allow']).toMatch(/GET, HEAD, OPTIONS/);
});

test.each(['/genres', '*'])('OPTIONS %s', async (target) => {
  const { status, headers, body } = await ask(`OPTIONS ${target} HTTP/1.1`, HOST);
  expect([status, headers['allow']?.startsWith('GET, HEAD, OPTIONS'), body]).toEqual([204, true, '']);
});
