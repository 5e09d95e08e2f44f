/** What has expired goes away beside writes, a slice at a time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { SpeedStore, TimedRow } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteSpeedStore } from './index.ts';

const TTL_MS = 1_000;
const PARTITION = 'movie.ratings/0';
let folder: string;
let store: SpeedStore;
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

const count = (table: 'speed_rows' | 'changes'): unknown => file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
const rows = (name: string, number: number): readonly TimedRow[] =>
  Array.from({ length: number }, (_, n) => ({
    view: 'v',
    key: `${name} ${n}`,
    epoch: 1,
    partition: PARTITION,
    generation: 0,
    lastOffset: n,
    timestampUs: n,
    state: '{}',
  }));

test('each write removes as many expired rows as it writes and some more, the longest expired first', async () => {
  await store.upsert(rows('older', 300), TTL_MS);
  nowMs += 1;
  await store.upsert(rows('newer', 1_000), TTL_MS);
  nowMs += TTL_MS;
  expect(count('speed_rows')).toBe(1_300);
  await store.upsert(rows('write', 200), TTL_MS);
  expect(count('speed_rows')).toBe(1_300 + 200 - 300);
  expect(file.prepare("SELECT 1 FROM speed_rows WHERE key LIKE 'older%'").get()).toBeUndefined();
  for (let n = 0; n < 10; n++) await store.upsert([], TTL_MS);
  expect(count('speed_rows')).toBe(200);
  expect(await store.readKey('v', 'write 0', 0)).toHaveLength(1);
});

test('a new life keeps a row from being removed', async () => {
  await store.upsert(rows('a', 10), TTL_MS);
  nowMs += TTL_MS;
  await store.upsert(
    rows('a', 5).map((row) => ({ ...row, timestampUs: 99 })),
    TTL_MS,
  );
  expect(count('speed_rows')).toBe(5);
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
    rows('a', 5).map((row) => ({ ...row, timestampUs: 99 })),
    TTL_MS,
  );
  nowMs += TTL_MS;
  await store.upsert(rows('a', 5), TTL_MS);
  expect(await store.readKey('v', 'a 0', 0)).toEqual([]);
});
