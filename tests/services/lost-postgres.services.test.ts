/** A server of PostgreSQL that is killed and started again while it is read and built on, and one that has become a standby. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openPostgresApiKeys } from '@rushes/adapters/postgres-api-keys';
import { checkPostgresBatchViews, openPostgresBatchViews, type PostgresOptions } from '@rushes/adapters/postgres-batch-views';
import { type ArtefactRow, type BatchViewStore, type Publication, StoreFault, StoreUnavailable } from '@rushes/ports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from '../../tools/services/postgres.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';

const ROWS = 2_000;
const SOON = { timeout: 60_000 };
const LAYOUT = {
  key: 'id',
  columns: { n: 'integer' },
  documents: [],
  lookups: [],
  sorts: [{ columns: ['n'], directions: 'both' }],
  filters: ['n'],
} as const;

async function* rows(count = ROWS): AsyncGenerator<readonly ArtefactRow[]> {
  yield Array.from({ length: count }, (_, n) => [`id ${n}`, n]);
}

const publication = (number: number): Publication => ({
  number,
  version: number,
  manifest: 'm',
  views: {},
  cut: {},
  cutAt: '2026-01-02T03:04:05.678Z',
  publishedAt: '2026-01-02T03:04:05.678Z',
  reason: 'run',
  attempt: `attempt ${number}`,
});

describe.skipIf(needsServers('postgres'))('a server of its own', () => {
  let servers: OwnServers;
  let options: PostgresOptions;
  let store: BatchViewStore;
  beforeAll(async () => {
    servers = await startOwnServers(['postgres']);
    const [, port = '', database = ''] = /:(\d+)\/(.*)$/.exec(servers.address('postgres')) ?? [];
    options = {
      host: '127.0.0.1',
      port: Number(port),
      database,
      credentials: { user: TEST_POSTGRES_USER, password: TEST_POSTGRES_PASSWORD },
      connections: 4,
      limits: { connectTimeoutMs: 1_000, statementTimeoutMs: 5_000 },
    };
    store = await openPostgresBatchViews(options);
    await store.build('films', LAYOUT, rows());
  });
  afterAll(async () => {
    await store.close();
    await servers.dispose();
  });

  test('is killed while it is read, published to and built on: nothing acknowledged is lost, and all goes on by itself', async () => {
    const reader = await store.open('films');
    const state = { reading: true, published: 0, answers: 0, sinceStart: 0, isBack: false };
    const failures: unknown[] = [];
    const read = async (): Promise<void> => {
      while (state.reading) {
        try {
          const [row, count] = await Promise.all([
            reader.get('id 7', { columns: ['n'] }),
            reader.count([{ column: 'n', op: 'gte', value: 1_000 }]),
          ]);
          expect([row?.columns[0], count]).toEqual([7, ROWS / 2]);
          state.answers += 1;
          if (state.isBack) state.sinceStart += 1;
        } catch (error) {
          failures.push(error);
          await sleep(20);
        }
      }
    };
    const publish = async (): Promise<void> => {
      while (state.reading) {
        try {
          expect(await store.insertPublication(publication(state.published + 1))).toBe(true);
          state.published += 1;
        } catch (error) {
          failures.push(error);
          await sleep(20);
        }
      }
    };
    async function* endless(): AsyncGenerator<readonly ArtefactRow[]> {
      for (let n = 0; state.reading; n++) {
        yield Array.from({ length: 1_000 }, (_, m) => [`id ${n * 1_000 + m}`, m]);
        await sleep(5);
      }
    }
    const working = Promise.all([read(), read(), publish()]);
    const building = store.build('another', LAYOUT, endless()).catch((error: unknown) => error);
    await expect.poll(() => state.answers, SOON).toBeGreaterThan(20);
    await expect.poll(() => state.published, SOON).toBeGreaterThan(5);
    await servers.kill('postgres');
    await expect.poll(() => failures.length, SOON).toBeGreaterThan(3);
    const publishedBefore = state.published;
    await servers.start('postgres');
    state.isBack = true;
    await expect.poll(() => state.sinceStart, SOON).toBeGreaterThan(20);
    await expect.poll(() => state.published, SOON).toBeGreaterThan(publishedBefore + 2);
    state.reading = false;
    await working;
    for (const failure of failures) expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(await building).toBeInstanceOf(StoreUnavailable);
    expect(await store.listArtefacts()).toEqual(['films']);
    expect(await store.build('another', LAYOUT, rows(10))).toBe(10);
    expect((await store.listPublications(1_000_000)).map(({ number }) => number)).toEqual(
      Array.from({ length: state.published }, (_, n) => state.published - n),
    );
    expect(await store.verify('films', { again: true })).toBe('sound');
    await reader.close();
  });

  test('while it is away, every call fails soon and says so', async () => {
    const reader = await store.open('films');
    await servers.stop('postgres');
    const beganMs = performance.now();
    for (const call of [
      () => reader.get('id 7', {}),
      () => store.currentPublication(),
      () => store.build('third', LAYOUT, rows(1)),
      () => openPostgresBatchViews(options),
    ])
      await expect(call()).rejects.toMatchObject({ name: 'StoreUnavailable', hint: expect.stringContaining('See whether it runs') });
    expect(performance.now() - beganMs).toBeLessThan(8_000);
    expect((await checkPostgresBatchViews(options)).findings).toMatchObject([
      { level: 'fault', message: expect.stringContaining('out of reach') },
    ]);
    await servers.start('postgres');
    expect(await reader.get('id 7', { columns: ['n'] })).toMatchObject({ columns: [7] });
    await reader.close();
  });

  test('a standby is found at once, and serves who only reads', async () => {
    const keys = await openPostgresApiKeys(options);
    await servers.stop('postgres');
    writeFileSync(join(servers.folder('postgres'), 'data', 'standby.signal'), '');
    await servers.start('postgres');
    expect((await checkPostgresBatchViews(options)).findings).toContainEqual(
      expect.objectContaining({ level: 'fault', message: expect.stringContaining('standby') }),
    );
    await expect(openPostgresBatchViews(options)).rejects.toBeInstanceOf(StoreFault);
    await expect(store.insertPublication(publication(1_000_000))).rejects.toMatchObject({
      name: 'StoreFault',
      hint: expect.stringContaining('primary'),
    });
    await expect(keys.revoke('0', 1)).rejects.toBeInstanceOf(StoreFault);
    await keys.close();
    const reading = await openPostgresBatchViews({ ...options, readOnly: true });
    expect(await (await reading.open('films')).count([{ column: 'n', op: 'gte', value: 1_000 }])).toBe(ROWS / 2);
    await reading.close();
  });
});
