/** When a dump was so: known from its file when it is first loaded, and the same for good. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { type LoggedFolder, openLoggedFolder } from './logged-folder.ts';
import { openVersionReader, type VersionReader } from './read-version.ts';

let data: LoggedFolder;
let reader: VersionReader;
beforeEach(async () => {
  data = await openLoggedFolder();
  reader = await openVersionReader(data.stores.objects, data.root);
});
afterEach(async () => {
  await reader.close();
  await data.close();
});

const TITLES = 12;
const DAY_MS = 24 * 3_600_000;
const FIRST_MS = Date.UTC(2025, 5, 1, 12);

/** Runs over a catalog whose files have this time, and returns the time that the version gives its ratings, in the manifest and in its table. */
const timesWith = async (observedMs: number, votes = 7, options: { readonly full?: boolean } = {}) => {
  await writeCatalog(data.imdb, { titles: TITLES, votesOf: () => votes, observedMs });
  const { version } = await data.run({ full: options.full ?? false });
  const manifest = await data.manifest(version);
  const rows = await reader.rows(manifest, 'silver.dump_times');
  const dump = manifest.dumps.find(({ dataset }) => dataset === 'title.ratings');
  expect(rows).toEqual([{ dataset: 'title.ratings', observed_ms: Date.parse(dump?.observedAt ?? '') }]);
  return rows[0]?.['observed_ms'];
};

test('it is the time of the last change; the same bytes read again are no new observation, other ones are', async () => {
  expect(await timesWith(FIRST_MS)).toBe(FIRST_MS);
  expect(await timesWith(FIRST_MS + DAY_MS)).toBe(FIRST_MS);
  expect(await timesWith(FIRST_MS + DAY_MS, 7, { full: true })).toBe(FIRST_MS);
  expect(await timesWith(FIRST_MS + 2 * DAY_MS, 8)).toBe(FIRST_MS + 2 * DAY_MS);
  expect(await timesWith(FIRST_MS + 3 * DAY_MS, 7)).toBe(FIRST_MS);
});

test('it does not lie in the future', async () => {
  const before = Date.now();
  await writeCatalog(data.imdb, { titles: TITLES });
  const later = new Date(before + 1000 * DAY_MS);
  await utimes(join(data.imdb, 'title.ratings.tsv'), later, later);
  const { version } = await data.run();
  const [row] = await reader.rows(await data.manifest(version), 'silver.dump_times');
  expect(row?.['observed_ms']).toBeGreaterThanOrEqual(before);
  expect(row?.['observed_ms']).toBeLessThanOrEqual(Date.now());
});
