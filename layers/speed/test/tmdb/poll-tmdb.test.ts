/** Processes that poll side by side, on real stores and by the real clock: one does at a time, and another goes on when it ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { PARTITIONS } from '@rushes/domain';
import { soleWork } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { Registry, silentLogger } from '@rushes/runtime';
import { type Clock, createHttpApi, createRequestPace, createTmdbMetrics, pollTmdb, systemClock } from '@rushes/speed';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { STAND_IN_KEY, type StandIn, startStandIn } from './stand-in.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };

const open = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-pollers-'));
  const log = await openSqliteEventLog(join(folder, 'log.sqlite'), {});
  const speed = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), {});
  const objects = await openFolderObjectStore(join(folder, 'lake'));
  return {
    log,
    speed,
    objects,
    close: async () => {
      await speed.close();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

let standIn: StandIn;
let stores: Awaited<ReturnType<typeof open>>;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  standIn = await startStandIn();
  stores = await open();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await stores.close();
  await standIn.close();
});

/** Idle waits are short, so that a test need not wait for them. */
const hurried: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 300), signal) };

const start = (process: string, key = STAND_IN_KEY) => {
  const registry = new Registry();
  const metrics = createTmdbMetrics(registry);
  const stopped = new AbortController();
  const pace = createRequestPace({ perSecond: 4, perDay: 1000, clock: systemClock });
  const onRequest = (outcome: Parameters<typeof metrics.request>[0]): void => metrics.request(outcome);
  const api = createHttpApi({
    baseUrl: new URL(standIn.baseUrl),
    key: async () => key,
    pace,
    clock: systemClock,
    random: () => 0,
    onRequest,
  });
  const { log, objects, speed } = stores;
  const sole = soleWork(speed, 'source/tmdb', process);
  const running = pollTmdb({
    log,
    objects,
    sole,
    api,
    pace,
    clock: hurried,
    language: 'en-US',
    logger: silentLogger,
    metrics,
    signal: stopped.signal,
  });
  const end = async (): Promise<void> => {
    stopped.abort();
    await running;
  };
  ends.push(end);
  const read = async (name: string): Promise<number> =>
    Number((await registry.getMetricsAsJSON()).find((one) => one.name === name)?.values[0]?.value);
  return { end, read };
};

const show = (id: number): void => {
  standIn.films.set(id, { id, title: `Film ${id}`, imdb_id: `tt990000${id}`, vote_average: 5, vote_count: 3 });
  standIn.lists.set('popular', [...(standIn.lists.get('popular') ?? []), id]);
};

const records = async (): Promise<number> => {
  let count = 0;
  for (const partition of PARTITIONS) count += (await readLog(stores.log, partition)).length;
  return count;
};

test('one of two polls; when it ends, the other one does, and says nothing again', async () => {
  show(1001);
  const first = start('first');
  await vi.waitFor(async () => expect(await first.read('rushes_tmdb_polling')).toBe(1), PATIENCE);
  const second = start('second');
  await vi.waitFor(async () => expect(await records()).toBe(3), PATIENCE);
  expect(await second.read('rushes_tmdb_polling')).toBe(0);
  await first.end();
  await vi.waitFor(async () => expect(await second.read('rushes_tmdb_polling')).toBe(1), PATIENCE);
  expect(await first.read('rushes_tmdb_polling')).toBe(0);
  expect(await records()).toBe(3);
  // What the first used of the day is counted by the second.
  await vi.waitFor(async () => expect(await second.read('rushes_tmdb_requests_left')).toBeLessThan(1000), PATIENCE);
  expect(standIn.seen.filter(({ path }) => path.startsWith('movie/1001'))).toHaveLength(1);
});

test('a key that is refused is told and ends nothing', async () => {
  show(1001);
  const wrong = start('wrong', 'f'.repeat(32));
  await vi.waitFor(() => expect(standIn.seen.map(({ status }) => status)).toContain(401), PATIENCE);
  expect(await records()).toBe(0);
  await wrong.end();
  start('right');
  await vi.waitFor(async () => expect(await records()).toBe(3), PATIENCE);
});

test('a service that is away for a while is asked until it is there', async () => {
  show(1001);
  let isAway = true;
  standIn.fault = (_request, response) => {
    if (!isAway) return undefined;
    response.destroy();
    return 'answered';
  };
  start('only');
  await vi.waitFor(() => expect(standIn.seen.length).toBeGreaterThan(2), PATIENCE);
  isAway = false;
  await vi.waitFor(async () => expect(await records()).toBe(3), PATIENCE);
});
