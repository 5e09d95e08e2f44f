/** Something stored is other than it was written, or gone, and Cassandra sees nothing wrong. */
import type { SpeedRow } from '@rushes/ports';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';

import type { CassandraSpeedStore } from './index.ts';
import { type TestKeyspace, testKeyspaces } from './keyspaces-for-tests.ts';

const HOUR_MS = 3_600_000;
const PARTITION = 'movie.ratings/0' as const;
const OTHER = 'movie.reviews/0' as const;
const NOW_MS = Date.now();

const keyspaces = testKeyspaces();
afterAll(() => keyspaces.end());

let keyspace: TestKeyspace;
let store: CassandraSpeedStore;
let told: string[];
let fence: number;

const row = (n: number, epoch = 2) => ({
  view: 'v 1',
  key: `key ${n}`,
  epoch,
  partition: PARTITION,
  generation: 0,
  lastOffset: n,
  appendedAtMs: 5,
  timestampUs: NOW_MS * 1_000 + n,
  state: `{"n":${n}}`,
});
const coverage = (epoch: number, partition: typeof PARTITION | typeof OTHER = PARTITION) => ({
  partition,
  epoch,
  generation: 0,
  from: 1,
  expiresAtMs: NOW_MS + HOUR_MS,
  begun: 0,
  baseUs: 0,
});
const listen = (to: CassandraSpeedStore): string[] => {
  const heard: string[] = [];
  to.onDamage((what) => heard.push(what));
  return heard;
};
/** Every cell of a table, or those of some rows, is given another value in place. */
const change = async (table: string, column: string, changed: (value: unknown) => unknown, where = ''): Promise<void> => {
  const { rows } = await keyspaces.execute(keyspace.name, `SELECT * FROM %KS%.${table}${where}`);
  const { columns } = await keyspaces.execute(keyspace.name, `SELECT * FROM %KS%.${table} LIMIT 1`);
  for (const found of rows) {
    const names = columns.map(({ name }) => name).filter((name) => name === column || found[name] !== null);
    const marks = names.map(() => '?').join(', ');
    const values = names.map((name) => (name === column ? changed(found[name]) : (found[name] as unknown)));
    await keyspaces.execute(keyspace.name, `INSERT INTO %KS%.${table} (${names.join(', ')}) VALUES (${marks})`, values);
  }
};
const flipLast = (value: unknown): Buffer => {
  const bytes = Buffer.from(value as Buffer); // as: a blob
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes;
};
const flipFirst = (value: unknown): Buffer => {
  const bytes = Buffer.from(value as Buffer); // as: a blob
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return bytes;
};
const scanned = async (of = store): Promise<readonly SpeedRow[]> => {
  const rows: SpeedRow[] = [];
  for await (const batch of of.scan('v 1', 0)) rows.push(...batch);
  return rows.toSorted((a, b) => a.epoch - b.epoch || a.lastOffset - b.lastOffset);
};
const trusted = async (of = store): Promise<readonly string[]> =>
  (await of.progress())
    .flatMap((one) => one.coverage)
    .filter(({ expiresAtMs }) => expiresAtMs > Date.now())
    .map(({ partition, epoch }) => `${partition} ${epoch}`)
    .toSorted();
const ALL = [`${PARTITION} 2`, `${PARTITION} 3`, `${OTHER} 2`];

beforeEach(async () => {
  keyspace = await keyspaces.take();
  store = await keyspace.open({ limits: { chunkBytes: 50 } });
  told = listen(store);
  fence = (await store.owners.claim(PARTITION, 'owner', 0)) ?? 0;
  const other = (await store.owners.claim(OTHER, 'owner', 0)) ?? 0;
  for (const epoch of [2, 3]) await store.putCoverage(coverage(epoch), fence);
  await store.putCoverage(coverage(2, OTHER), other);
  const rows = [row(1), row(2), row(3)];
  await store.upsert([...rows, row(1, 3)], HOUR_MS);
  await store.appendChange({ partition: PARTITION, from: 1, to: 4, epoch: 2, generation: 0, appendedAtMs: 5, rows }, HOUR_MS);
  await store.appendChange({ partition: PARTITION, from: 4, to: 5, epoch: 3, generation: 0, appendedAtMs: 5, rows: [row(1, 3)] }, HOUR_MS);
  await store.putPosition({ partition: PARTITION, offset: 5, epoch: 3, opening: { offset: 0, appendedAtMs: 1 } }, fence);
});
afterEach(() => keyspace.giveBack());

const changes = (of = store) => of.changesAfter({ [PARTITION]: 0 }, { limit: 10 });

test('what was written is read, also in pieces, and nothing is told', async () => {
  expect(await scanned()).toHaveLength(4);
  expect((await changes()).map(({ rows }) => rows.length)).toEqual([3, 1]);
  const { rows } = await keyspaces.execute(keyspace.name, 'SELECT chunk FROM %KS%.change_chunks');
  expect(rows.length).toBeGreaterThan(1);
  expect([await trusted(), told]).toEqual([ALL, []]);
});

test('a changed row is a lost write: left out, told once, its epoch trusted no more, and there again when it is written anew', async () => {
  await change('speed_rows', 'value', flipLast, ` WHERE key = 'key 2' ALLOW FILTERING`);
  expect((await scanned()).map(({ key, epoch }) => `${key} ${epoch}`)).toEqual(['key 1 2', 'key 3 2', 'key 1 3']);
  expect(told).toEqual([`the row key 2 of v 1 in ${PARTITION}, epoch 2.0 in ${store.location}`]);
  expect(await trusted()).toEqual([`${PARTITION} 3`]);
  expect(await trusted(await keyspace.open())).toEqual([`${PARTITION} 3`]);
  await scanned();
  expect(told).toHaveLength(1);
  const renewed = { ...row(2), generation: 1 };
  await store.upsert([renewed], HOUR_MS);
  await store.putCoverage({ ...coverage(2), generation: 1, begun: 1 }, fence);
  expect(await scanned()).toHaveLength(4);
  expect(await trusted()).toEqual([`${PARTITION} 2`, `${PARTITION} 3`]);
});

test('a writer that reads the key of a changed row finds none', async () => {
  await change('speed_rows', 'value', flipFirst, ` WHERE key = 'key 2' ALLOW FILTERING`);
  expect((await store.readRows([row(1), row(2)])).map(({ key }) => key)).toEqual(['key 1']);
  expect([await trusted(), told.length]).toEqual([[`${PARTITION} 3`], 1]);
});

test('a client that only reads trusts it no more, and neither changes the store nor what is projected anew', async () => {
  const reader = await keyspace.open({ readOnly: true });
  const heard = listen(reader);
  await change('speed_rows', 'value', flipLast, ` WHERE key = 'key 2' ALLOW FILTERING`);
  expect(await scanned(reader)).toHaveLength(3);
  expect([await trusted(reader), heard.length, await trusted()]).toEqual([[`${PARTITION} 3`], 1, ALL]);
  await store.putCoverage({ ...coverage(2), generation: 1, begun: 1 }, fence);
  expect(await scanned(reader)).toHaveLength(3);
  expect([await trusted(reader), heard.length]).toEqual([[`${PARTITION} 2`, `${PARTITION} 3`], 1]);
  for (const write of [
    () => reader.upsert([row(1)], HOUR_MS),
    () => reader.putPosition({ partition: PARTITION, offset: 5, epoch: 3, opening: { offset: 0, appendedAtMs: 1 } }, fence),
    () => reader.owners.claim(PARTITION, 'reader', fence),
  ])
    await expect(write()).rejects.toMatchObject({ name: 'StoreFault', message: expect.stringContaining('only to be read') });
});

test('a change record that lost a piece says how far it came, and nothing else', async () => {
  await keyspaces.execute(keyspace.name, `DELETE FROM %KS%.change_chunks WHERE partition = '${PARTITION}' AND bucket = 0 AND til = 4`);
  const emptied = { from: 1, to: 4, epoch: 2, rows: [] };
  expect(await changes()).toMatchObject([emptied, { from: 4, to: 5, rows: [row(1, 3)].map(({ timestampUs: _, ...rest }) => rest) }]);
  expect([await trusted(), told]).toEqual([
    [`${PARTITION} 3`],
    [expect.stringContaining('the change record of movie.ratings/0 from offset 1 to 4')],
  ]);
  expect(await changes()).toMatchObject([emptied, { from: 4 }]);
  expect(await changes(await keyspace.open())).toMatchObject([emptied, { from: 4 }]);
  expect(told).toHaveLength(1);
});

test('a changed head of a record: it is left out, and nothing is trusted', async () => {
  await change('changes', 'value', flipFirst, ` WHERE til = 4 ALLOW FILTERING`);
  expect(await changes()).toMatchObject([{ from: 4 }]);
  expect([await trusted(), told]).toEqual([[], [expect.stringContaining('the change record of movie.ratings/0 up to offset 4')]]);
  await changes();
  expect(told).toHaveLength(1);
});

test('a changed entry of an epoch: nothing is trusted, its rows are read', async () => {
  await change('row_groups', 'checksum', () => '1 []', ' WHERE epoch = 3 ALLOW FILTERING');
  expect(await scanned()).toHaveLength(4);
  expect([await trusted(), told.length]).toEqual([[], 1]);
  await scanned();
  expect(told).toHaveLength(1);
});

test('changed coverage promises nothing, a changed position is none: of their partition', async () => {
  const spoil = (column: string) =>
    keyspaces.execute(keyspace.name, `UPDATE %KS%.owned SET ${column} = '7 [8]' WHERE partition = '${PARTITION}' IF EXISTS`);
  await spoil('position');
  const positions = async () => (await store.progress()).flatMap(({ position }) => (position ? [position.offset] : []));
  expect([await positions(), told.length]).toEqual([[], 1]);
  await spoil('coverage');
  expect([await trusted(), told.length]).toEqual([[`${OTHER} 2`], 2]);
  expect(await store.putCoverage(coverage(3), fence)).toBe(true);
  expect([await trusted(), told.length]).toEqual([[`${PARTITION} 3`, `${OTHER} 2`], 2]);
});
