/** Serving, speed and batch layer as three processes on one data folder: they answer as one process does, and each ends cleanly by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeFilmSample } from '@rushes/sources';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { answersOf, ask, posting, versionAt } from './answers.ts';
import { createWriterKey, startProcess, type StartedProcess } from './started-process.ts';

let folder = '';
let key = '';
const started: StartedProcess[] = [];

/** Nothing runs or audits but at the start. */
const variables = (): Readonly<Record<string, string>> => ({
  RUSHES_DATA: join(folder, 'data'),
  RUSHES_IMDB: join(folder, 'sample'),
  RUSHES_PORT: '0',
  RUSHES_BATCH_INTERVAL_MINUTES: '600',
  RUSHES_RATE_LIMIT_PER_MINUTE: '0',
  RUSHES_THREADS: '2',
});

const begin = (app: string, more: Readonly<Record<string, string>> = {}, args: readonly string[] = []): StartedProcess => {
  const one = startProcess(`apps/${app}/src/main.ts`, { ...variables(), ...more }, args);
  started.push(one);
  return one;
};

/** So long may a busy machine take. */
const PATIENT = { timeout: 300_000, interval: 100 };

const addressIn = (entry: Readonly<Record<string, unknown>>): string => String(entry['url']);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-processes-'));
  await writeFilmSample(join(folder, 'sample'));
  key = await createWriterKey((args) => begin('rushes', {}, args));
});
afterAll(async () => {
  for (const one of started) await one.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const post = posting(() => key);

interface ShownProcess {
  readonly layer: string;
  readonly state: Readonly<Record<string, unknown>>;
}

/** What `rushes status` says of the processes that run. */
const processesNow = async (): Promise<readonly ShownProcess[]> => {
  const status = begin('rushes', {}, ['status', '--json']);
  expect(await status.ended, status.output()).toBe(0);
  return (JSON.parse(status.output()) as { readonly processes: readonly ShownProcess[] }).processes; // as: the command's one document
};

test('three processes answer as one does, whatever the cut, and end by SIGTERM with 0', async () => {
  const [serving, speed, batch] = [begin('serving'), begin('speed'), begin('batch')];
  const url = addressIn(await serving.logged('listening'));
  const [speedUrl, batchUrl] = [addressIn(await speed.logged('projecting')), addressIn(await batch.logged('running on a schedule'))];
  for (const one of [url, speedUrl, batchUrl]) {
    await ask(`${one}/health/live`);
    await ask(`${one}/health/ready`);
  }
  expect(JSON.parse(await ask(`${speedUrl}/health/ready`))).toEqual({
    status: 'ok',
    components: Object.fromEntries(['lease', 'projection', 'objects', 'views', 'log', 'speed'].map((name) => [name, { status: 'ok' }])),
  });
  await expect.poll(() => ask(`${speedUrl}/metrics`), PATIENT).toContain('rushes_speed_partitions 18');
  await expect.poll(() => ask(`${batchUrl}/metrics`), PATIENT).toContain('rushes_batch_runs_total{outcome="published"} 1');
  expect(await ask(`${batchUrl}/metrics`)).toContain('rushes_audit_timestamp_seconds');

  // as: the envelope of every answer
  const { data } = JSON.parse(await ask(`${url}/movies?sort=votes&desc=true&page_size=3`)) as {
    readonly data: readonly { readonly id: string }[];
  };
  const [movie = '', other = ''] = data.map(({ id }) => id);
  const before = await answersOf(url, movie);
  for (const [at, score] of [1, 10, 4].entries()) await post(url, `/movies/${movie}/ratings`, `rating-${at}`, { score });
  for (let at = 0; at < 5; at++) await post(url, `/movies/${other}/ratings`, `other-${at}`, { score: 10 });
  await post(url, `/movies/${movie}/reviews`, 'review', { author: 'somebody', text: 'A wonderful film, and a sad one.' });
  const shown = await answersOf(url, movie);
  expect(shown).not.toEqual(before);

  const run = begin('batch', { RUSHES_BATCH_MODE: 'once' });
  expect(await run.ended, run.output()).toBe(0);
  await expect.poll(() => versionAt(url), PATIENT).toBe(2);
  expect(await answersOf(url, movie)).toEqual(shown);

  const running = await processesNow();
  expect(running.map(({ layer }) => layer)).toEqual(['batch', 'speed', 'serving']);
  expect(running[1]?.state).toEqual({ ready: true, partitions: 18 });
  // What it says of itself may be some seconds old.
  await expect.poll(async () => (await processesNow())[2]?.state, PATIENT).toMatchObject({ ready: true, version: 2, url });
  expect(await batch.end('SIGTERM'), batch.output()).toBe(0);
  expect((await processesNow()).map(({ layer }) => layer)).toEqual(['speed', 'serving']);

  for (const one of [batch, speed, serving]) {
    expect(await one.end('SIGTERM'), one.output()).toBe(0);
    expect(one.output()).not.toMatch(/could not be stopped cleanly|did not stop within|"level":"(error|fatal)"/);
  }

  const up = begin('rushes', {}, ['up', '--sample', '--imdb', join(folder, 'sample'), '--json']);
  await expect.poll(() => up.output(), PATIENT).toContain('"event":"listening"');
  const line =
    up
      .output()
      .split('\n')
      .find((text) => text.includes('"event":"listening"')) ?? '';
  const one = (JSON.parse(line) as { readonly url: string }).url; // as: the command's first document
  await ask(`${one}/health/ready`);
  expect(await answersOf(one, movie)).toEqual(shown);
  expect(await up.end('SIGTERM'), up.output()).toBe(0);
});

test('a service that is asked to end goes on answering, not ready, until balancers have seen it', async () => {
  const serving = begin('serving', { RUSHES_SHUTDOWN_DELAY_MS: '5000' });
  const url = addressIn(await serving.logged('listening'));
  await ask(`${url}/health/ready`);
  serving.send('SIGTERM');
  await ask(`${url}/health/ready`, 503);
  const { status, headers } = await fetch(`${url}/movies?page_size=1`);
  expect([status, headers.get('connection')]).toEqual([200, 'close']);
  expect(JSON.parse(await ask(`${url}/health`))).toMatchObject({
    status: 'degraded',
    components: { api: { status: 'degraded', detail: 'this process is about to end' } },
  });
  expect(await serving.ended, serving.output()).toBe(0);
});

test('a URL that no store understands ends the process before anything is opened, without its password', async () => {
  const data = join(folder, 'untouched');
  const one = begin('speed', { RUSHES_DATA: data, RUSHES_LOG_URL: 'amqp://user:secret@broker:9092', RUSHES_SPEED_URL: 'redis://cache' });
  expect(await one.ended).toBe(2);
  expect(one.output()).toContain('stores.log: no such store has the scheme amqp: (known: sqlite:, kafka:)');
  expect(one.output()).toContain('stores.speed: no such store has the scheme redis: (known: sqlite:, cassandra:)');
  expect(one.output()).not.toContain('secret');
});
