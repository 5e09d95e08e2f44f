/** The service on a real socket: keep-alive, draining, what is no HTTP. */
import { Agent, get, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { Registry } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { startServing } from '../src/server.ts';
import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { objectStore, recordingLogger } from './service.ts';

/** By default neither idle connections nor requests under way are cut off within a test's time. */
const start = async (drainTimeoutMs = 600_000) => {
  const views = memoryBatchViews();
  await publish(views, 1, 1, CATALOG);
  const server = await startServing(
    { views, objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
    { port: 0, drainTimeoutMs, keepAliveTimeoutMs: 600_000 },
    { logger: recordingLogger([]), metrics: new Registry() },
  );
  return { views, server };
};

const ask = (url: string, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, resolve).on('error', reject);
  });

test('closing finishes what is under way, ends idle connections and takes no new ones', async () => {
  const { views, server } = await start();
  const agent = new Agent({ keepAlive: true });
  const idle = await ask(`${server.url}/movies`, agent);
  expect(idle.headers.connection).toBe('keep-alive');
  await text(idle);
  const gate = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  views.beforeRead = () => {
    reading.resolve();
    return gate.promise;
  };
  const slow = ask(`${server.url}/top_movies`, new Agent({ keepAlive: true }));
  await reading.promise;
  const closed = server.close();
  expect(server.close()).toBe(closed);
  // One that the system took in just before is reset, or answered and ended.
  const refusal = async (): Promise<unknown> => {
    for (;;) {
      const taken = await ask(`${server.url}/movies`, new Agent()).catch((error: unknown) => error);
      if (!(taken instanceof IncomingMessage)) return taken;
      expect(taken.headers.connection).toBe('close');
      await text(taken);
    }
  };
  expect(await refusal()).toMatchObject({ code: expect.stringMatching(/^(ECONNREFUSED|ECONNRESET)$/) });
  gate.resolve();
  const answer = await slow;
  expect(answer.statusCode).toBe(200);
  expect(JSON.parse(await text(answer)).data).toHaveLength(4);
  await closed;
  expect(views.openReaders).toBe(0);
  agent.destroy();
});

test('closing does not wait for ever', async () => {
  const { views, server } = await start(20);
  const reading = Promise.withResolvers<void>();
  views.beforeRead = () => {
    reading.resolve();
    return new Promise(() => {});
  };
  const stuck = ask(`${server.url}/top_movies`, new Agent());
  const failure = stuck.catch((error: Error) => error.message);
  await reading.promise;
  await server.close();
  expect(await failure).toBe('socket hang up');
});

test('what is no HTTP request gets a problem and the end of the connection', async () => {
  const { server } = await start();
  const { port, hostname } = new URL(server.url);
  for (const [bytes, status] of [
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
  }
  await server.close();
});
