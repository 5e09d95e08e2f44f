/** Retention over longer histories: balances upon balances, rollbacks, kills, files of IMDb. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rollback, verifyStores } from '@rushes/batch';
import { silentProgress } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { Killed, mortal } from './mortal-stores.ts';
import { DAY_MS, openRetainedCase, type RetainedCase } from './retained-case.ts';
import { rated, recordOf } from './told-events.ts';

const verified = (on: RetainedCase) => verifyStores(on.data.stores, { progress: silentProgress, signal: new AbortController().signal });
const nowOf = (on: RetainedCase): Date => new Date(on.data.clock.nowMs);

let on: RetainedCase;
beforeEach(async () => {
  on = await openRetainedCase();
});
afterEach(() => on.close());

test('each balance goes on from the one before, whose events are gone', async () => {
  await on.days(8);
  for (let pass = 1; pass <= 2; pass++) {
    expect(await on.retain()).toMatchObject({ sealed: { number: pass } });
    await on.expectExact();
    await on.days(3);
  }
  const { archive } = await on.retain();
  expect(archive.files).toBeGreaterThan(0);
  await on.expectExact();
  await on.days(2);
  await on.retain();
  // A balance that a later one stands for goes with its files.
  expect(await on.keys('bronze/log/openings/opening-0000000001')).toEqual([]);
  await on.expectExact();
});

test('a version that can be rolled back to keeps what a run needs that goes on from it', async () => {
  await on.days(5);
  const { version } = await on.data.current();
  on.data.clock.nowMs += 30 * DAY_MS;
  await on.append(recordOf(rated(1, 9, nowOf(on).toISOString()), 'late'));
  await on.run();
  for (let pass = 0; pass < 2; pass++) {
    await on.retain();
    on.data.clock.nowMs += 2 * DAY_MS;
  }
  expect(await rollback(on.data.stores, version, nowOf(on))).toMatchObject({ version });
  await on.run();
  await on.expectExact();
});

test('killed anywhere, the next one goes on', async () => {
  await on.days(8);
  await on.retain();
  await on.days(2);
  let killed = 0;
  for (let calls = 1; ; calls += 83) {
    const life = { left: calls };
    try {
      await on.retain({}, { ...on.data.stores, objects: mortal(life, on.data.stores.objects), views: mortal(life, on.data.stores.views) });
      break;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      killed += 1;
    }
  }
  expect(killed).toBeGreaterThan(2);
  expect((await on.retain()).archive.files).toBe(0);
  await on.expectExact();
});

test('loads of files that no kept version reads go when they are old', async () => {
  await on.days(1);
  for (let titles = 31; titles < 34; titles++) {
    await writeCatalog(on.data.imdb, { titles });
    await on.run();
  }
  const all = await on.keys('bronze/title.ratings/');
  expect(await on.retain({ bronzeDays: 3 })).toMatchObject({ loads: { files: 0 } });
  on.data.clock.nowMs += 5 * DAY_MS;
  const { loads } = await on.retain({ bronzeDays: 3 });
  expect(loads.files).toBeGreaterThan(0);
  expect((await on.keys('bronze/title.ratings/')).length).toBeLessThan(all.length);
  expect(await verified(on)).toMatchObject({ damages: [] });
  await on.expectExact();
  // The first file again: it is loaded anew.
  await writeCatalog(on.data.imdb, { titles: 31 });
  await on.run();
  await on.expectExact();
});

test('a file of the balance that is gone is told of, and a full run takes the states from silver', async () => {
  await on.days(8);
  await on.retain();
  await on.days(2);
  await on.retain();
  // Of the balance that counts: files of the one before it are still there.
  const balances = await on.keys('bronze/log/openings/opening-');
  expect(balances).toHaveLength(2);
  const balance = await readFile(join(on.data.root, 'lake', balances.at(-1) ?? ''), 'utf8');
  const key = /bronze\/log\/openings\/movie_ratings\/[^"]+/u.exec(balance)?.[0] ?? '';
  await rm(join(on.data.root, 'lake', key));
  expect((await verified(on)).damages).toMatchObject([{ name: key, fault: 'missing' }]);
  const before = await on.told();
  await on.run(true);
  expect(await on.told()).toEqual(before);
  expect(await on.told()).toEqual(await on.plain());
});
