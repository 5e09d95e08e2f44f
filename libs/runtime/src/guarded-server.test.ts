import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { guardServer, timeoutOptions } from './guarded-server.ts';

const MINUTE_MS = 60_000;

test('a connection that cannot be accepted ends nothing, and is told of once a minute', async () => {
  const server = createServer();
  const told: string[] = [];
  let nowMs = 0;
  guardServer(
    server,
    { maxConnections: 10 },
    (message, error) => void told.push(`${message}: ${error?.message}`),
    () => nowMs,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fail = (): boolean => server.emit('error', new Error('accept EMFILE'));
  fail();
  nowMs = MINUTE_MS - 1;
  fail();
  expect(told).toEqual(['a connection could not be accepted: accept EMFILE']);
  nowMs = MINUTE_MS;
  fail();
  expect(told).toHaveLength(2);
  expect(server.listening).toBe(true);
  server.close();
});

test('what goes wrong before it listens is left to whoever wanted it to', () => {
  const server = createServer();
  const told: string[] = [];
  guardServer(server, { maxConnections: 10 }, (message) => void told.push(message));
  server.emit('error', new Error('listen EADDRINUSE'));
  expect(told).toEqual([]);
});

test('connections beyond the bound are told of once a minute', async () => {
  const server = createServer();
  const told: string[] = [];
  guardServer(
    server,
    { maxConnections: 1 },
    (message) => void told.push(message),
    () => 0,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const first = connect(port, '127.0.0.1');
  await once(first, 'connect');
  for (let n = 0; n < 3; n += 1)
    await once(
      connect(port, '127.0.0.1')
        .on('error', () => {})
        .resume(),
      'close',
    );
  expect(told).toEqual(['there are 1 connections: further ones are refused']);
  first.destroy();
  server.close();
});

test.each([
  [10_000, 30_000, 10_000, 1_000],
  [30_000, 3_000, 3_000, 300],
  [60, 100, 60, 20],
])('headers within %d ms, all of it within %d ms', (headersTimeoutMs, requestTimeoutMs, headersTimeout, connectionsCheckingInterval) => {
  expect(timeoutOptions({ headersTimeoutMs, requestTimeoutMs })).toEqual({
    headersTimeout,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval,
  });
});
