/**
 * Whole lists on their way, on real connections: one snapshot from the first row to the last, read no faster than the client reads, given up with the client,
 * and never taken for whole where it is not.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { StoreUnavailable } from '@rushes/ports';
import { Registry } from '@rushes/runtime';
import { afterEach, describe, expect, test, vi } from 'vitest';

import type { ServingOptions } from '../src/options.ts';
import { type RunningServer, startServing } from '../src/server.ts';
import { type FilmFixture, publish } from './catalog.ts';
import { memoryBatchViews, type MemoryBatchViews } from './memory-batch-views.ts';
import { open, parseAnswer, readAll } from './raw-socket.ts';
import { NEVER_TOO_MUCH, objectStore, recordingLogger } from './service.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
const FORMATS = ['ndjson', 'csv', 'arrow', 'parquet'] as const;
/** Longer than anything takes here. */
const NEVER_MS = 600_000;

/** Rows with so many characters that no buffer on the way takes all of them. */
const films = (count: number, title: string): readonly FilmFixture[] =>
  Array.from({ length: count }, (_, n) => ({
    tconst: `tt${String(1_000_000 + n)}`,
    title: `${title} ${n} ${'x'.repeat(1000)}`,
    votes: count - n,
    rating: 50,
  }));
const MANY = { films: films(8_000, 'First'), people: {} };
const OTHERS = { films: films(10, 'Second'), people: {} };

let server: RunningServer;
let views: MemoryBatchViews;
let lines: Record<string, unknown>[];
let metrics: Registry;
const start = async (serving: Partial<ServingOptions> = {}): Promise<void> => {
  views = memoryBatchViews();
  await publish(views, 1, 1, MANY);
  lines = [];
  metrics = new Registry();
  server = await startServing(
    { views, objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
    { port: 0, publicationPollMs: 20, overload: NEVER_TOO_MUCH, ...serving },
    { logger: recordingLogger(lines), metrics },
  );
  await expect.poll(async () => (await fetch(`${server.url}/genres`)).status, PATIENCE).toBe(200);
};
afterEach(async () => {
  views.beforeRead = undefined;
  await server.close();
  // Whatever happened to the streams, nobody holds an artefact any more.
  await vi.waitFor(() => {
    if (views.openReaders > 0) throw new Error(`${views.openReaders} artefacts are still open`);
  }, PATIENCE);
});

const head = (format: string, version = '1.1'): string => `GET /movies?format=${format} HTTP/${version}\r\nHost: x\r\n\r\n`;
/** A client that reads nothing of what it asked for. */
const askAndWait = async (format: string): Promise<Socket> => {
  const socket = await open(server.url);
  socket.pause();
  socket.write(head(format));
  return socket;
};
const outcomes = async (): Promise<string> =>
  (await metrics.metrics())
    .split('\n')
    .filter((line) => line.startsWith('rushes_whole_lists_total'))
    .join();

test('all rows are of the version with which it began, whatever is published meanwhile; its artefacts stay open until the end', async () => {
  await start();
  const before = views.openReaders;
  const response = await fetch(`${server.url}/movies?format=ndjson`);
  await publish(views, 2, 2, OTHERS);
  await expect
    .poll(async () => (await fetch(`${server.url}/movies?count=true&page_size=1`)).json(), PATIENCE)
    .toMatchObject({ total: OTHERS.films.length });
  expect(views.openReaders).toBe(2 * before);
  const rows = (await response.text()).trimEnd().split('\n');
  expect(response.headers.get('rushes-batch-version')).toBe('1');
  expect(rows.map((row) => (JSON.parse(row) as { tconst: string }).tconst)).toEqual(MANY.films.map(({ tconst }) => tconst)); // as: rows of the table
  await expect.poll(() => views.openReaders, PATIENCE).toBe(before);
});

test.each(FORMATS)('%s is read no faster than the client reads', async (format) => {
  await start({ streams: { stallMs: NEVER_MS, maxMs: NEVER_MS } });
  const { reads } = views;
  const socket = await askAndWait(format);
  // It stands still once all buffers are full, before the last of eight pages; Parquet takes too little room for that.
  let last = -1;
  await vi.waitFor(
    () => {
      const now = views.reads;
      const stands = now === last && now > reads;
      last = now;
      expect(stands).toBe(true);
    },
    { timeout: 60_000, interval: 300 },
  );
  if (format !== 'parquet') expect(views.reads - reads).toBeLessThan(8);
  socket.destroy();
});

test.each(FORMATS)('a client that goes ends the reading of %s', async (format) => {
  await start({ streams: { stallMs: NEVER_MS, maxMs: NEVER_MS } });
  const { reads } = views;
  // Time enough between pages to see that the client is gone.
  views.beforeRead = () => sleep(views.reads - reads < 4 ? 0 : 300);
  const socket = await open(server.url);
  socket.write(head(format));
  socket.resume();
  await expect.poll(() => views.reads - reads, PATIENCE).toBeGreaterThanOrEqual(4);
  socket.destroy();
  await expect.poll(outcomes, PATIENCE).toContain('outcome="left"');
  expect(views.reads - reads).toBeLessThan(8);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test.each([
  ['takes nothing', { stallMs: 200, maxMs: NEVER_MS }],
  ['takes too long altogether', { stallMs: NEVER_MS, maxMs: 200 }],
])('a client that %s is cut off', async (_name, streams) => {
  await start({ streams });
  const socket = await askAndWait('ndjson');
  await expect.poll(outcomes, PATIENCE).toContain('outcome="slow"');
  const all = await readAll(socket.resume());
  expect(all.endsWith('0\r\n\r\n')).toBe(false);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

describe('what fails in the middle is not taken for whole', () => {
  const failAtPage = (page: number): void => {
    const { reads } = views;
    views.beforeRead = async () => {
      if (views.reads - reads >= page) throw new StoreUnavailable({ location: 'memory', operation: 'list', reason: 'is away' });
    };
  };
  test.each([...FORMATS, 'ndjson, encoded'])('%s', async (format) => {
    await start();
    failAtPage(5);
    const [name = '', encoded] = format.split(', ');
    const headers = { 'accept-encoding': encoded === undefined ? 'identity' : 'gzip' };
    const whole = fetch(`${server.url}/movies?format=${name}`, { headers }).then((response) => response.arrayBuffer());
    await expect(whole).rejects.toThrow(/terminated|fetch failed|other side closed/);
    await expect.poll(outcomes, PATIENCE).toContain('outcome="failed"');
    expect(lines.filter(({ level }) => level === 'error').map(({ msg }) => msg)).toEqual(['a whole list was cut off in the middle']);
  });

  test('also by a client of HTTP/1.0, for which the end of the connection is the end of the answer', async () => {
    await start();
    failAtPage(5);
    const socket = await open(server.url);
    const failed = new Promise((resolve) => socket.once('error', resolve));
    const all = readAll(socket);
    socket.write(head('csv', '1.0'));
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
    await all;
  });

  test('what fails before the first row is answered as anywhere else', async () => {
    await start();
    failAtPage(0);
    const response = await fetch(`${server.url}/movies?format=csv`);
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
    expect([response.headers.get('content-disposition'), response.headers.get('retry-after')]).toEqual([null, '5']);
  });

  test('a first page that takes too long is 503', async () => {
    await start({ handlerTimeoutMs: 50 });
    const held = Promise.withResolvers<void>();
    views.beforeRead = () => held.promise;
    const response = await fetch(`${server.url}/movies?format=csv`);
    held.resolve();
    expect(response.status).toBe(503);
  });
});

test('only so many are on their way at once; others are told to come later, and pages are answered all the same', async () => {
  await start({ streams: { stallMs: NEVER_MS, maxMs: NEVER_MS }, overload: { ...NEVER_TOO_MUCH, maxWaitMs: 100 } });
  const sockets = await Promise.all(Array.from({ length: 4 }, () => askAndWait('ndjson')));
  await expect.poll(async () => (await metrics.metrics()).split('\n'), PATIENCE).toContain('rushes_whole_lists 4');
  const fifth = await fetch(`${server.url}/movies?format=csv`);
  expect([fifth.status, fifth.headers.get('retry-after'), ((await fifth.json()) as { detail: string }).detail]).toEqual([
    503,
    '5',
    'Too many whole lists are on their way: try again in 5 s.',
  ]);
  expect((await fetch(`${server.url}/movies?page_size=1`)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  await expect.poll(async () => (await fetch(`${server.url}/genres?format=csv`)).status, PATIENCE).toBe(200);
});

test('a connection goes on after a whole list', async () => {
  await start();
  const socket = await open(server.url);
  const all = readAll(socket);
  socket.write(`${head('csv')}GET /genres?format=csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const text = await all;
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(parseAnswer(text).headers['transfer-encoding']).toBe('chunked');
});
