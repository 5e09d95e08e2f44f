/** Upkeep is done by whoever runs, in turn, also by processes that live for one run only; what it found outlives them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createUpkeepMetrics, doUpkeep, startUpkeep, type UpkeepStores, writeIceberg } from '@rushes/batch';
import { titleIdOf, type Tconst } from '@rushes/domain';
import { Registry, silentLogger } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { filesUnder, flipBit } from '../flip-bit.ts';
import { openWorld, type World } from './world.ts';

const MOVIE = titleIdOf('tt0000001' as Tconst); // as: well-formed
const DAY_MS = 86_400_000;

let folder: string;
let dump: string;
let world: World;
let nowMs: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-upkeep-'));
  dump = await writeCatalog(join(folder, 'imdb'), { titles: 5 });
  nowMs = Date.now();
  world = await openWorld({ nowMs: () => nowMs });
  await rateAndPublish('first');
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const rate = (id: string): Promise<unknown> =>
  world.append([
    { id, event: { type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score: 5, user: null, at: '2026-05-31T00:00:00Z' } } },
  ]);
const rateAndPublish = async (id: string): Promise<void> => {
  await rate(id);
  expect((await world.run(dump)).outcome).toBe('published');
};

const options = (auditIntervalMinutes = 1_440) => ({
  workFolder: world.stores.scratchFolder,
  auditIntervalMinutes,
  bronzeDays: 0,
  keepVersions: 5,
  memoryLimitMb: 128,
  threads: 1,
});

/** A process that does what is due, once. Returns what it measured. */
const oneProcess = async (given: Partial<UpkeepStores> = {}): Promise<Readonly<Record<string, number>>> => {
  const registry = new Registry();
  await doUpkeep({ ...world.stores, ...given }, options(), {
    logger: silentLogger,
    signal: new AbortController().signal,
    metrics: createUpkeepMetrics(registry),
    now: () => new Date(nowMs),
  });
  return measuredIn(registry);
};
const measuredIn = async (registry: Registry): Promise<Readonly<Record<string, number>>> => {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('rushes_'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
};

test('the log forgets what is archived and old', async () => {
  const trimmed: number[] = [];
  const log = {
    ...world.stores.log,
    trim: async (upTo: Parameters<typeof world.stores.log.trim>[0]) => {
      const records = await world.stores.log.trim(upTo);
      trimmed.push(records);
      return records;
    },
  };
  await oneProcess({ log });
  for (let day = 0; day < 12; day++) {
    nowMs += DAY_MS;
    await rate(`day ${day}`);
  }
  await rateAndPublish('last');
  await oneProcess({ log });
  expect(trimmed).toEqual([0, expect.any(Number)]);
  expect(trimmed[1]).toBeGreaterThan(0);
});

test('processes that live for one run check in turn, once an interval', async () => {
  expect(await oneProcess()).toMatchObject({ rushes_audit_timestamp_seconds: 0, rushes_verify_timestamp_seconds: 0 });
  nowMs += DAY_MS - 1;
  expect(await oneProcess()).toMatchObject({ rushes_audit_timestamp_seconds: 0, rushes_verify_timestamp_seconds: 0 });
  nowMs += 1;
  const checkedS = nowMs / 1000;
  const first = await oneProcess();
  expect(first).toMatchObject({
    rushes_audit_timestamp_seconds: checkedS,
    rushes_audit_differences: 0,
    rushes_verify_timestamp_seconds: checkedS,
    rushes_verify_damages: 0,
  });
  expect(first['rushes_audit_states']).toBeGreaterThan(0);
  nowMs += DAY_MS - 1;
  expect(await oneProcess(), 'the next one shows what the one before found').toEqual(first);
});

test('damage that was found is shown by later processes, until a check finds none', async () => {
  await oneProcess();
  nowMs += DAY_MS;
  const [file = ''] = await filesUnder(join(world.stores.objects.location, 'gold'), '.parquet');
  await flipBit(file, 100);
  const found = await oneProcess();
  expect(found['rushes_verify_damages']).toBeGreaterThan(0);
  expect((await oneProcess())['rushes_verify_damages']).toBe(found['rushes_verify_damages']);
  await flipBit(file, 100);
  nowMs += DAY_MS;
  expect((await oneProcess())['rushes_verify_damages']).toBe(0);
});

test('what fails is counted and keeps nothing else from being done', async () => {
  await oneProcess();
  nowMs += DAY_MS;
  const log = { ...world.stores.log, trim: () => Promise.reject(new Error('no disk')) };
  const measured = await oneProcess({ log });
  expect(measured).toMatchObject({
    'rushes_upkeep_failures_total{task="trim"}': 1,
    rushes_verify_timestamp_seconds: nowMs / 1000,
    rushes_audit_timestamp_seconds: nowMs / 1000,
  });
});

test('Iceberg tables that fell behind are brought up to what is published', async () => {
  const [table] = (await writeIceberg(world.stores, { keepVersions: 5 })).tables;
  const hint = `${table?.location.slice(world.stores.objects.uriOf('iceberg').length - 'iceberg'.length)}/metadata/version-hint.text`;
  await world.stores.objects.delete([hint]);
  await oneProcess();
  expect(Buffer.from((await world.stores.objects.get(hint)) ?? []).toString()).toBe('1');
});

test('a process that goes on does it at its start already, and ends when it is told to', async () => {
  let trims = 0;
  const log = {
    ...world.stores.log,
    trim: async () => {
      trims += 1;
      return 0;
    },
  };
  const upkeep = startUpkeep({ ...world.stores, log }, options(0), { logger: silentLogger, signal: new AbortController().signal });
  await expect.poll(() => trims).toBe(1);
  await upkeep.stop();
});
