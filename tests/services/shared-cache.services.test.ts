/** Two processes of the HTTP service, one of them with workers, on one data folder and one Redis, as they are deployed: what they share, and what they say and do where it is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeFilmSample } from '@rushes/sources';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createWriterKey, startProcess, type StartedProcess } from '../processes/started-process.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';

/** So long may a busy machine take. */
const PATIENT = { timeout: 30_000, interval: 50 };
const BURST = 20;

interface Health {
  readonly status: string;
  readonly components: Readonly<Record<string, { readonly status: string; readonly detail?: string }>>;
}

describe.skipIf(needsServers('redis'))('two replicas on one Redis', () => {
  let folder = '';
  let key = '';
  let servers: OwnServers;
  let replicas: readonly StartedProcess[] = [];
  let [one, other] = ['', ''];
  const started: StartedProcess[] = [];
  const begin = (app: string, more: Readonly<Record<string, string>> = {}, args: readonly string[] = []): StartedProcess => {
    const variables = {
      RUSHES_DATA: join(folder, 'data'),
      RUSHES_IMDB: join(folder, 'sample'),
      RUSHES_PORT: '0',
      RUSHES_CACHE_URL: `redis://${servers.address('redis')}/0`,
      RUSHES_RATE_LIMIT_PER_MINUTE: '1',
      RUSHES_RATE_LIMIT_BURST: String(BURST),
      RUSHES_THREADS: '1',
      // No speed layer runs here, so what is posted is not shown.
      RUSHES_READY_PATIENCE_MS: '0',
      // Load is tested elsewhere.
      RUSHES_OVERLOAD_WAIT_MS: '0',
      RUSHES_OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
      ...more,
    };
    const process = startProcess(`apps/${app}/src/main.ts`, variables, args);
    started.push(process);
    return process;
  };
  beforeAll(async () => {
    servers = await startOwnServers(['redis']);
    folder = mkdtempSync(join(tmpdir(), 'rushes-shared-'));
    await writeFilmSample(join(folder, 'sample'));
    const run = begin('batch', { RUSHES_BATCH_MODE: 'once' });
    if ((await run.ended) !== 0) throw new Error(run.output());
    key = await createWriterKey((args) => begin('rushes', {}, args));
    replicas = [begin('serving'), begin('serving', { RUSHES_WORKERS: '2' })];
    [one = '', other = ''] = await Promise.all(replicas.map(async (replica) => String((await replica.logged('listening'))['url'])));
  }, 180_000);
  afterAll(async () => {
    for (const process of started) await process.end('SIGKILL');
    await servers?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (
    url: string,
    init: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
  ): Promise<Response> => fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } });
  const post = (url: string, path: string, idempotencyKey: string): Promise<Response> =>
    ask(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: '{"score": 9}',
    });
  const health = async (url: string): Promise<Health> => (await ask(`${url}/health`)).json() as Promise<Health>; // as: the contract's answer
  const metric = async (url: string, line: RegExp): Promise<number> => Number(line.exec(await (await ask(`${url}/metrics`)).text())?.[1]);
  const movie = async (): Promise<string> => {
    const { data } = (await (await ask(`${one}/movies?page_size=1`, { headers: { 'x-api-key': key } })).json()) as {
      readonly data: readonly { readonly id: string }[];
    }; // as: the contract's answer
    return data[0]?.id ?? '';
  };

  test('a retry at the other one has the same answer', async () => {
    const path = `/movies/${await movie()}/ratings`;
    const first = await post(one, path, 'retry');
    expect(first.status).toBe(202);
    const again = await post(other, path, 'retry');
    expect([again.status, await again.text(), again.headers.get('rushes-position')]).toEqual([
      202,
      await first.text(),
      first.headers.get('rushes-position'),
    ]);
  });

  test('what one computed is read by the other, and the limit is of both together', async () => {
    for (let n = 0; n < BURST; n++) expect((await ask(`${n % 2 === 0 ? one : other}/movies?page_size=7`)).status).toBe(200);
    for (const url of [one, other, other]) expect((await ask(`${url}/movies?page_size=7`)).status).toBe(429);
    expect(await metric(other, /rushes_cache_reads_total\{cache="responses",from="redis"\} (\d+)/)).toBeGreaterThan(0);
    expect(await metric(one, /rushes_redis_usable (\d)/)).toBe(1);
    expect((await health(one)).components['cache']).toEqual({ status: 'ok' });
  });

  test('a server that is frozen: answers stay right and quick, each process limits by itself, health says so, and it passes by itself', async () => {
    await servers.freeze('redis');
    try {
      const beganMs = performance.now();
      const statuses: number[] = [];
      for (let n = 0; n < BURST + 1; n++) statuses.push((await ask(`${one}/movies?page_size=5`)).status);
      // Its own bucket, which nobody has taken from.
      expect(statuses).toEqual([...Array.from({ length: BURST }, () => 200), 429]);
      expect(performance.now() - beganMs).toBeLessThan(3_000);
      expect((await post(other, `/movies/${await movie().catch(() => '')}/ratings`, 'frozen')).status).not.toBe(503);
      expect((await health(one)).components['cache']).toEqual({
        status: 'degraded',
        detail: 'the shared cache does not answer in time: each process limits and keeps for itself',
      });
      expect((await ask(`${one}/health/ready`)).status).toBe(200);
      expect(await metric(one, /rushes_redis_usable (\d)/)).toBe(0);
    } finally {
      await servers.resume('redis');
    }
    await expect.poll(async () => (await health(one)).components['cache'], PATIENT).toEqual({ status: 'ok' });
    expect((await ask(`${one}/movies?page_size=5`)).status).toBe(429);
    const told = (replicas[0]?.output() ?? '').split('\n').filter((line) => line.includes('the shared cache cannot be used'));
    expect(told).toHaveLength(1);
  });

  test('a start without it is a warning, and it is used once it is there', async () => {
    await servers.kill('redis');
    const third = begin('serving');
    const url = String((await third.logged('listening'))['url']);
    expect((await health(url)).components['cache']?.status).toBe('degraded');
    await expect.poll(async () => (await ask(`${url}/movies?page_size=5`)).status, PATIENT).toBe(200);
    const doctor = begin('rushes', {}, ['doctor', '--json']);
    expect(await doctor.ended).toBe(0);
    expect(doctor.output()).toContain('"state":"away"');
    await servers.start('redis');
    for (const at of [url, other]) await expect.poll(async () => (await health(at)).components['cache']?.status, PATIENT).toBe('ok');
    expect(third.output()).toContain('the shared cache is used again');
    expect(await third.end('SIGTERM')).toBe(0);
    for (const replica of replicas) expect(replica.output()).not.toMatch(/"level":"(error|fatal)"|nhandled/);
  });

  test('a URL or settings that mean nothing end the start, without the password', async () => {
    const wrong = begin('serving', { RUSHES_CACHE_URL: 'redis://user:pa55word@cache/0' });
    expect(await wrong.ended).toBe(2);
    expect(wrong.output()).toContain('no credentials in it');
    expect(wrong.output()).not.toContain('pa55word');
  });
});
