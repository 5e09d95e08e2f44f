/** Clients that send slowly, not at all, or never read: each setting means what it says. */
import type { Socket } from 'node:net';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { Registry } from '@rushes/runtime';
import { expect, test } from 'vitest';

import type { ServingOptions } from '../src/options.ts';
import { startServing } from '../src/server.ts';
import { publish } from './catalog.ts';
import { startEntrances } from './entrance-service.ts';
import { CATALOG } from './films.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { exchange, open, parseAnswer, readAll } from './raw-socket.ts';
import { objectStore, recordingLogger } from './service.ts';

const NEVER_MS = 3_600_000;

const start = async (serving: Partial<ServingOptions>) => {
  const views = memoryBatchViews();
  await publish(views, 1, 1, CATALOG);
  const lines: Record<string, unknown>[] = [];
  const server = await startServing(
    { views, objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
    { port: 0, keepAliveTimeoutMs: NEVER_MS, ...serving },
    { logger: recordingLogger(lines), metrics: new Registry() },
  );
  return { server, lines };
};

const HEAD = 'POST /movies HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n';

/** One byte after the other, until the connection ends. */
const trickle = (socket: Socket, byte: string): NodeJS.Timeout => {
  const timer = setInterval(() => socket.write(byte), 5);
  socket.on('close', () => clearInterval(timer));
  return timer;
};

/** Nothing else would end these connections within the hour. */
test.each([
  ['nothing', { headersTimeoutMs: 60 }, '', ''],
  ['a head that never ends', { headersTimeoutMs: 60 }, 'GET /genres HTTP/1.1\r\nX-Slow: ', 'x'],
  ['a head, where the whole has less time', { headersTimeoutMs: NEVER_MS, requestTimeoutMs: 60 }, 'GET /genres HTTP/1.1\r\nX-Slow: ', 'x'],
])('who sends %s is told 408 and cut', async (_name, serving, first, byte) => {
  const { server } = await start({ requestTimeoutMs: NEVER_MS, ...serving });
  const socket = await open(server.url);
  const all = readAll(socket);
  socket.write(first);
  if (byte !== '') trickle(socket, byte);
  const { status, headers, body } = parseAnswer(await all);
  expect([status, headers['content-type'], headers['connection']]).toEqual([408, 'application/problem+json; charset=utf-8', 'close']);
  expect(JSON.parse(body)).toMatchObject({ status: 408, request_id: headers['x-request-id'] });
  await server.close();
});

test('who sends a body one byte after the other is cut, also on a connection that was used before', async () => {
  const { server, lines } = await start({ headersTimeoutMs: NEVER_MS, requestTimeoutMs: 100 });
  const socket = await open(server.url);
  const all = readAll(socket);
  socket.write('GET /genres HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(HEAD);
  trickle(socket, 'x');
  // Refused for want of a log before its body was read; what follows is that nobody sends on.
  expect((await all).match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503', 'HTTP/1.1 408']);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  await server.close();
});

test('a slow body that is wanted is answered once, with 408, and nothing of it is kept', async () => {
  const service = await startEntrances({ serving: { requestTimeoutMs: 100 } });
  const { text } = await service.makeKey('writer');
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  const socket = await open(url);
  const all = readAll(socket);
  socket.write(`${HEAD.replace('1000000', '60000').slice(0, -2)}X-API-Key: ${text}\r\n\r\n{"title":"x"}`);
  trickle(socket, ' ');
  expect((await all).match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 408']);
  expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(await service.events()).toEqual([]);
  await service.close();
});

test('beyond the bound, connections are refused; idle ones make room for who comes next', async () => {
  const { server, lines } = await start({ maxConnections: 3 });
  const used = await open(server.url);
  used.write('GET /genres HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => used.once('data', resolve));
  const ended = readAll(used);
  const silent = [await open(server.url), await open(server.url)];
  expect(await readAll(await open(server.url))).toBe('');
  await ended;
  const { status } = await exchange(server.url, 'GET /genres HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(status).toBe(200);
  expect(lines.filter(({ level, msg }) => level === 'warn' && String(msg).includes('3 connections'))).toHaveLength(1);
  for (const socket of silent) socket.destroy();
  await server.close();
});
