/** The speed layer over stores that stand behind a network: how many calls it makes, and that answers may take a while, or be lost. */
import { eventText, partitionOf, PARTITIONS } from '@rushes/domain';
import { type SpeedStore, WriteInDoubtError } from '@rushes/ports';
import { counted, countRoundTrips, delayed } from '@rushes/ports/contracts/round-trips';
import { silentLogger } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { startSpeed } from '../../src/run-speed.ts';
import type { SpeedMetrics } from '../../src/speed-metrics.ts';
import { openProjectionCase, PARTITION, type ProjectionCase } from './projection-case.ts';
import { toldBy } from './recording.ts';

const DELAY_MS = 2;

let on: ProjectionCase;
beforeEach(async () => {
  on = await openProjectionCase();
});
afterEach(() => on.close());

/** So many events of many movies. */
const giveMany = async (count: number): Promise<void> =>
  on.give(...Array.from({ length: count }, (_, n) => ({ id: `event ${n}`, movie: n % 25, score: 1 + (n % 10) })));

test('a cold micro-batch of 500 events takes five calls of the store, and the beginning three', async () => {
  await giveMany(500);
  const trips = countRoundTrips();
  const writer = await on.writer({ batchRecords: 500 }, counted(on.store, trips));
  expect(trips.byMethod()).toEqual({ progress: 1, putCoverage: 1, putPosition: 1 });
  trips.reset();
  expect(await writer.step()).toMatchObject({ records: 500 });
  expect(trips.byMethod()).toEqual({ readRows: 1, putCoverage: 1, upsert: 1, appendChange: 1, putPosition: 1 });
  trips.reset();
  await on.give({ id: 'known movie', movie: 3, score: 5 });
  await writer.step();
  expect(trips.byMethod()).toEqual({ upsert: 1, appendChange: 1, putPosition: 1 });
  expect(await on.told()).toEqual(await on.plain());
});

test('an event costs a process that projects eighteen partitions the calls of one', async () => {
  const trips = countRoundTrips();
  const running = startSpeed(
    {
      log: on.log,
      speed: counted(on.store, trips),
      owners: on.store.owners,
      duplicateFilters: on.duplicateFilters,
      published: async () => undefined,
    },
    { logger: silentLogger, member: 'a', reject: async () => {} },
    { waitMs: 1, leaseMs: 600_000 },
  );
  await giveMany(3);
  await running.caughtUp();
  const begun = async (): Promise<number> => (await on.store.progress()).filter(({ position }) => position !== undefined).length;
  await expect.poll(begun, { timeout: 60_000 }).toBe(PARTITIONS.length);
  trips.reset();
  await giveMany(1);
  await running.caughtUp();
  await running.stop();
  const { progress: _, ...writes } = trips.byMethod();
  // The event is a duplicate: nothing but how far the partition is.
  expect(writes).toEqual({ appendChange: 1, putPosition: 1 });
});

/** Starts the speed layer, and stops it when it has caught up. */
const runThrough = async (speed: SpeedStore, metrics?: SpeedMetrics): Promise<void> => {
  const running = startSpeed(
    {
      log: delayed(on.log, DELAY_MS),
      speed,
      owners: delayed(on.store.owners, DELAY_MS),
      duplicateFilters: on.duplicateFilters,
      published: async () => undefined,
    },
    { logger: silentLogger, member: `member ${Math.random()}`, reject: async () => {}, ...(metrics && { metrics }) },
    { waitMs: 1, batchRecords: 7, firstRetryMs: 1, maxRetryMs: 1 },
  );
  await running.caughtUp();
  await running.stop();
};

test('with every answer on its way for a while, rows and change records say what a plain fold says', async () => {
  await giveMany(40);
  await on.log.appendBarrier(1);
  await on.give({ id: 'later', movie: 1, score: 4 });
  await runThrough(delayed(on.store, DELAY_MS));
  expect(await on.told()).toEqual(await on.plain());
  expect(toldBy(await on.changes())).toEqual(await on.plain());
});

test('writes of one partition whose outcome nobody knows, done or not, are made good, and no other partition notices', async () => {
  const other = Array.from({ length: 60 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`).find(
    (id) => partitionOf('movie.ratings', id) !== PARTITION,
  );
  const payload = { movie_id: other ?? '', score: 7, user: null, at: '2026-01-05T10:00:00.000Z' };
  await giveMany(40);
  await on.log.append([
    {
      partition: partitionOf('movie.ratings', payload.movie_id),
      key: payload.movie_id,
      id: 'x',
      value: eventText({ type: 'rating_given', version: 1, payload }),
    },
  ]);
  let writes = 0;
  let inDoubt = 0;
  /** Of each three writes one is not done, one is, and nobody is told; for a while. */
  const doubtful = async <Result>(isOwn: boolean, work: () => Promise<Result>): Promise<Result> => {
    const n = isOwn && inDoubt < 12 ? writes++ % 3 : 2;
    if (n === 2) return work();
    if (n === 1) await work();
    inDoubt += 1;
    throw new WriteInDoubtError({ location: 'the store', reason: 'did not answer in time' });
  };
  const { store } = on;
  const speed: SpeedStore = {
    ...store,
    putPosition: (position, fence) => doubtful(position.partition === PARTITION, () => store.putPosition(position, fence)),
    putCoverage: (coverage, fence) => doubtful(coverage.partition === PARTITION, () => store.putCoverage(coverage, fence)),
    appendChange: (change, ttl) => doubtful(change.partition === PARTITION, () => store.appendChange(change, ttl)),
    upsert: (rows, ttl) => doubtful(rows[0]?.partition === PARTITION, () => store.upsert(rows, ttl)),
  };
  const failed = new Set<string>();
  const none = (): void => undefined;
  await runThrough(speed, {
    progressed: none,
    owned: none,
    uncovered: none,
    renewed: none,
    failed: (partition) => void failed.add(partition),
  });
  expect(inDoubt).toBe(12);
  expect([...failed]).toEqual([PARTITION]);
  expect(toldBy(await on.changes())).toEqual(await on.plain());
  expect((await store.progress()).filter(({ position }) => (position?.offset ?? 0) > 0)).toHaveLength(2);
});
