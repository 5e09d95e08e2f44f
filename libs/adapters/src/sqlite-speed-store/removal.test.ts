/** What has expired goes away beside writes, a slice at a time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { type Coverage, EXPIRED_MS, type TimedRow } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteSpeedStore, type SqliteSpeedStore } from './index.ts';
import { coverageOf, rowsOfKey } from './read-back.ts';

const TTL_MS = 1_000;
const PARTITION = 'movie.ratings/0';
let folder: string;
let store: SqliteSpeedStore;
let file: DatabaseSync;
let nowMs = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
  const path = join(folder, 'speed.sqlite');
  store = await openSqliteSpeedStore(path, { now: () => nowMs });
  file = new DatabaseSync(path, { readOnly: true });
});
afterEach(async () => {
  file.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const count = (table: 'speed_rows' | 'row_groups' | 'changes'): unknown => file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
const rows = (name: string, number: number, epoch: number): readonly TimedRow[] =>
  Array.from({ length: number }, (_, n) => ({
    view: 'v',
    key: `${name} ${n}`,
    epoch,
    partition: PARTITION,
    generation: 0,
    lastOffset: n,
    appendedAtMs: 0,
    timestampUs: n,
    state: '{}',
  }));

test('each write removes as many expired rows as it writes and some more, group by group, the longest expired first', async () => {
  await store.upsert(rows('older', 300, 2), TTL_MS);
  nowMs += 1;
  await store.upsert(rows('newer', 1_000, 1), TTL_MS);
  nowMs += TTL_MS;
  expect(count('speed_rows')).toBe(1_300);
  await store.upsert(rows('write', 350, 3), TTL_MS);
  expect(count('speed_rows')).toBe(1_300 + 350 - 450);
  expect(file.prepare("SELECT 1 FROM speed_rows WHERE key LIKE 'older%'").get()).toBeUndefined();
  for (let n = 0; n < 9; n++) await store.upsert([], TTL_MS);
  expect([count('speed_rows'), count('row_groups')]).toEqual([350, 1]);
  expect(await rowsOfKey(store, 'v', 'write 0')).toHaveLength(1);
});

test('a group of rows is kept until the last of them has expired, whatever order they were written in', async () => {
  await store.upsert(rows('long', 10, 1), 2 * TTL_MS);
  await store.upsert(rows('short', 5, 1), TTL_MS);
  nowMs += TTL_MS;
  await store.upsert([], TTL_MS);
  expect(await rowsOfKey(store, 'v', 'short 0')).toEqual([]);
  expect(await rowsOfKey(store, 'v', 'long 0')).toHaveLength(1);
  nowMs += TTL_MS;
  await store.upsert([], TTL_MS);
  expect([count('speed_rows'), count('row_groups')]).toEqual([0, 0]);
});

test('a write into a group that is half removed is kept', async () => {
  await store.upsert(rows('a', 150, 1), TTL_MS);
  nowMs += TTL_MS;
  await store.upsert([], TTL_MS);
  expect(count('speed_rows')).toBe(50);
  await store.upsert(rows('b', 5, 1), TTL_MS);
  await store.upsert([], TTL_MS);
  expect(count('speed_rows')).toBe(55);
  expect(await rowsOfKey(store, 'v', 'b 0')).toHaveLength(1);
  expect(await rowsOfKey(store, 'v', 'a 0')).toEqual([]);
});

test('expired change records go with new ones', async () => {
  const append = (from: number): Promise<void> =>
    store.appendChange({ partition: PARTITION, from, to: from + 1, epoch: 1, generation: 0, appendedAtMs: 0, rows: [] }, TTL_MS);
  for (let from = 0; from < 250; from++) await append(from);
  nowMs += TTL_MS;
  await append(250);
  expect(count('changes')).toBe(151);
  await append(251);
  await append(252);
  expect(count('changes')).toBe(3);
});

test('a row that has expired, but is still there, rules older writes out', async () => {
  await store.upsert(
    rows('a', 5, 1).map((row) => ({ ...row, timestampUs: 99 })),
    TTL_MS,
  );
  nowMs += TTL_MS;
  await store.upsert(rows('a', 5, 1), TTL_MS);
  expect(await rowsOfKey(store, 'v', 'a 0')).toEqual([]);
});

test('coverage whose rows a process with a clock that is ahead removed is over by every clock; a renewal is not', async () => {
  const laterMs = nowMs + 10 * TTL_MS;
  const covered = (epoch: number, generation: number): Coverage => ({
    partition: PARTITION,
    epoch,
    generation,
    from: 0,
    expiresAtMs: nowMs + TTL_MS - 100,
    begun: generation,
    baseUs: 0,
  });
  await store.upsert(rows('a', 5, 1), TTL_MS);
  const fence = (await store.owners.claim(PARTITION, 'a', 0)) ?? expect.fail();
  await store.putCoverage(covered(1, 0), fence);
  await store.putCoverage({ ...covered(2, 0), expiresAtMs: laterMs }, fence);
  nowMs += 5 * TTL_MS;
  await store.upsert([], TTL_MS);
  nowMs -= 5 * TTL_MS;
  expect(await rowsOfKey(store, 'v', 'a 0')).toEqual([]);
  expect((await coverageOf(store)).map(({ expiresAtMs }) => expiresAtMs)).toEqual([EXPIRED_MS, laterMs]);
  await store.putCoverage(covered(1, 1), fence);
  expect((await coverageOf(store))[0]?.expiresAtMs).toBe(nowMs + TTL_MS - 100);
});
