/** The schedule: runs at once where one is due, tells faults, and ends when it is told to. */
import { writeFile } from 'node:fs/promises';
import { startSchedule } from '@rushes/batch';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;

beforeEach(async () => {
  data = await openDataFolder();
  imdb = await writeCatalog(data.path('imdb'), { titles: 40 });
});
afterEach(() => data.close());

const start = (now?: () => Date) =>
  startSchedule(
    data.stores,
    { imdbFolder: imdb, workFolder: data.path('tmp'), threads: 2, keepVersions: 5, full: false, intervalMinutes: 240 },
    { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal, ...(now && { now }) },
  );

test('the first run comes at once, the next not before the interval has passed', async () => {
  const first = start();
  expect(await first.firstRun).toMatchObject({ outcome: 'published', version: 1 });
  await first.stop();

  const early = start();
  await early.stop();
  expect(await early.firstRun).toBeUndefined();

  const late = start(() => new Date(Date.now() + 5 * 3_600_000));
  expect(await late.firstRun).toMatchObject({ outcome: 'published', version: 2 });
  await late.stop();
});

test('a damaged record is told by its name, and the schedule can still be stopped', async () => {
  const first = start();
  await first.firstRun;
  await first.stop();
  await writeFile(data.path('lake/manifests/manifest-1.json'), 'damaged');
  const schedule = start();
  await expect(schedule.firstRun).rejects.toThrow('manifest-1.json');
  await schedule.stop();
});
