/** What is older than its retention goes, and every answer, full run, audit and verification says what it said before. */
import { sealJson, unsealJson } from '@rushes/ports';
import type { Manifest } from '@rushes/ports/manifest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRetainedCase, type RetainedCase } from './retained-case.ts';

let on: RetainedCase;
beforeEach(async () => {
  on = await openRetainedCase();
});
afterEach(() => on.close());

test('events older than the retention go once an opening balance stands for them, and nothing else changes', async () => {
  await on.days(8);
  const before = await on.archived();
  expect(await on.retain({ bronzeDays: 90 })).toMatchObject({ sealed: null, archive: { files: 0 } });
  expect(await on.retain({ dryRun: true })).toMatchObject({ sealed: { number: 1 }, archive: { files: 0 } });
  expect(await on.keys('bronze/log/openings/')).toEqual([]);
  const sealed = await on.retain();
  expect(sealed).toMatchObject({ sealed: { number: 1 }, archive: { files: 0 }, kept_because: null });
  expect(sealed.archive_begins).toBe(sealed.sealed?.begins);
  // Whoever began before may still read it all, for a day.
  expect(await on.retain()).toMatchObject({ sealed: null, archive: { files: 0 } });
  expect(await on.archived()).toBe(before);

  await on.days(2);
  const planned = await on.retain({ dryRun: true });
  expect(planned.archive.files).toBeGreaterThan(0);
  expect(await on.archived()).toBe(before + 2 * 3);
  expect(await on.retain()).toMatchObject({ archive: planned.archive });
  expect(await on.archived()).toBe(before + 2 * 3 - planned.archive.files);
  await on.expectExact();
});

test('states that are not what the archived events come to are not sealed, and everything stays', async () => {
  await on.days(8);
  const { version } = await on.data.current();
  const key = `manifests/manifest-${version}.json`;
  const manifest = unsealJson((await on.data.stores.objects.get(key)) ?? new Uint8Array()) as Manifest; // as: what was put there
  const tables = manifest.tables.map((table) => (table.name === 'silver.rating_events' ? { ...table, files: [], rows: 0 } : table));
  await on.data.stores.objects.put(key, sealJson({ ...manifest, tables }));
  await expect(on.retain()).rejects.toThrow(
    /the archive keeps everything: movie_ratings lacks .* which events of movie\.ratings\/\d before offset \d+ make/,
  );
  expect(await on.keys('bronze/log/openings/opening-')).toEqual([]);
});
