/** What is damaged is found by verifying and by the audit, named with the way out, and gone after the next run; nothing of it is ever compared as if it were right. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { archivedUpTo, auditStores, type AuditReport, type VerifyReport, verifyStores } from '@rushes/batch';
import { partitionOf, titleIdOf, type Tconst } from '@rushes/domain';
import { someOf } from '@rushes/ports/contracts/depth';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { filesUnder, flipBit } from '../flip-bit.ts';
import { type LoggedEvent, openWorld, type World } from './world.ts';

const MOVIE = titleIdOf('tt0000001' as Tconst); // as: well-formed
const PARTITION = partitionOf('movie.ratings', MOVIE);
const DAY_MS = 86_400_000;

interface Answer {
  readonly data: { readonly votes: number };
  readonly meta: unknown;
}

let folder: string;
let dump: string;
/** The folder of a world that has published two ratings: each test begins with a copy. */
let published: string;
let world: World;
let nowMs: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-damage-'));
  dump = await writeCatalog(join(folder, 'imdb'), { titles: 5 });
  world = await openWorld();
  await world.append([rating('a', 5), rating('b', 7)]);
  await publish();
  published = await world.leave();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(published, { recursive: true, force: true });
});
beforeEach(async () => {
  nowMs = Date.now();
  world = await openWorld({ nowMs: () => nowMs, leaseMs: 3_000, begin: { folder: published } });
});
afterEach(() => world.close());

const rating = (id: string, score: number): LoggedEvent => ({
  id,
  event: { type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score, user: null, at: '2026-05-31T00:00:00Z' } },
});
const publish = async (full = false): Promise<void> => expect((await world.run(dump, { full })).outcome).toBe('published');
const signal = new AbortController().signal;
const audit = async (): Promise<AuditReport | undefined> =>
  auditStores(
    world.stores,
    { workFolder: world.stores.scratchFolder, memoryLimitMb: 128, threads: 1 },
    { logger: silentLogger, progress: silentProgress, signal },
  );
const verify = (): Promise<VerifyReport> => verifyStores(world.stores, { progress: silentProgress, signal });
const lakeFiles = (under: string, ending = '.parquet') => filesUnder(join(world.stores.objects.location, under), ending);
const theLogForgets = async (): Promise<void> => {
  nowMs += 30 * DAY_MS;
  expect(await world.stores.log.trim(await archivedUpTo(world.stores))).toBeGreaterThan(0);
};

test('where nothing is damaged, everything is read and nothing found', async () => {
  const report = await verify();
  expect(report).toMatchObject({ version: 1, damages: [], unsealed: [] });
  expect(Math.min(report.objects, report.bytes, report.artefacts, report.records)).toBeGreaterThan(2);
  expect(await audit()).toMatchObject({ differences: 0, damages: [], unread: [] });
});

test('an archive file that the log can replace: the audit reads the log instead, and the next run archives it anew', async () => {
  const [path = ''] = await lakeFiles('bronze/log/movie.ratings');
  for (const harm of [() => flipBit(path), () => rm(path)]) {
    await harm();
    const damages = [
      {
        store: 'lake',
        name: `bronze/log/movie.ratings/${basename(path)}`,
        way_out: expect.stringContaining('archives it anew from the log'),
      },
    ];
    expect(await audit()).toMatchObject({ differences: 0, states: 4, unread: [], damages });
    expect((await verify()).damages).toMatchObject(damages);
    await publish();
    expect((await verify()).damages).toEqual([]);
    expect(await audit()).toMatchObject({ differences: 0, states: 4, damages: [] });
  }
});

test('an archive file that nothing can replace: the audit says which events it did not compare, and advises no full run', async () => {
  await theLogForgets();
  const [path = ''] = await lakeFiles('bronze/log/movie.ratings');
  await flipBit(path);
  const report = await audit();
  expect(report).toMatchObject({
    differences: 0,
    unread: [{ partition: PARTITION, from: 0, to: 2 }],
    damages: [
      {
        fault: 'damaged',
        holds: `the log's archive: offsets 0 to 1 of ${PARTITION}`,
        way_out: expect.stringContaining('Restore it from a backup'),
      },
    ],
  });
  expect((await verify()).damages).toEqual(report?.damages);
});

test.each(someOf(['silver', 'keyed', 'gold', 'bronze/title.basics', 'manifests', 'derivations'], 2))(
  '%s: each damaged file is named once',
  async (layer) => {
    const paths = await lakeFiles(layer, layer === 'manifests' || layer === 'derivations' ? '.json' : '.parquet');
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) await flipBit(path);
    const { damages } = await verify();
    expect(damages.map(({ name }) => basename(name)).toSorted()).toEqual(paths.map((path) => basename(path)).toSorted());
    if (layer === 'manifests') return;
    if (layer === 'keyed') expect(await audit()).toMatchObject({ differences: 0, states: 0, damages: [{}, {}, {}, {}] });
    await publish();
    expect((await verify()).damages).toEqual([]);
  },
);

test('a served artefact with one flipped bit is named, opened no more, and built anew', async () => {
  const paths = await filesUnder(world.stores.views.location, '.sqlite');
  const served = Object.values((await world.stores.views.currentPublication())?.views ?? {}).map(({ artefact }) => artefact);
  for (const path of paths.filter((one) => served.includes(basename(one, '.sqlite')))) await flipBit(path);
  expect((await audit())?.damages.map(({ name }) => name).toSorted()).toEqual(served.toSorted());
  expect((await verify()).damages).toMatchObject(served.map(() => ({ store: 'views', fault: 'damaged' })));
  for (const artefact of served) await expect(world.stores.views.open(artefact)).rejects.toThrow('is damaged');
  await publish();
  expect((await verify()).damages).toEqual([]);
});

test('a state of the speed store that is other than it was written: answers say gap, never the wrong number, until it was projected again', async () => {
  await world.append([rating('c', 9)]);
  await world.settle();
  await world.stopSpeed();
  const database = new DatabaseSync(world.stores.speed.location);
  expect(database.prepare(`UPDATE speed_rows SET state = replace(state, '"count":1', '"count":8')`).run().changes).toBeGreaterThan(0);
  database.close();
  await world.restartServing();
  const shown = async (): Promise<Answer> => JSON.parse((await world.get(`/movies/${MOVIE}?fields=votes`)).body) as Answer; // as: of the API
  const damaged = await shown();
  expect(damaged).toMatchObject({ meta: { completeness: 'gap' } });
  await world.restartSpeed();
  await vi.waitFor(
    async () => {
      await world.settle();
      expect(await shown()).toMatchObject({ data: { votes: damaged.data.votes + 1 }, meta: { completeness: 'complete' } });
    },
    { timeout: 300_000, interval: 50 },
  );
  expect(await audit()).toMatchObject({ differences: 0, missing: [] });
});
