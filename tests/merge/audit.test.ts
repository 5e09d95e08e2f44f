/** An audit agrees with layers that are right, and names what is wrong where they are not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type AuditReport, auditStores } from '@rushes/batch';
import { partitionOf, titleIdOf, type Tconst } from '@rushes/domain';
import { sealJson, type SpeedRow, unsealJson } from '@rushes/ports';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { movieRatings } from '@rushes/views';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { CATALOG, type LoggedEvent, openWorld, type World } from './world.ts';

const MOVIE = titleIdOf('tt0000001' as Tconst); // as: well-formed
const PARTITION = partitionOf('movie.ratings', MOVIE);

let folder: string;
let dump: string;
let world: World;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-audit-'));
  dump = await writeCatalog(join(folder, 'imdb'), CATALOG);
  world = await openWorld({ begin: 'computed' });
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const rating = (id: string, score: number): LoggedEvent => ({
  id,
  event: { type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score, user: null, at: '2026-05-31T00:00:00Z' } },
});
const publish = async (): Promise<void> => expect((await world.run(dump)).outcome).toBe('published');
const audit = async (): Promise<AuditReport | undefined> =>
  auditStores(
    world.stores,
    { workFolder: world.stores.scratchFolder, memoryLimitMb: 128, threads: 1 },
    { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal },
  );

test('before anything is published there is nothing to audit', async () => {
  expect(await audit()).toBeUndefined();
});

test('what was merged over several runs and epochs is what all events give, duplicates and poison among them', async () => {
  await publish();
  await world.append([rating('a', 5), rating('b', 7)]);
  await publish();
  await world.append([rating('b', 7), rating('c', 9)]);
  await world.stores.log.append([{ partition: PARTITION, key: MOVIE, id: 'poison', value: '{"type":"nothing"}' }]);
  await publish();
  await world.append([rating('d', 2), rating('a', 5)]);
  await world.settle();
  // The movie's ratings and three widths of buckets, in the version and in the epoch after it.
  expect(await audit()).toMatchObject({ version: 3, events: 7, states: 8, differences: 0, missing: [] });
});

/** What the speed store has of the movie. */
const speedRows = async (): Promise<readonly SpeedRow[]> => {
  const rows: SpeedRow[] = [];
  for await (const batch of world.stores.speed.scan(movieRatings.storedName, 0)) rows.push(...batch.filter(({ key }) => key === MOVIE));
  return rows;
};

test('a row of the speed store that lost an event is named', async () => {
  await publish();
  await world.append([rating('a', 5), rating('b', 7)]);
  await world.settle();
  const [row] = await speedRows();
  if (row === undefined) throw new Error('there is no row');
  await world.stores.speed.upsert([{ ...row, state: row.state.replace('"count":2', '"count":1'), timestampUs: 2 ** 52 }], 3_600_000);
  const report = await audit();
  expect(report).toMatchObject({
    differences: 1,
    first: { view: 'movie_ratings', key: MOVIE, part: 'epoch', number: 2, partition: PARTITION },
  });
  expect(report?.first).toMatchObject({ found: { state: { count: 1 } }, expected: { state: { count: 2 } } });
});

test('an epoch that begins behind the barrier of a run that published nothing is whole, and is compared', async () => {
  await publish();
  await world.append([rating('a', 5)]);
  await world.stores.log.appendBarrier(2);
  await world.append([rating('b', 7)]);
  await world.settle();
  expect(await audit()).toMatchObject({ differences: 0, missing: [] });
  const row = (await speedRows()).find(({ epoch }) => epoch === 3);
  if (row === undefined) throw new Error('there is no row');
  await world.stores.speed.upsert([{ ...row, state: row.state.replace('"count":1', '"count":2'), timestampUs: 2 ** 52 }], 3_600_000);
  expect(await audit()).toMatchObject({ differences: 1, first: { part: 'epoch', number: 3 } });
});

test('a version whose table or ledger forgot events is named', async () => {
  await world.append([rating('a', 5)]);
  await publish();
  await world.append([rating('b', 7)]);
  await publish();
  const { objects } = world.stores;
  const read = async (version: number) => {
    return unsealJson((await objects.get(`manifests/manifest-${version}.json`)) ?? new Uint8Array()) as { tables: { name: string }[] }; // as: as far as it is used here
  };
  const [before, now] = [await read(1), await read(2)];
  const forge = async (table: string): Promise<void> => {
    const old = before.tables.filter(({ name }) => name === table);
    const forged = { ...now, tables: [...now.tables.filter(({ name }) => name !== table), ...old] };
    await objects.put('manifests/manifest-2.json', sealJson(forged));
  };
  await forge('keyed.movie_ratings');
  expect(await audit()).toMatchObject({
    differences: 1,
    first: { view: 'movie_ratings', key: MOVIE, part: 'version', number: 2, found: { count: 1 }, expected: { count: 2 } },
  });
  await forge('ledger.late_events');
  expect(await audit()).toMatchObject({
    late_rows: 6,
    differences: 3,
    first: { view: 'ratings_by_5m', part: 'ledger', number: 2, found: null, expected: { before: { count: 1 }, after: { count: 2 } } },
  });
});
