/** How a run archives the log: runs that fail or meet, records that left the log. */
import { archivedUpTo, rollback, trimmableUpTo } from '@rushes/batch';
import { offsetAt, PARTITIONS, partitionOf } from '@rushes/domain';
import type { EventLog, ObjectStore } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { type LoggedFolder, openLoggedFolder } from './logged-folder.ts';
import { AT, HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { contentOf } from './read-version.ts';
import { added, movieId, rated, recordOf, reviewed } from './told-events.ts';

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
});
afterEach(() => on.close());

test('it lands whatever becomes of the run', async () => {
  await on.data.run();
  await writeCatalog(on.data.imdb, { titles: 3 });
  await on.append(recordOf(rated(1, 8, AT), 'a'));
  const partition = partitionOf('movie.ratings', movieId(1));
  expect((await on.data.run()).outcome).toBe('refused');
  expect(offsetAt(await archivedUpTo(on.data.stores), partition)).toBe(2);
  await writeCatalog(on.data.imdb, { titles: 30 });
  await on.data.run();
  expect(await on.told()).toEqual(await on.plain());
});

test('runs that land at once archive everything once', async () => {
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const objects: ObjectStore = new Proxy(on.data.stores.objects, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'putIfAbsent') return typeof value === 'function' ? value.bind(target) : value;
      return async (key: string, body: Uint8Array) => {
        if (key.includes('landing-')) {
          waiting += 1;
          if (waiting === 1) {
            // The other run's barrier stands further on.
            await on.append(recordOf(rated(2, 3, AT), 'b'), recordOf(added(3, 'tmdb', 'New', AT), 'c'));
            other.resolve(on.data.run({}, { ...on.data.stores, objects }));
          } else both.resolve();
          await both.promise;
        }
        return target.putIfAbsent(key, body);
      };
    },
  });
  const other = Promise.withResolvers<Awaited<ReturnType<LoggedFolder['run']>>>();
  await on.append(recordOf(rated(1, 8, AT), 'a'), recordOf(reviewed(1, 'Good.', AT), 'd'));
  const reports = await Promise.all([on.data.run({}, { ...on.data.stores, objects }), other.promise]);
  expect(reports.map(({ outcome }) => outcome).toSorted()).toEqual(['published', 'superseded']);
  await on.append(recordOf(rated(1, 2, AT), 'e'));
  await on.data.run({ full: true });
  expect(await on.told()).toEqual(await on.plain());
  expect((await on.data.current()).validation.filter(({ passed, severity }) => !passed && severity === 'error')).toEqual([]);
});

test('what was trimmed before it landed is a gap that every version tells of', async () => {
  await on.append(recordOf(rated(1, 8, AT), 'a'), recordOf(rated(1, 6, AT), 'b'));
  const stop = new AbortController();
  const log: EventLog = {
    ...on.data.stores.log,
    appendBarrier: async (number) => {
      await on.data.stores.log.appendBarrier(number);
      stop.abort();
    },
  };
  expect(await on.data.run({}, { ...on.data.stores, log }, stop.signal)).toMatchObject({ version: 1, outcome: 'interrupted' });
  on.data.clock.nowMs += 100 * HOUR_MS;
  await on.append(recordOf(rated(1, 4, AT), 'c'));
  await on.data.stores.log.trim(Object.fromEntries(PARTITIONS.map((partition) => [partition, 1000])));
  const publication = () => on.data.stores.views.currentPublication();
  const lost = PARTITIONS.map((partition) => ({ partition, from: 0, to: expect.any(Number) }));
  for (const full of [false, false, true]) {
    expect((await on.data.run({ full })).outcome).toBe('published');
    expect((await publication())?.lost).toEqual(lost);
    const told = (await on.data.current()).validation.filter(({ table }) => table === 'bronze.log');
    expect(told).toHaveLength(PARTITIONS.length);
    expect(told.every(({ severity, passed }) => severity === 'warning' && !passed)).toBe(true);
    expect(told.map(({ observed }) => observed)).toContain(
      `offsets 0 to 2 of ${partitionOf('movie.ratings', movieId(1))} were gone from the log before`,
    );
    expect(await on.ratingsOf(1)).toMatchObject({ count: 1, sum_tenths: 40 });
    expect(await on.reader.rows(await on.data.current(), 'silver.rating_events')).toMatchObject([{ id: 'c' }]);
  }
  await rollback(on.data.stores, 2);
  expect(await publication()).toMatchObject({ version: 2, reason: 'rollback', lost });
});

test('a rollback to before a loss knows of it, since what is projected then does not know what was lost', async () => {
  await on.data.run();
  expect(await on.data.stores.views.currentPublication()).not.toHaveProperty('lost');
  await on.append(recordOf(rated(1, 8, AT), 'a'));
  on.data.clock.nowMs += 100 * HOUR_MS;
  await on.append(recordOf(rated(1, 4, AT), 'b'));
  await on.data.stores.log.trim(Object.fromEntries(PARTITIONS.map((partition) => [partition, 1000])));
  await on.data.run();
  const { lost = [] } = (await on.data.stores.views.currentPublication()) ?? {};
  expect(lost).toContainEqual({ partition: partitionOf('movie.ratings', movieId(1)), from: 0, to: 2 });
  await rollback(on.data.stores, 1);
  expect(await on.data.stores.views.currentPublication()).toMatchObject({ version: 1, lost });
  await on.data.run();
  expect((await on.data.stores.views.currentPublication())?.lost).toEqual(lost);
});

test('barriers without events land once they have waited for a day', async () => {
  const landings: number[] = [];
  for (const waitHours of [0, 4, 21, 4, 4]) {
    on.data.clock.nowMs += waitHours * HOUR_MS;
    await on.data.run();
    landings.push((await on.keys('bronze/log/landings/')).length);
  }
  expect(landings).toEqual([0, 0, 0, 1, 1]);
  await on.append(recordOf(rated(1, 4, AT), 'a'));
  await on.data.run();
  expect(await on.reader.rows(await on.data.current(), 'silver.rating_events')).toMatchObject([{ epoch: 6 }]);
});

test('the log may forget what is archived', async () => {
  await on.append(recordOf(rated(1, 8, AT), 'a'), recordOf(added(2, 'posted', 'New', AT), 'b'));
  await on.data.run();
  const before = contentOf(await on.data.current(), 'keyed.');
  on.data.clock.nowMs += 100 * HOUR_MS;
  expect(await on.data.stores.log.trim(await archivedUpTo(on.data.stores))).toBe(2);
  await on.data.run({ full: true });
  expect(contentOf(await on.data.current(), 'keyed.')).toEqual(before);
  await on.append(recordOf(rated(1, 2, AT), 'c'));
  await on.data.run();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 2, sum_tenths: 100, histogram: expect.any(Array) });
  expect((await on.data.current()).validation.filter(({ table }) => table === 'bronze.log')).toEqual([]);
});

test('the log may not forget what duplicates are told by, however old it seems after days without a run or a clock that was ahead', async () => {
  const { log } = on.data.stores;
  const again = recordOf(rated(1, 8, AT), 'a');
  const partition = partitionOf('movie.ratings', movieId(1));
  await on.append(again);
  await on.data.run();
  on.data.clock.nowMs += 1000 * HOUR_MS;
  await on.data.run();
  await log.trim(await trimmableUpTo(on.data.stores));
  expect(await readLog(log, partition, 0, 1)).toMatchObject([{ id: 'a' }]);
  await on.append(again);
  await on.data.run();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 1 });
  expect(await on.told()).toEqual(await on.plain());
  for (let day = 0; day < 10; day++) {
    on.data.clock.nowMs += 24 * HOUR_MS;
    await on.data.run();
  }
  await log.trim(await trimmableUpTo(on.data.stores));
  expect(offsetAt((await log.bounds()).earliest, partition)).toBeGreaterThan(1);
});

test('another log in the place of the one that was read is refused', async () => {
  await on.append(recordOf(rated(1, 8, AT), 'a'), recordOf(rated(1, 7, AT), 'b'));
  await on.data.run();
  const other = await openLoggedFolder();
  await expect(on.data.run({}, { ...on.data.stores, log: other.stores.log })).rejects.toThrow('it is another log');
  await other.close();
});
