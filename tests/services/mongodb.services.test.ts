/** Batch views and API keys on a server of MongoDB's protocol that crashes, freezes and is looked at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openMongodbApiKeys } from '@rushes/adapters/mongodb-api-keys';
import { openMongodbBatchViews } from '@rushes/adapters/mongodb-batch-views';
import { checkMongodb, type MongodbOptions } from '@rushes/adapters/mongodb-server';
import { parseMongodbUrl } from '@rushes/adapters/server-addresses';
import { type BatchViewStore, StoreUnavailable } from '@rushes/ports';
import { batches, film, FILMS } from '@rushes/ports/contracts/films';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { startProcess } from '../processes/started-process.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';

const LIMITS = { requestTimeoutMs: 2_000, scanTimeoutMs: 2_000, serverTimeoutMs: 1_000 };
/** The stand-in writes its file once a second. */
const WRITTEN_MS = 2_500;
/** So long may a busy machine take. */
const PATIENT = { timeout: 60_000, interval: 100 };
const ROWS = Array.from({ length: 500 }, (_, n) => film({ id: `id ${String(n).padStart(4, '0')}`, year: n % 7 }));

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

// A server elsewhere is not killed.
describe.skipIf(needsServers('mongodb') || process.env['RUSHES_TEST_MONGODB_URL'] !== undefined)('a server of its own', () => {
  let servers: OwnServers;
  let options: MongodbOptions;
  let store: BatchViewStore;
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rushes-mongodb-'));
    servers = await startOwnServers(['mongodb']);
    options = { ...parseMongodbUrl(`${servers.address('mongodb')}/views`), limits: LIMITS };
    store = await openMongodbBatchViews(options);
    await store.build('films', FILMS, batches(ROWS, 100));
    await sleep(WRITTEN_MS);
  });
  afterAll(async () => {
    await store.close();
    await servers.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is killed under readers and started again: what they get is right or says why not, and they go on by themselves', async () => {
    const reader = await store.open('films');
    const state = { reading: true };
    const failures: unknown[] = [];
    let answers = 0;
    const read = async (): Promise<void> => {
      while (state.reading) {
        const after = answers % 2 === 0 ? undefined : { values: [3], key: 'id 0100' };
        const list = { where: [], sort: [{ column: 'year', desc: false }], limit: 5, ...(after && { after }) };
        const failure = await caught(
          Promise.all([
            reader.get('id 0042', { columns: ['year'] }).then((row) => expect(row?.columns).toEqual([0])),
            reader.list(list).then((rows) => expect(rows[0]?.key).toBe(after ? 'id 0101' : 'id 0000')),
            reader.count([{ column: 'year', op: 'lt', value: 3 }]).then((count) => expect(count).toBe(216)),
            store.currentPublication().then((publication) => expect(publication).toBeUndefined()),
          ]),
        );
        if (failure === undefined) answers += 1;
        else failures.push(failure);
      }
    };
    const reading = [read(), read()];
    await vi.waitUntil(() => answers > 20, PATIENT);
    await servers.kill('mongodb');
    await vi.waitUntil(() => failures.length > 5, PATIENT);
    await servers.start('mongodb');
    const before = answers;
    await vi.waitUntil(() => answers > before + 20, PATIENT);
    state.reading = false;
    await Promise.all(reading);
    for (const failure of failures) expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(await store.verify('films', { again: true })).toBe('sound');
    await reader.close();
  });

  test('is killed under a build, which says so; what was there stays, and the next build ends well', async () => {
    let killed: Promise<void> | undefined;
    async function* rows() {
      for (let n = 0; n < 20; n++) {
        yield ROWS.slice(n * 25, (n + 1) * 25);
        if (n === 10) await (killed = servers.kill('mongodb'));
      }
    }
    expect(await caught(store.build('others', FILMS, rows()))).toBeInstanceOf(StoreUnavailable);
    await killed;
    await servers.start('mongodb');
    await vi.waitUntil(async () => (await store.listArtefacts().catch(() => [])).length > 0, PATIENT);
    expect(await store.listArtefacts()).toEqual(['films']);
    expect(await store.build('others', FILMS, batches(ROWS))).toBe(500);
    expect(await store.verify('others', { again: true })).toBe('sound');
  });

  test('freezes: a call ends at its deadline or by its signal, and everything goes on afterwards', async () => {
    const reader = await store.open('films');
    const keys = await openMongodbApiKeys(options);
    await servers.freeze('mongodb');
    const beganMs = performance.now();
    const signal = AbortSignal.timeout(300);
    const [aborted, listed, found] = await Promise.all([
      caught(reader.list({ where: [], sort: [], limit: 5 }, { signal })).then((error) => ({ error, afterMs: performance.now() - beganMs })),
      caught(reader.list({ where: [], sort: [], limit: 5 })),
      caught(keys.find('0011223344556677')),
    ]);
    expect(aborted.error).toBe(signal.reason);
    expect(aborted.afterMs).toBeLessThan(LIMITS.requestTimeoutMs);
    for (const error of [listed, found]) expect(error).toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - beganMs).toBeLessThan(4 * LIMITS.requestTimeoutMs);
    await servers.resume('mongodb');
    await vi.waitUntil(async () => (await caught(keys.list())) === undefined, PATIENT);
    expect(await reader.count([{ column: 'year', op: 'eq', value: 0 }])).toBe(72);
    await reader.close();
    await keys.close();
  });

  test('is looked at: its version and what it is not are told; out of reach is a fault', async () => {
    const { version, findings } = await checkMongodb(options);
    expect(version).toBe('5.0.0');
    expect(findings.map(({ level, message }) => [level, message.includes('no mongod')])).toEqual([['warning', true]]);
    const nowhere = await checkMongodb({ ...options, hosts: ['127.0.0.1:9'] });
    expect(nowhere.findings).toMatchObject([
      { level: 'fault', message: expect.stringContaining('mongodb://127.0.0.1:9/views is out of reach') },
    ]);
    const encrypted = await checkMongodb({ ...options, tls: {} });
    expect(encrypted.findings).toMatchObject([{ level: 'fault', hint: expect.stringContaining('TLS') }]);
  });

  test('keeps keys that the command makes, and `rushes doctor` looks at it', async () => {
    const variables = {
      RUSHES_DATA: join(folder, 'data'),
      RUSHES_KEYS_URL: `${servers.address('mongodb')}/keys`,
      RUSHES_VIEWS_URL: `${servers.address('mongodb')}/views`,
    };
    const run = async (...args: readonly string[]) => {
      const command = startProcess('apps/rushes/src/main.ts', variables, args);
      return { code: await command.ended, output: command.output() };
    };
    expect(await run('keys', 'create', '--role', 'writer', '--name', 'importer')).toMatchObject({ code: 0 });
    expect((await run('keys', 'list')).output).toContain('importer');
    const { stores } = JSON.parse((await run('doctor', '--json')).output.split('\n')[0] ?? '') as {
      readonly stores: readonly { readonly kind: string; readonly state: string; readonly version: string }[];
    }; // as: the command's document
    expect(stores.filter(({ kind }) => kind === 'views' || kind === 'keys')).toMatchObject([{ state: 'answers' }, { state: 'answers' }]);
  });
});
