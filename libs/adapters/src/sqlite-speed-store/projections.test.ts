/** A projection beside others in one store sees what a store of its own would show: the same laws hold, whatever the others hold under the same names. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PARTITIONS } from '@rushes/domain';
import { ownedByMember, projectionOf, reachedOffsets } from '@rushes/ports';
import { ownersContract } from '@rushes/ports/contracts/owners';
import { speedStoreContract } from '@rushes/ports/contracts/speed-store';
import { change, coverageOf, RATINGS, row } from '@rushes/ports/contracts/speed-samples';
import { afterEach, expect, test } from 'vitest';

import { openSqliteSpeedStore, type SqliteSpeedStore } from './index.ts';

const LONG_MS = 1_000 * 3_600_000;
const disposers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const dispose of disposers.splice(0)) await dispose();
});

/** Claims, positions, coverage, rows and change records that no projection with another name may see. */
const fill = async (store: SqliteSpeedStore): Promise<void> => {
  await store.owners.renew('a', LONG_MS);
  for (const partition of PARTITIONS) {
    const fence = (await store.owners.claim(partition, 'a', 0)) ?? expect.fail('not claimed');
    const opening = { offset: 3, appendedAtMs: 5 };
    await store.putPosition({ partition, offset: 1_000, epoch: 9, opening }, fence);
    const expiresAtMs = 1_767_323_045_678 + LONG_MS;
    await store.putCoverage({ partition, epoch: 7, generation: 0, from: 3, expiresAtMs, begun: 0, baseUs: 1 }, fence);
  }
  await store.upsert([row(90), row(91, { key: 'b' }), row(92, { epoch: 8 })], LONG_MS);
  await store.appendChange(change(80, 93), LONG_MS);
};

const openFile = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
  const opened: SqliteSpeedStore[] = [];
  let nowMs = 1_767_323_045_678;
  const openWhole = async (): Promise<SqliteSpeedStore> => {
    const client = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), { now: () => nowMs });
    opened.push(client);
    return client;
  };
  const dispose = async (): Promise<void> => {
    for (const client of opened) await client.close();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    openWhole,
    open: async (): Promise<SqliteSpeedStore> => projectionOf(await openWhole(), '1f2e'),
    /** What was there before there were projections, and another one. */
    others: async (): Promise<readonly SqliteSpeedStore[]> => {
      const whole = await openWhole();
      return [whole, projectionOf(whole, 'f2e')];
    },
    advanceClock: (milliseconds: number): void => void (nowMs += milliseconds),
    dispose,
  };
};

const openBesideOthers = async () => {
  const file = await openFile();
  for (const other of await file.others()) await fill(other);
  return file;
};

speedStoreContract({
  name: 'a projection beside others',
  open: async () => {
    const { open, advanceClock, dispose } = await openBesideOthers();
    const store = await open();
    return { store, owners: store.owners, reopen: open, advanceClock, dispose };
  },
});

ownersContract({
  name: 'a projection beside others',
  open: async () => {
    const { open, advanceClock, dispose } = await openBesideOthers();
    const store = await open();
    return { owners: store.owners, store, reopen: async () => (await open()).owners, advance: async (ms) => advanceClock(ms), dispose };
  },
});

test('what other projections hold stays as it was, whatever one does', async () => {
  const { open, openWhole, others, dispose } = await openBesideOthers();
  disposers.push(dispose);
  const [, other] = await others();
  const own = await open();
  const looks = async (one = other ?? expect.fail('none')): Promise<unknown> => ({
    group: await one.owners.renew('looks', LONG_MS),
    progress: await one.progress(),
    changes: await one.changesAfter({ [RATINGS]: 0 }, { limit: 10 }),
    rows: await one.readRows([row(90), row(91, { key: 'b' }), row(92, { epoch: 8 })]),
  });
  const before = await looks();
  await fill(own);
  const fence = (await own.owners.claim(RATINGS, 'b', 1)) ?? expect.fail('not claimed');
  await own.dropCoverage(RATINGS, 7, fence);
  await own.upsert([row(990)], LONG_MS);
  await own.owners.leave('a');
  expect((await coverageOf(own)).filter(({ partition }) => partition === RATINGS)).toEqual([]);
  expect((await (await openWhole()).progress()).length).toBe(3 * PARTITIONS.length);
  expect(await looks()).toEqual(before);
});

test('how far any projection has come, and what members own in all of them', async () => {
  const { openWhole, open, dispose } = await openFile();
  disposers.push(dispose);
  const whole = await openWhole();
  await fill(whole);
  const own = await open();
  const fence = (await own.owners.claim(RATINGS, 'a', 0)) ?? expect.fail('not claimed');
  await own.putPosition({ partition: RATINGS, offset: 2_000, epoch: 9, opening: { offset: 3, appendedAtMs: 5 } }, fence);
  expect(await reachedOffsets(whole)).toEqual({
    ...Object.fromEntries(PARTITIONS.map((partition) => [partition, 1_000])),
    [RATINGS]: 2_000,
  });
  expect(await reachedOffsets(own)).toEqual({ [RATINGS]: 2_000 });
  expect(await ownedByMember(whole)).toEqual(new Map([['a', PARTITIONS.length + 1]]));
});
