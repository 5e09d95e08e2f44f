/** The schedule: runs at once where one is due, tells faults, and ends when it is told to. */
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { startSchedule } from '@rushes/batch';
import { type Publication, StoreUnavailable } from '@rushes/ports';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;

const CATALOG = { titles: 120 };

beforeEach(async () => {
  data = await openDataFolder(CATALOG);
  imdb = await writeCatalog(data.path('imdb'), CATALOG);
});
afterEach(() => data.close());

const start = (now?: () => Date) =>
  startSchedule(
    data.stores,
    { imdbSource: imdb, workFolder: data.path('tmp'), threads: 2, keepVersions: 5, full: false, intervalMinutes: 240 },
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
  await writeFile(data.path('lake/runs/run-1.json'), 'damaged');
  const schedule = start();
  await expect(schedule.firstRun).rejects.toThrow('run-1.json');
  await schedule.stop();
});

const published = async (): Promise<Publication> => {
  const publication = await data.stores.views.currentPublication();
  if (publication === undefined) throw new Error('nothing is published');
  return publication;
};

const drop = async (artefact: string): Promise<void> => {
  await data.stores.views.retire([artefact]);
  await data.stores.views.dropRetired(0);
};

/** A new schedule, and the run that it makes at once. */
const nextRun = async () => {
  const schedule = start();
  const report = await schedule.firstRun;
  await schedule.stop();
  return report;
};

test('a run of a clock that was ahead does not stop the schedule', async () => {
  const ahead = start(() => new Date(Date.now() + 30 * 24 * 3_600_000));
  expect(await ahead.firstRun).toMatchObject({ outcome: 'published', version: 1 });
  await ahead.stop();
  expect(await nextRun()).toMatchObject({ outcome: 'published', version: 2 });
  const settled = start();
  await settled.stop();
  expect(await settled.firstRun).toBeUndefined();
});

test.each([
  ['deleted', (path: string) => rm(path)],
  ['cut off', (path: string) => truncate(path, 5000)],
  ['overwritten', (path: string) => writeFile(path, 'no database'.repeat(1000))],
])('views that were %s are due to be built anew at once, and are', async (_how, damage) => {
  await nextRun();
  const before = await readEverything(data.stores);
  for (const name of await readdir(data.path('views'))) if (/^(titles|people)-/.test(name)) await damage(data.path(`views/${name}`));
  expect(await nextRun()).toMatchObject({ outcome: 'published', version: 2 });
  expect(await readEverything(data.stores)).toEqual(before);
});

test('a version that lacks a view which this code serves is replaced at once, unless the one before can be served', async () => {
  await nextRun();
  const first = await published();
  const { people, ...others } = first.views;
  await data.stores.views.insertPublication({ ...first, number: 2, views: others });
  const idle = start();
  await idle.stop();
  expect(await idle.firstRun, 'publication 1 is there to be served').toBeUndefined();
  await drop(people?.artefact ?? '');
  expect(await nextRun()).toMatchObject({ outcome: 'published', version: 2 });
  // An artefact of another form is as good as none, although it is there.
  const second = await published();
  const foreign = { artefact: second.views['genres']?.artefact ?? '', rows: 0 };
  await data.stores.views.insertPublication({ ...second, number: second.number + 1, views: { ...second.views, people: foreign } });
  await drop(people?.artefact ?? '');
  expect(await nextRun()).toMatchObject({ outcome: 'published', version: 3 });
});

test('a version whose events were folded by other rules is replaced at once, unless the one before can be served', async () => {
  await nextRun();
  const first = await published();
  const { rules = expect.fail('no rules') } = first;
  await data.stores.views.insertPublication({ ...first, number: 2, version: 2, rules: { ...rules, events: 'other' } });
  const idle = start();
  await idle.stop();
  expect(await idle.firstRun, 'publication 1 is there to be served').toBeUndefined();
  await data.stores.views.insertPublication({ ...first, number: 3, log: 'another', rules: { ...rules, events: 'other' } });
  expect(await nextRun()).toMatchObject({ outcome: 'published' });
});

test('a store of views that is away for a moment is no reason for a run', async () => {
  await nextRun();
  const away = new StoreUnavailable({ location: 'the views', reason: 'are busy' });
  const stores = { ...data.stores, views: { ...data.stores.views, rowCount: () => Promise.reject(away) } };
  const schedule = startSchedule(
    stores,
    { imdbSource: imdb, workFolder: data.path('tmp'), threads: 2, keepVersions: 5, full: false, intervalMinutes: 240 },
    { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal },
  );
  await expect(schedule.firstRun).rejects.toThrow(away);
  await schedule.stop();
  expect((await published()).version).toBe(1);
});
