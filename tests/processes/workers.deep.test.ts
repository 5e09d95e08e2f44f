/** One service of two workers on one port: it answers as one process does, also while one of them is killed, and ends with all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { writeFilmSample } from '@rushes/sources';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createWriterKey, startProcess, type StartedProcess } from './started-process.ts';

let folder = '';
let key = '';
const started: StartedProcess[] = [];

const begin = (app: string, more: Readonly<Record<string, string>> = {}, args: readonly string[] = []): StartedProcess => {
  const variables = {
    RUSHES_DATA: join(folder, 'data'),
    RUSHES_IMDB: join(folder, 'sample'),
    RUSHES_PORT: '0',
    RUSHES_WORKERS: '2',
    RUSHES_RATE_LIMIT_PER_MINUTE: '0',
    RUSHES_THREADS: '2',
    ...more,
  };
  const one = startProcess(`apps/${app}/src/main.ts`, variables, args);
  started.push(one);
  return one;
};

/** So long may a busy machine take. */
const PATIENT = { timeout: 60_000, interval: 50 };

const listeningAt = async (serving: StartedProcess): Promise<string> => String((await serving.logged('listening'))['url']);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-workers-'));
  await writeFilmSample(join(folder, 'sample'));
  const run = begin('batch', { RUSHES_BATCH_MODE: 'once' });
  if ((await run.ended) !== 0) throw new Error(run.output());
  key = await createWriterKey((args) => begin('rushes', {}, args));
});
afterAll(async () => {
  for (const one of started) await one.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Over a connection of its own, so that any worker may answer. */
const ask = (
  address: string,
  init: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Response> => fetch(address, { ...init, headers: { ...init.headers, connection: 'close' } });

/** Sends it again where a worker says that it has too much to do: on a busy machine it is right. */
const post = async (
  address: string,
  idempotencyKey: string,
  body: object,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  for (let tries = 0; ; tries += 1) {
    const response = await ask(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': idempotencyKey, ...more },
      body: JSON.stringify(body),
    });
    if (response.status !== 503 || tries === 200) return response;
    await sleep(50);
  }
};

interface WorkersComponent {
  readonly status: string;
  readonly configured: number;
  readonly listening: number;
  readonly answered_by: number;
}

const workersAt = async (url: string): Promise<WorkersComponent> =>
  ((await (await ask(`${url}/health`)).json()) as { readonly components: { readonly workers: WorkersComponent } }).components.workers; // as: what `/health` answers

/** The process ids that log lines name, by worker; of one that was started again the last. */
const pidsIn = (output: string): ReadonlyMap<number, number> =>
  new Map(
    output.split('\n').flatMap((line): [number, number][] => {
      if (!line.startsWith('{')) return [];
      const { worker, pid, msg } = JSON.parse(line) as { readonly worker?: number; readonly pid: number; readonly msg: string }; // as: a log line
      return worker === undefined || msg !== 'serving a new publication' ? [] : [[worker, pid]];
    }),
  );

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('connections are shared out, and the rate limit is of the service', async () => {
  const serving = begin('serving', { RUSHES_RATE_LIMIT_PER_MINUTE: '1', RUSHES_RATE_LIMIT_BURST: '5' });
  const url = await listeningAt(serving);
  const answeredBy = new Set<number>();
  for (let n = 0; n < 20 && answeredBy.size < 2; n += 1)
    for (const { answered_by } of await Promise.all(Array.from({ length: 16 }, () => workersAt(url)))) answeredBy.add(answered_by);
  expect(answeredBy).toEqual(new Set([1, 2]));
  const statuses: number[] = [];
  for (let n = 0; n < 12; n += 1) statuses.push((await ask(`${url}/movies?page_size=1`)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429, 429, 429, 429]);

  const counts: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    const text = await (await ask(`${url}/metrics`)).text();
    expect(text).toContain('rushes_workers_listening 2\n');
    counts.push(Number(/^rushes_http_rate_limited_total (\d+)$/m.exec(text)?.[1]));
  }
  expect(counts).toEqual([7, 7, 7, 7]);
  expect(await serving.end('SIGTERM'), serving.output()).toBe(0);
}, 120_000);

test('what is posted counts once and is not lost, also while a worker is killed; SIGTERM ends all', async () => {
  const speed = begin('speed');
  await speed.logged('projecting');
  const serving = begin('serving');
  const url = await listeningAt(serving);
  const { data } = (await (await ask(`${url}/movies?sort=votes&page_size=1`)).json()) as {
    readonly data: readonly { readonly id: string }[];
  }; // as: the envelope
  const ratings = `${url}/movies/${data[0]?.id ?? ''}/ratings`;
  const movie = `${url}/movies/${data[0]?.id ?? ''}`;
  const votes = async (): Promise<number> =>
    ((await (await ask(movie)).json()) as { readonly data: { readonly votes: number | null } }).data.votes ?? 0; // as: the envelope
  const before = await votes();

  // Simultaneous requests of one key have one outcome, whichever worker they meet, and another body is refused by each.
  const same = await Promise.all(Array.from({ length: 20 }, () => post(ratings, 'same', { score: 7 })));
  expect(same.map(({ status }) => status)).toEqual(same.map(() => 202));
  const outcomes = await Promise.all(same.map(async (response) => JSON.stringify(((await response.json()) as { data: unknown }).data))); // as: the envelope
  expect(new Set(outcomes).size).toBe(1);
  const others = await Promise.all(Array.from({ length: 4 }, () => post(ratings, 'same', { score: 8 })));
  expect(others.map(({ status }) => status)).toEqual([422, 422, 422, 422]);

  // What is shown is shown by all.
  const shown = await post(ratings, 'shown', { score: 7 }, { prefer: 'wait=20' });
  expect(shown.status).toBe(201);
  expect([await votes(), await votes(), await votes(), await votes()]).toEqual([2, 2, 2, 2].map((added) => before + added));

  const victim = pidsIn(serving.output()).get(2) ?? 0;
  let acknowledged = 2;
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 0; n < 40; n += 1) {
      if (writer === 0 && n === 10) process.kill(victim, 'SIGKILL');
      // The connection of the worker that is killed breaks: sent again, the event counts once.
      for (let tries = 0; ; tries += 1) {
        const response = await post(ratings, `writer-${writer}-${n}`, { score: 6 }).catch(() => undefined);
        if (response?.status === 202) break;
        if (tries > 100) throw new Error(`not accepted: ${response?.status}`);
        await sleep(20);
      }
      acknowledged += 1;
    }
  });
  await Promise.all(writers);
  await expect.poll(() => workersAt(url), PATIENT).toMatchObject({ status: 'ok', configured: 2, listening: 2 });
  expect((await post(ratings, 'last', { score: 7 }, { prefer: 'wait=20' })).status).toBe(201);
  for (let n = 0; n < 4; n += 1) expect(await votes()).toBe(before + acknowledged + 1);
  const deaths = serving.output().match(/"msg":"a worker ended: it is started again"/g);
  expect(deaths).toHaveLength(1);

  const pids = [...pidsIn(serving.output()).values()];
  expect(pids).not.toContain(victim);
  expect(pids.map(isAlive)).toEqual([true, true]);
  expect(await serving.end('SIGTERM'), serving.output()).toBe(0);
  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(serving.output()).not.toMatch(/could not be stopped cleanly|did not stop within/);
  expect(await speed.end('SIGTERM'), speed.output()).toBe(0);
}, 240_000);

test('a port that is taken ends the service, as one process', async () => {
  const serving = begin('serving');
  const { port } = new URL(await listeningAt(serving));
  const second = begin('serving', { RUSHES_PORT: port });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`port ${port} of 127.0.0.1 is taken`);
  expect(await serving.end('SIGTERM')).toBe(0);
}, 120_000);
