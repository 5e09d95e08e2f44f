/**
 * From one release to the next under load, in the order in which Kubernetes does it: a run of the new one, then its speed layer, then its services, and back
 * again. The new one folds a keyed view otherwise and has another served view, so neither can read what the other one makes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { writeFilmSample } from '@rushes/sources';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { copyWorkingTree, type PlantedCopy, ROOT } from '../planted-copy.ts';
import { type Balancer, startBalancer } from '../services/balancer.ts';
import { tellRatings } from '../services/told-ratings.ts';
import { askMovie, backwardAnswers, eventsOf, watchAnswers, wrongAnswers } from '../services/watched-answers.ts';
import { ask, versionAt } from './answers.ts';
import { createWriterKey, startCommand, type StartedProcess } from './started-process.ts';

const MOVIES = 6;
/** So long may a busy machine take. */
const PATIENT = { timeout: 300_000, interval: 100 };

let folder = '';
let next: PlantedCopy;
let balancer: Balancer;
const started: StartedProcess[] = [];

const variables = (): Readonly<Record<string, string>> => ({
  RUSHES_DATA: join(folder, 'data'),
  RUSHES_IMDB: join(folder, 'sample'),
  RUSHES_PORT: '0',
  RUSHES_RATE_LIMIT_PER_MINUTE: '0',
  RUSHES_THREADS: '2',
  // A busy machine is no reason to refuse anything here.
  RUSHES_OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
  // Longer than the balancer takes to see that a process is not ready.
  RUSHES_SHUTDOWN_DELAY_MS: '1500',
});

/** Starts a process of the release whose code lies there. */
const begin = (code: string, app: string, more: Readonly<Record<string, string>> = {}, args: readonly string[] = []): StartedProcess => {
  const one = startCommand(process.execPath, [join(code, `apps/${app}/src/main.ts`), ...args], { ...variables(), ...more });
  started.push(one);
  return one;
};
const runOnce = async (code: string): Promise<void> => {
  const run = begin(code, 'batch', { RUSHES_BATCH_MODE: 'once' });
  expect(await run.ended, run.output()).toBe(0);
};

interface Running {
  readonly process: StartedProcess;
  readonly url: string;
}

const say = (text: string): void => void process.stdout.write(`upgrade: ${text}\n`);

const beginServing = async (code: string): Promise<Running> => {
  const process = begin(code, 'serving');
  return { process, url: String((await process.logged('listening'))['url']) };
};
const beginSpeed = async (code: string): Promise<Running> => {
  const process = begin(code, 'speed');
  return { process, url: String((await process.logged('projecting'))['url']) };
};
/** Sends requests to it, once it is ready. */
const take = async ({ url }: Running): Promise<void> => {
  balancer.add(url);
  await expect.poll(() => balancer.ready(), PATIENT).toContain(url);
};
const end = async ({ process, url }: Running): Promise<void> => {
  expect(await process.end('SIGTERM'), process.output()).toBe(0);
  balancer.remove(url);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-upgrade-'));
  await writeFilmSample(join(folder, 'sample'));
  balancer = await startBalancer();
  next = copyWorkingTree();
  const replaced = (path: string, old: string, by: string): void =>
    next.edit(path, (text) => {
      if (!text.includes(old)) throw new Error(`${path} has no ${old}`);
      return text.replace(old, by);
    });
  // The order of measures is part of a view's definition.
  replaced(
    'libs/views/src/keyed/movie-ratings.ts',
    "    count: count(GIVEN),\n    sum_tenths: sum('score_tenths', GIVEN),\n",
    "    sum_tenths: sum('score_tenths', GIVEN),\n    count: count(GIVEN),\n",
  );
  // Rows are made otherwise.
  replaced('libs/views/src/titles.ts', 'const ROW_VERSION = ', 'const ROW_VERSION = 5');
});
afterAll(async () => {
  for (const one of started) await one.end('SIGKILL');
  await balancer?.close();
  next?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('a new release takes the place of the one that runs, and goes again: no request fails, no answer is wrong', async () => {
  await runOnce(ROOT);
  const key = await createWriterKey((args) => begin(ROOT, 'rushes', {}, args));
  const oldSpeed = [await beginSpeed(ROOT), await beginSpeed(ROOT)];
  const oldServing = [await beginServing(ROOT), await beginServing(ROOT)];
  for (const one of oldServing) await take(one);
  const { url } = balancer;
  const { data } = JSON.parse(await ask(`${url}/movies?sort=votes&desc=true&page_size=${MOVIES}`)) as {
    readonly data: readonly { readonly id: string }[];
  }; // as: a list
  const movies = data.map(({ id }) => id);
  const told = tellRatings(() => url, key, movies, 'upgrade');
  const [watched, sticky] = [watchAnswers(() => url, movies), watchAnswers(() => url, movies, true)];
  const newServing = [await beginServing(next.folder), await beginServing(next.folder)];
  try {
    await expect.poll(() => sticky.answers.length, PATIENT).toBeGreaterThan(20);
    // Views that only a run of the new release makes.
    for (const one of newServing) balancer.add(one.url);
    await sleep(1_000);
    expect(balancer.ready().toSorted()).toEqual(oldServing.map((one) => one.url).toSorted());
    say('the new release runs');
    await runOnce(next.folder);
    // The old release goes on with what it can read. The new one has no events yet.
    expect(await versionAt(oldServing[0]?.url ?? '')).toBe(1);
    await sleep(1_000);
    expect(balancer.ready().toSorted()).toEqual(oldServing.map((one) => one.url).toSorted());

    say('speed layer of the new release');
    const newSpeed = [await beginSpeed(next.folder), await beginSpeed(next.folder)];
    for (const one of newSpeed) await ask(`${one.url}/health/ready`);
    say('services of the new release take over');
    for (const one of newServing) await take(one);
    for (const one of oldServing) await end(one);
    for (const one of oldSpeed) await end(one);
    expect(await versionAt(url)).toBe(2);
    const before = sticky.answers.length;
    await expect.poll(() => sticky.answers.length, PATIENT).toBeGreaterThan(before + 20);

    say('and back');
    // Back: the speed layer of the old release goes on where it was.
    const speedAgain = await beginSpeed(ROOT);
    await ask(`${speedAgain.url}/health/ready`);
    say('rollback');
    const rollback = begin(ROOT, 'rushes', {}, ['batch', 'rollback', '--json']);
    expect(await rollback.ended, rollback.output()).toBe(0);
    const again = [await beginServing(ROOT), await beginServing(ROOT)];
    say('services of the old release take over');
    for (const one of again) await take(one);
    for (const one of newServing) await end(one);
    for (const one of newSpeed) await end(one);
    const then = sticky.answers.length;
    await expect
      .poll(() => sticky.answers.slice(then).filter(({ completeness }) => completeness === 'complete').length, PATIENT)
      .toBeGreaterThan(20);
  } finally {
    await told.stop();
    await Promise.all([watched.stop(), sticky.stop()]);
  }
  const all = [...watched.answers, ...sticky.answers];
  const kinds = Object.fromEntries([...Map.groupBy(all, ({ completeness }) => completeness)].map(([kind, of]) => [kind, of.length]));
  process.stdout.write(
    `upgrade and back: ${JSON.stringify(kinds)}, ${[...told.acknowledged.values()].reduce((a, b) => a + b, 0)} ratings\n`,
  );
  expect([...told.reasons]).toEqual([]);
  expect([...watched.others, ...sticky.others]).toEqual([]);
  expect(backwardAnswers(sticky.answers)).toEqual([]);
  expect(Object.keys(kinds)).not.toContain('gap');

  const log = await openSqliteEventLog(join(folder, 'data', 'log.sqlite'), { readOnly: true });
  try {
    const events = await eventsOf(log, movies);
    expect(wrongAnswers(all, events).slice(0, 5)).toEqual([]);
    expect([...events].map(([movie, offsets]) => [movie, offsets.length])).toEqual(
      movies.map((movie) => [movie, told.acknowledged.get(movie) ?? 0]),
    );
  } finally {
    await log.close();
  }
  await runOnce(ROOT);
  await expect.poll(() => versionAt(url), PATIENT).toBe(3);
  for (const movie of movies) expect(await askMovie(url, movie)).toMatchObject({ votes: told.acknowledged.get(movie) ?? 0 });
});
