import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { Counter, Registry } from './metrics.ts';
import { type OperationServer, startOperationServer } from './operation-server.ts';

let server: OperationServer;
let live: boolean;
const onTrouble = (): void => {};
beforeEach(async () => {
  const metrics = new Registry();
  new Counter({ name: 'made_up_total', help: 'made up', registers: [metrics] }).inc(3);
  live = true;
  server = await startOperationServer({ host: '127.0.0.1', port: 0, metrics, isLive: () => live, onTrouble });
});
afterEach(() => server.close());

test('it has the metrics', async () => {
  const response = await fetch(`${server.url}/metrics?x=1`);
  expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
    200,
    expect.stringContaining('text/plain'),
    'no-store',
  ]);
  expect(await response.text()).toContain('made_up_total 3');
});

test('it says whether the process does its work', async () => {
  const ask = async () => {
    const response = await fetch(`${server.url}/health/live`);
    return [response.status, await response.json()];
  };
  expect(await ask()).toEqual([200, { status: 'ok' }]);
  live = false;
  expect(await ask()).toEqual([503, { status: 'unavailable' }]);
});

test.each([
  ['GET', '/', 404],
  ['GET', '/health', 404],
  ['POST', '/metrics', 405],
  ['HEAD', '/metrics', 200],
])('%s %s is answered with %d', async (method, path, status) => {
  const response = await fetch(`${server.url}${path}`, { method });
  await response.text();
  expect(response.status).toBe(status);
});

test('a port that is taken is named', async () => {
  const port = Number(new URL(server.url).port);
  const second = startOperationServer({ host: '127.0.0.1', port, metrics: new Registry(), isLive: () => true, onTrouble });
  await expect(second).rejects.toThrow(`cannot listen on port ${port} of 127.0.0.1`);
});

test('closing does not wait for connections that are kept open', async () => {
  await (await fetch(`${server.url}/metrics`)).text();
  const startedMs = performance.now();
  await server.close();
  expect(performance.now() - startedMs).toBeLessThan(1000);
  await expect(fetch(`${server.url}/metrics`)).rejects.toThrow('fetch failed');
  server = await startOperationServer({ host: '127.0.0.1', port: 0, metrics: new Registry(), isLive: () => true, onTrouble });
});

test('a client that sends its request slowly is cut, and so is one connection too many', async () => {
  const bounds = { maxConnections: 2, headersTimeoutMs: 60, requestTimeoutMs: 60 };
  const bounded = await startOperationServer({
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    isLive: () => true,
    onTrouble,
    bounds,
  });
  const { hostname, port } = new URL(bounded.url);
  const take = async (): Promise<Socket> => {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  };
  const [slow, silent] = [await take(), await take()];
  const timer = setInterval(() => slow.write('x'), 5);
  slow.write('GET /metrics HTTP/1.1\r\nX-Slow: ');
  expect(await text(await take())).toBe('');
  expect(await text(slow)).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(timer);
  expect(await text(silent)).toMatch(/^HTTP\/1\.1 408 /);
  await bounded.close();
});
