/** What is older than its retention goes, and every answer, full run, audit and rollback says what it said before. */
import { join } from 'node:path';
import { applyRetention, auditStores, rollback, type RetentionOptions, type RetentionReport, verifyStores } from '@rushes/batch';
import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { sealJson, unsealJson } from '@rushes/ports';
import type { Manifest } from '@rushes/ports/manifest';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { readEverything } from '../batch/test-data-folder.ts';
import { Killed, mortal } from './mortal-stores.ts';
import { HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { contentOf } from './read-version.ts';
import { added, junk, rated, recordOf, reviewed } from './told-events.ts';

const DAY_MS = 24 * HOUR_MS;

let on: OpenedCase;
const signal = new AbortController().signal;
const now = (): Date => new Date(on.data.clock.nowMs);

beforeEach(async () => {
  on = await openCase();
  // Files of the lake have the machine's time.
  on.data.clock.nowMs = Date.now();
});
afterEach(() => on.close());

const run = async (full = false): Promise<Manifest> => {
  expect(await on.data.run({ full, keepVersions: 2 }, on.data.stores, signal, now)).toMatchObject({ outcome: 'published' });
  return on.data.current();
};

const OPTIONS: Omit<RetentionOptions, 'workFolder'> = { bronzeDays: 1, keepVersions: 2, memoryLimitMb: 256, threads: 1 };
const retain = (options: Partial<RetentionOptions> = {}, stores = on.data.stores): Promise<RetentionReport> =>
  applyRetention(
    stores,
    { ...OPTIONS, workFolder: join(on.data.root, 'tmp'), ...options },
    { logger: silentLogger, progress: silentProgress, signal, now },
  );

let told = 0;
/** Events of one day, of which some are repeated and some are none, then a run. */
const day = async (): Promise<void> => {
  on.data.clock.nowMs += DAY_MS;
  const at = now().toISOString();
  told += 1;
  await on.append(
    recordOf(rated(1 + (told % 3), 1 + (told % 10), at), `rating-${told}`),
    recordOf(reviewed(2, `Good, ${told} times`, at), `review-${told}`),
    recordOf(added(3, 'posted', `Title ${told}`, at), `added-${told}`),
    recordOf(rated(1, 5, at), `rating-${told - 1}`),
    junk('movie.ratings', 1, `junk-${told}`),
  );
  await run();
};
const days = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await day();
};
const archived = async (): Promise<number> => (await on.keys('bronze/log/movie.')).length;

const audit = async () => {
  const speed = await openSqliteSpeedStore(join(on.data.root, 'speed'));
  try {
    return await auditStores(
      { ...on.data.stores, speed },
      { workFolder: join(on.data.root, 'tmp'), memoryLimitMb: 128, threads: 1 },
      { logger: silentLogger, progress: silentProgress, signal, now },
    );
  } finally {
    await speed.close();
  }
};

/** A full run, an audit and a verification agree with what was published, and that with a plain fold of the whole log. */
const expectExact = async (): Promise<void> => {
  const incremental = await on.data.current();
  expect(await on.told()).toEqual(await on.plain());
  const before = await readEverything(on.data.stores);
  const full = await run(true);
  expect(contentOf(full, 'keyed.')).toEqual(contentOf(incremental, 'keyed.'));
  expect(contentOf(full, 'gold.')).toEqual(contentOf(incremental, 'gold.'));
  expect(await readEverything(on.data.stores)).toEqual(before);
  expect(await on.told()).toEqual(await on.plain());
  const silver = 'silver.rating_events';
  const order = '"partition", "offset"';
  expect(await on.reader.rows(full, silver, order)).toEqual(await on.reader.rows(incremental, silver, order));
  const report = await audit();
  expect(report).toMatchObject({ differences: 0, damages: [], unread: [] });
  expect(report?.states).toBeGreaterThan(0);
  expect(await verifyStores(on.data.stores, { progress: silentProgress, signal })).toMatchObject({ damages: [] });
};

test('events older than the retention go once an opening balance stands for them, and nothing else changes', async () => {
  await days(8);
  const before = await archived();
  // Nobody is old enough yet.
  expect(await retain({ bronzeDays: 90 })).toMatchObject({ sealed: null, archive: { files: 0 } });
  expect(await retain({ dryRun: true })).toMatchObject({ sealed: { number: 1 }, archive: { files: 0 } });
  expect(await on.keys('bronze/log/openings/')).toEqual([]);
  const sealed = await retain();
  expect(sealed).toMatchObject({ sealed: { number: 1 }, archive: { files: 0 }, kept_because: null });
  expect(sealed.archive_begins).toBe(sealed.sealed?.begins);
  // Whoever began before may still read it all.
  expect(await archived()).toBe(before);
  await expectExact();

  await days(2);
  const planned = await retain({ dryRun: true });
  expect(planned.archive.files).toBeGreaterThan(0);
  expect(await archived()).toBe(before + 2 * 3);
  expect(await retain()).toMatchObject({ archive: planned.archive, sealed: { number: 2 } });
  expect(await archived()).toBe(before + 2 * 3 - planned.archive.files);
  await expectExact();

  // The next balance goes on from this one, whose events are gone.
  await days(3);
  await retain();
  await days(2);
  await retain();
  expect(await on.keys('bronze/log/openings/opening-0000000001')).toEqual([]);
  await expectExact();
  expect(await retain()).toMatchObject({ sealed: null, archive: { files: 0 }, loads: { files: 0 } });
});

test('a version that can be rolled back to keeps what a run needs that goes on from it', async () => {
  await days(5);
  const { version } = await on.data.current();
  on.data.clock.nowMs += 30 * DAY_MS;
  await on.append(recordOf(rated(1, 9, now().toISOString()), 'late'));
  await run();
  for (let pass = 0; pass < 2; pass++) {
    await retain();
    on.data.clock.nowMs += 2 * DAY_MS;
  }
  expect(await rollback(on.data.stores, version, now())).toMatchObject({ version });
  await run();
  await expectExact();
});

test('killed anywhere, the next one goes on', async () => {
  await days(8);
  await retain();
  await days(2);
  let killed = 0;
  for (let calls = 1; ; calls += 23) {
    const life = { left: calls };
    const objects = mortal(life, on.data.stores.objects);
    try {
      await retain({}, { ...on.data.stores, objects, views: mortal(life, on.data.stores.views) });
      break;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      killed += 1;
    }
  }
  expect(killed).toBeGreaterThan(3);
  expect((await retain()).archive.files).toBe(0);
  await expectExact();
});

test('states that are not what the archived events come to are not sealed, and everything stays', async () => {
  await days(8);
  const { version } = await on.data.current();
  const key = `manifests/manifest-${version}.json`;
  const manifest = unsealJson((await on.data.stores.objects.get(key)) ?? new Uint8Array()) as Manifest; // as: what was put there
  const tables = manifest.tables.map((table) => (table.name === 'silver.rating_events' ? { ...table, files: [], rows: 0 } : table));
  await on.data.stores.objects.put(key, sealJson({ ...manifest, tables }));
  await expect(retain()).rejects.toThrow(
    /the archive keeps everything: movie_ratings lacks .* which events of movie\.ratings\/\d before offset \d+ make/,
  );
  expect(await on.keys('bronze/log/openings/opening-')).toEqual([]);
});

test('loads of files that no kept version reads go when they are old', async () => {
  await day();
  const before = await on.keys('bronze/title.ratings/');
  for (let titles = 31; titles < 34; titles++) {
    await writeCatalog(on.data.imdb, { titles });
    await run();
  }
  const all = await on.keys('bronze/title.ratings/');
  expect(all.length).toBeGreaterThan(before.length);
  expect(await retain()).toMatchObject({ loads: { files: 0 } });
  on.data.clock.nowMs += 3 * DAY_MS;
  const { loads } = await retain();
  expect(loads.files).toBeGreaterThan(0);
  const left = await on.keys('bronze/title.ratings/');
  expect(left.length).toBeLessThan(all.length);
  expect(await verifyStores(on.data.stores, { progress: silentProgress, signal })).toMatchObject({ damages: [] });
  await expectExact();
});
