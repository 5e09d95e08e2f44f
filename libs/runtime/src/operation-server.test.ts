import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { Counter, Registry } from './metrics.ts';
import { type OperationServer, startOperationServer } from './operation-server.ts';

let server: OperationServer;
let holds: boolean;
let answers: boolean;
let clockMs: number;
const onTrouble = (): void => {};
beforeEach(async () => {
  const metrics = new Registry();
  new Counter({ name: 'made_up_total', help: 'made up', registers: [metrics] }).inc(3);
  holds = true;
  answers = true;
  clockMs = 0;
  server = await startOperationServer({
    host: '127.0.0.1',
    port: 0,
    metrics,
    needs: {
      conditions: { lease: () => holds },
      checks: {
        store: async () => {
          if (!answers) throw new Error('down');
        },
      },
    },
    onTrouble,
    elapsedMs: () => clockMs,
  });
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

const ask = async (path: string) => {
  const response = await fetch(`${server.url}${path}`);
  return [response.status, await response.json()];
};
const components = (lease: string, store: string) => ({ components: { lease: { status: lease }, store: { status: store } } });

test('a process that answers is alive, whatever it lacks', async () => {
  [holds, answers] = [false, false];
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
});

test('it is ready while it has all that it needs, and says what is missing', async () => {
  expect(await ask('/health/ready')).toEqual([200, { status: 'ok', ...components('ok', 'ok') }]);
  holds = false;
  expect(await ask('/health/ready')).toEqual([503, { status: 'unavailable', ...components('failing', 'ok') }]);
  [holds, answers] = [true, false];
  clockMs += 60_000;
  expect(await ask('/health/ready')).toEqual([503, { status: 'unavailable', ...components('ok', 'failing') }]);
  answers = true;
  clockMs += 60_000;
  expect(await ask('/health/ready')).toEqual([200, { status: 'ok', ...components('ok', 'ok') }]);
});

test('what it is ready by is measured', async () => {
  const shown = async () =>
    (await (await fetch(`${server.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith('rushes_component_ok{'));
  expect(await shown()).toEqual(['rushes_component_ok{component="lease"} 1', 'rushes_component_ok{component="store"} 1']);
  [holds, answers] = [false, false];
  clockMs += 60_000;
  expect(await shown()).toEqual(['rushes_component_ok{component="lease"} 0', 'rushes_component_ok{component="store"} 0']);
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
  const second = startOperationServer({ host: '127.0.0.1', port, metrics: new Registry(), needs: {}, onTrouble });
  await expect(second).rejects.toThrow(`cannot listen on port ${port} of 127.0.0.1`);
});

test('closing does not wait for connections that are kept open', async () => {
  await (await fetch(`${server.url}/metrics`)).text();
  await server.close();
  await expect(fetch(`${server.url}/metrics`)).rejects.toThrow('fetch failed');
  server = await startOperationServer({ host: '127.0.0.1', port: 0, metrics: new Registry(), needs: {}, onTrouble });
});

test('a client that sends its request slowly is cut, and so is one connection too many', async () => {
  const bounds = { maxConnections: 2, headersTimeoutMs: 60, requestTimeoutMs: 60 };
  const bounded = await startOperationServer({
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    needs: {},
    onTrouble,
    bounds,
  });
  const { hostname, port } = new URL(bounded.url);
  const take = async (): Promise<Socket> => {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  };
  /** All that comes; a reset ends it as well. */
  const readAll = (socket: Socket): Promise<string> =>
    new Promise((resolve) => {
      let all = '';
      socket.on('data', (bytes) => (all += bytes.toString('latin1')));
      socket.on('error', () => {});
      socket.on('close', () => resolve(all));
    });
  const [slow, silent] = [await take(), await take()];
  const timer = setInterval(() => slow.write('x'), 5);
  slow.write('GET /metrics HTTP/1.1\r\nX-Slow: ');
  expect(await readAll(await take())).toBe('');
  expect(await readAll(slow)).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(timer);
  expect(await readAll(silent)).toMatch(/^HTTP\/1\.1 408 /);
  await bounded.close();
});
