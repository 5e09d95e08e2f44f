/** One value of the file is other than it was written, and SQLite sees nothing wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Coverage, SpeedRow } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { openSqliteSpeedStore, type SqliteSpeedStore } from './index.ts';
import { changesAfter, coverageOf, positionOf, rowsOfKey } from './read-back.ts';

const HOUR_MS = 3_600_000;
const PARTITION = 'movie.ratings/0' as const;
const NOW_MS = 1_000_000;
/** The first one that is issued. */
const FENCE = 1;

let folder: string;
let path: string;
let store: SqliteSpeedStore;
let told: string[];

const open = async (): Promise<void> => {
  store = await openSqliteSpeedStore(path, { now: () => NOW_MS });
  told = [];
  store.onDamage((what) => told.push(what));
};
const row = (n: number, epoch = 2) => ({
  view: 'v 1',
  key: `key ${n}`,
  epoch,
  partition: PARTITION,
  generation: 0,
  lastOffset: n,
  appendedAtMs: 5,
  timestampUs: n,
  state: `{"n":${n}}`,
});
const coverage = (epoch: number): Coverage => ({
  partition: PARTITION,
  epoch,
  generation: 0,
  from: 1,
  expiresAtMs: NOW_MS + HOUR_MS,
  begun: 0,
  baseUs: 0,
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
  path = join(folder, 'speed.sqlite');
  await open();
  const rows = [row(1), row(2), row(3)];
  if ((await store.owners.claim(PARTITION, 'owner', 0)) !== FENCE) throw new Error('the first claim has another fence');
  for (const epoch of [2, 3]) await store.putCoverage(coverage(epoch), FENCE);
  await store.upsert([...rows, row(1, 3)], HOUR_MS);
  await store.appendChange({ partition: PARTITION, from: 1, to: 4, epoch: 2, generation: 0, appendedAtMs: 5, rows }, HOUR_MS);
  await store.putPosition({ partition: PARTITION, offset: 4, epoch: 2, opening: { offset: 0, appendedAtMs: 1 } }, FENCE);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const change = (sql: string): void => {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
};
const scanned = async (): Promise<readonly SpeedRow[]> => {
  const rows: SpeedRow[] = [];
  for await (const batch of store.scan('v 1', 0)) rows.push(...batch);
  return rows;
};
const keysOfEpoch2 = async () => (await scanned()).filter(({ epoch }) => epoch === 2).map(({ key }) => key);
const trusted = async () => (await coverageOf(store)).filter(({ expiresAtMs }) => expiresAtMs > NOW_MS).map(({ epoch }) => epoch);

test('what was written is read, and nothing is told', async () => {
  expect(await scanned()).toHaveLength(4);
  expect(await rowsOfKey(store, 'v 1', 'key 1')).toHaveLength(2);
  expect((await changesAfter(store, PARTITION, 0, 10))[0]?.rows).toHaveLength(3);
  expect((await positionOf(store, PARTITION))?.offset).toBe(4);
  expect([await trusted(), told]).toEqual([[2, 3], []]);
});

test.each([
  [`state = '{"n":9}'`],
  ['last_offset = 9'],
  ['appended_at_ms = 9'],
  ['timestamp_us = 9'],
  [`expires_at_ms = ${NOW_MS - 1}`],
  [`key = 'key 9'`],
  [`partition = 'movie.ratings/1'`],
  ['checksum = checksum + 1'],
])('a row with another %s is a lost write: left out, told, its epoch trusted no more', async (changed) => {
  change(`UPDATE speed_rows SET ${changed} WHERE key = 'key 2'`);
  expect(await keysOfEpoch2()).toEqual(['key 1', 'key 3']);
  expect(told).toEqual([expect.stringMatching(/^the row key . of v 1 in movie.ratings\/., epoch 2.0 in .*speed.sqlite$/)]);
  expect(await trusted()).toEqual([3]);
  await scanned();
  expect(told).toHaveLength(1);
  await store.upsert([row(2)], HOUR_MS);
  expect((await rowsOfKey(store, 'v 1', 'key 2'))[0]?.state).toBe('{"n":2}');
});

test('a writer that reads the key of a changed row finds none', async () => {
  change(`UPDATE speed_rows SET state = '{"n":9}' WHERE key = 'key 2'`);
  expect(await rowsOfKey(store, 'v 1', 'key 2')).toEqual([]);
  expect([await trusted(), told.length]).toEqual([[3], 1]);
});

test.each([['epoch = 9'], [`view = 'v 2'`], ['generation = 1']])(
  'rows that are listed under another %s: no epoch is trusted',
  async (changed) => {
    change(`UPDATE row_groups SET ${changed} WHERE epoch = 2`);
    expect(await scanned()).toHaveLength(1);
    expect([await trusted(), told.length]).toEqual([[], 1]);
  },
);

test('a change record with other rows says how far it came, and nothing else; one with another place is left out', async () => {
  change(`UPDATE changes SET rows = replace(rows, '"key 2"', '"key 7"')`);
  expect(await changesAfter(store, PARTITION, 0, 10)).toMatchObject([{ from: 1, to: 4, rows: [] }]);
  expect([await trusted(), told.length]).toEqual([[3], 1]);
  expect(await changesAfter(store, PARTITION, 0, 10)).toMatchObject([{ from: 1, to: 4, rows: [] }]);
  change('UPDATE changes SET to_offset = 9');
  expect(await changesAfter(store, PARTITION, 0, 10)).toEqual([]);
  expect([await trusted(), told.length]).toEqual([[], 2]);
});

test.each([['from_offset = 0'], ['expires_at_ms = 9999999999999'], ['generation = 1'], ['begun = 7'], ['base_us = 7']])(
  'coverage with another %s promises nothing',
  async (changed) => {
    change(`UPDATE coverage SET ${changed} WHERE epoch = 2`);
    await coverageOf(store);
    expect([await trusted(), told.length]).toEqual([[3], 1]);
  },
);

test.each([['next_offset = 9'], ['epoch = 3'], ['opening_offset = 1']])('a position with another %s is none', async (changed) => {
  change(`UPDATE positions SET ${changed}`);
  expect(await positionOf(store, PARTITION)).toBeUndefined();
  expect(told).toHaveLength(1);
});

test('coverage that is merged from two keeps its checksum', async () => {
  await store.putCoverage({ ...coverage(2), from: 3, expiresAtMs: NOW_MS + 5, begun: 2 }, FENCE);
  await store.putCoverage({ ...coverage(2), generation: 2, begun: 2 }, FENCE);
  expect([await trusted(), told]).toEqual([[2, 3], []]);
});

test('coverage that ends with its rows keeps its checksum', async () => {
  await store.close();
  store = await openSqliteSpeedStore(path, { now: () => NOW_MS + 2 * HOUR_MS });
  store.onDamage((what) => told.push(what));
  await store.upsert([row(1, 9)], HOUR_MS);
  expect(await coverageOf(store)).toHaveLength(2);
  expect([await trusted(), told]).toEqual([[], []]);
});

describe('a file of an earlier format', () => {
  const SINCE_6 = `
    ALTER TABLE owners DROP COLUMN owner; DROP TABLE members; ALTER TABLE log DROP COLUMN claimed_at_ms;
    UPDATE coverage SET checksum = sum6 FROM (SELECT partition AS p, epoch AS e, CHECKSUM_5 AS sum6 FROM coverage) WHERE partition = p AND epoch = e;
    ALTER TABLE coverage DROP COLUMN base_us;
    ALTER TABLE changes RENAME TO later; DROP INDEX changes_by_expiry;
    CREATE TABLE changes (
      id INTEGER PRIMARY KEY, partition TEXT NOT NULL, from_offset INTEGER NOT NULL, generation INTEGER NOT NULL, to_offset INTEGER NOT NULL,
      epoch INTEGER NOT NULL, appended_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL, rows TEXT NOT NULL,
      rows_checksum INTEGER NOT NULL DEFAULT 0, checksum INTEGER NOT NULL DEFAULT 0, UNIQUE (partition, from_offset, generation)
    ) STRICT;
    CREATE INDEX changes_by_length ON changes (partition, to_offset - from_offset);
    CREATE INDEX changes_by_expiry ON changes (expires_at_ms);
    INSERT INTO changes SELECT * FROM later; DROP TABLE later;
    DROP TABLE heartbeats; PRAGMA user_version = 5;`;
  const SINCE_5 = `${['row_groups', 'speed_rows', 'changes', 'coverage', 'positions'].map((table) => `ALTER TABLE ${table} DROP COLUMN checksum;`).join('')}
    ALTER TABLE changes DROP COLUMN rows_checksum; PRAGMA user_version = 4`;
  const become = (format: 4 | 5): void => {
    const database = new DatabaseSync(path);
    database.function('CHECKSUM_5_OF', { varargs: true }, (...values) => recordChecksum(values as (string | number)[])); // as: texts and numbers
    const of = 'CHECKSUM_5_OF(partition, epoch, generation, from_offset, expires_at_ms, begun)';
    database.exec(SINCE_6.replace('CHECKSUM_5', of));
    if (format === 4) database.exec(SINCE_5);
    database.close();
  };

  test.each([4, 5] as const)('%i becomes one of this format, and is read as it is', async (format) => {
    await store.claimLog('a');
    await store.close();
    become(format);
    await open();
    expect(await scanned()).toHaveLength(4);
    expect((await store.changesAfter({ [PARTITION]: 0 }, { limit: 10 }))[0]?.rows).toHaveLength(3);
    const [progress] = await store.progress();
    // Rows were stamped from the opening of their epoch; the open one is written further.
    expect(progress).toMatchObject({
      owner: null,
      fence: 1,
      position: { offset: 4 },
      coverage: [
        { epoch: 2, baseUs: 1000 - 0 },
        { epoch: 3, baseUs: 0 },
      ],
    });
    expect((await store.claimLog('b')).log).toBe('a');
    expect((await store.claimLog('b')).claimedAtMs).toBeGreaterThan(1.7e12);
    expect(await store.owners.claim(PARTITION, 'm', 1)).toBe(2);
    await store.appendChange({ partition: PARTITION, from: 1, to: 4, epoch: 3, generation: 0, appendedAtMs: 5, rows: [] }, HOUR_MS);
    expect(await store.changesAfter({ [PARTITION]: 0 }, { limit: 10 })).toHaveLength(1);
    expect([await trusted(), told]).toEqual([[2, 3], []]);
  });

  test('what was other than it was written is so in the new format', async () => {
    await store.close();
    become(5);
    change('UPDATE coverage SET begun = 7 WHERE epoch = 2');
    await open();
    await store.progress();
    expect([await trusted(), told.length]).toEqual([[3], 1]);
  });
});
