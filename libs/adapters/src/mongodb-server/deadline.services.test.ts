/** A network that swallows what is sent, between a client with one connection and its server: what is asked ends in time, and frees the connection. */
import { connect, createServer, type Server } from 'node:net';

import { type ApiKeyStore, type BatchViewStore, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import { batches, film, FILMS } from '@rushes/ports/contracts/films';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openMongodbApiKeys } from '../mongodb-api-keys/index.ts';
import { openMongodbBatchViews } from '../mongodb-batch-views/index.ts';
import { noMongodb, type TestDatabase, testDatabase } from './databases-for-tests.ts';

/** Far below what the driver itself waits for a server that does not answer. */
const LIMITS = { requestTimeoutMs: 1_500, scanTimeoutMs: 1_500, buildTimeoutMs: 1_500, connectTimeoutMs: 60_000 };
const KEY = { id: '0011', secretHash: '', name: 'a', role: 'reader', createdAtMs: 1, expiresAtMs: null, revokedAtMs: null } as const;
const ROWS = Array.from({ length: 20 }, (_, n) => film({ id: `id ${n}` }));

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

// Through the proxy a server elsewhere would be known by another name than its own.
describe.skipIf(noMongodb !== undefined || process.env['RUSHES_TEST_MONGODB_URL'] !== undefined)('deadlines', () => {
  const network = { swallows: false };
  let place: TestDatabase;
  let proxy: Server;
  let views: BatchViewStore;
  let keys: ApiKeyStore;
  beforeEach(async () => {
    place = await testDatabase();
    const [host = '', port] = (place.options.hosts[0] ?? '').split(':');
    proxy = createServer((client) => {
      const server = connect(Number(port), host);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        from.on('data', (bytes) => {
          if (!network.swallows) to.write(bytes);
        });
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const hosts = [`127.0.0.1:${typeof address === 'object' ? address?.port : 0}`];
    views = await openMongodbBatchViews({ ...place.options, hosts, connections: 1, limits: LIMITS });
    keys = await openMongodbApiKeys({ ...place.options, hosts, connections: 1, limits: LIMITS });
    await views.build('films', FILMS, batches(ROWS));
  });
  afterEach(async () => {
    network.swallows = false;
    await views.close();
    await keys.close();
    await place.drop();
    proxy.close();
  });

  test('every kind of call ends in time, and the one connection serves the next call', async () => {
    const reader = await views.open('films');
    const list = { where: [], sort: [{ column: 'year', desc: false }], limit: 5 };
    const calls: Readonly<Record<string, readonly [kind: 'read' | 'write', call: () => Promise<unknown>]>> = {
      get: ['read', () => reader.get('id 1', {})],
      getMany: ['read', () => reader.getMany(['id 1'], {})],
      list: ['read', () => reader.list(list)],
      'a list that is sorted by the server': ['read', () => reader.list({ ...list, sort: [{ column: 'code', desc: false }] })],
      count: ['read', () => reader.count([{ column: 'year', op: 'missing' }])],
      verify: ['read', () => views.verify('films', { again: true })],
      currentPublication: ['read', () => views.currentPublication()],
      retire: ['write', () => views.retire(['films'])],
      revive: ['write', () => views.revive(['films'])],
      build: ['write', () => views.build('others', FILMS, batches(ROWS))],
      'add a key': ['write', () => keys.add(KEY)],
      'find a key': ['read', () => keys.find(KEY.id)],
    };
    for (const [name, [kind, call]] of Object.entries(calls)) {
      network.swallows = true;
      const beganMs = performance.now();
      const failure = await caught(call());
      expect([name, performance.now() - beganMs < 2_000]).toEqual([name, true]);
      expect([name, failure]).toEqual([name, expect.any(kind === 'read' ? StoreUnavailable : WriteInDoubtError)]);
      network.swallows = false;
      expect([name, await views.rowCount('films'), await keys.list()]).toEqual([name, 20, []]);
    }
    await reader.close();
  });

  test('a signal ends a call at once, with its reason', async () => {
    const reader = await views.open('films');
    network.swallows = true;
    for (const call of [
      (signal: AbortSignal) => reader.list({ where: [], sort: [], limit: 5 }, { signal }),
      (signal: AbortSignal) => reader.count([{ column: 'year', op: 'missing' }], { signal }),
      (signal: AbortSignal) => reader.getMany(['id 1'], {}, { signal }),
      (signal: AbortSignal) => views.verify('films', { again: true, signal }),
    ]) {
      const beganMs = performance.now();
      const signal = AbortSignal.timeout(50);
      expect(await caught(call(signal))).toBe(signal.reason);
      expect(performance.now() - beganMs).toBeLessThan(1_400);
    }
    await reader.close();
  });
});
