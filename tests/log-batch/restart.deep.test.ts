/** A log is lost and another one begun in its place: what versions say goes on, as if the new one had all that is archived. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beginSqliteEventLog, openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { openSqliteSpeedStore, type SqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { archivedUpTo, restartLog, type RestartReport, type RestartStores } from '@rushes/batch';
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId, partitionOf } from '@rushes/domain';
import { boundsAt, type EventLog, listLakeLogs, type LogRecord, type NewRecord, RecordDamagedError } from '@rushes/ports';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { readLog } from '@rushes/ports/contracts/read-log';
import { awkwardLog } from '@rushes/ports/contracts/awkward-log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { AT, HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { plainFold } from './plain-fold.ts';
import { added, movieId, rated, recordOf, reviewed } from './told-events.ts';

const RATINGS = partitionOf('movie.ratings', movieId(1));

let on: OpenedCase;
let log: EventLog;
let speed: SqliteSpeedStore;
const opened: EventLog[] = [];
const projectedUpTo = async (offset: number): Promise<void> => {
  const fence = (await speed.owners.claim(RATINGS, 'a', 0)) ?? expect.fail();
  await speed.putPosition({ partition: RATINGS, offset, epoch: 2, opening: { offset: 1, appendedAtMs: 0 } }, fence);
};
/** Records that were archived when a log was lost. */
let archived: Map<PartitionId, readonly LogRecord[]>;
beforeEach(async () => {
  on = await openCase();
  ({ log } = on.data.stores);
  speed = await openSqliteSpeedStore(join(on.data.root, 'speed.sqlite'));
  archived = new Map();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await speed.close();
  await on.close();
});

const append = (...records: readonly NewRecord[]) => log.append(records);
const run = (options: Parameters<typeof on.data.run>[0] = {}) => on.data.run(options, { ...on.data.stores, log });

/** @param left of the lost log; by default nothing. */
const restart = async (left: Partial<RestartStores['left']> = {}, acknowledged: OffsetVector = {}): Promise<RestartReport> => {
  const until = await archivedUpTo(on.data.stores);
  for (const partition of PARTITIONS) {
    const own = (await readLog(log, partition)).filter(({ offset }) => offset < offsetAt(until, partition));
    const known = archived.get(partition) ?? [];
    archived.set(partition, [...known, ...own.filter(({ offset }) => offset > (known.at(-1)?.offset ?? -1))]);
  }
  const path = join(on.data.root, `begun-${opened.length}.sqlite`);
  const now = () => on.data.clock.nowMs;
  const report = await restartLog(
    { ...on.data.stores, left: { log: undefined, speed: undefined, ...left } },
    {
      workFolder: join(on.data.root, 'tmp'),
      memoryLimitMb: 256,
      threads: 2,
      retentionMs: 48 * HOUR_MS,
      acknowledged,
      make: async (beginning) => {
        const discard = (): Promise<void> => rm(path, { force: true });
        return { id: await beginSqliteEventLog(path, beginning, now), discard, takePlace: async () => ['kept'] };
      },
    },
    { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal, now: () => new Date(on.data.clock.nowMs) },
  );
  log = awkwardLog(await openSqliteEventLog(path, { now, retentionMs: 48 * HOUR_MS }));
  opened.push(log);
  return report;
};

/** What the current version has to say: a plain fold of what was archived before a loss, and of the log since. */
const plain = async () => {
  const all: EventLog = {
    ...log,
    bounds: async () => ({ ...(await log.bounds()), earliest: {} }),
    async *range(partition, from, to) {
      const before = archived.get(partition as PartitionId) ?? []; // as: dead letters are not read here
      const since = before.at(-1)?.offset ?? -1;
      const after = (await readLog(log, partition)).filter(({ offset }) => offset > since);
      yield [...before, ...after].filter(({ offset }) => offset >= from && offset < to);
    },
  };
  return (await plainFold(all, (await on.data.current()).cut)).views;
};

const sayTheSame = async (): Promise<void> => {
  for (const full of [false, true]) {
    expect(await run({ full })).toMatchObject({ outcome: 'published' });
    expect(await on.told()).toEqual(await plain());
  }
};

test('what is archived stays, what came after is lost, what comes then counts', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'), recordOf(added(2, 'posted', 'New', AT), 'b'));
  await run();
  const before = log.id;
  await append(recordOf(rated(1, 2, AT), 'lost'));
  const report = await restart();
  expect(report).toMatchObject({ id: log.id, before, barrier: 2, restored: { archived: 2, left: 0 }, lost: [], kept: ['kept'] });
  expect(await listLakeLogs(on.data.stores.objects)).toMatchObject([{ id: before }, { id: log.id, from: report.begins }]);
  await append(recordOf(rated(1, 8, AT), 'a'), recordOf(rated(1, 4, AT), 'c'));
  await sayTheSame();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 2, sum_tenths: 120 });
  expect(await on.reader.rows(await on.data.current(), 'silver.rating_events')).toMatchObject([
    { id: 'a', epoch: 1 },
    { id: 'c', epoch: 3 },
  ]);
  expect((await on.data.current()).log).toBe(log.id);
});

test('offsets that somebody has seen are not given again, and the gap stays in every version', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  await speed.claimLog(log.id);
  await projectedUpTo(5);
  const report = await restart({ speed }, { [RATINGS]: 4, 'movie.reviews/0': 1 });
  expect(report.lost).toEqual([{ partition: RATINGS, from: 2, to: 5 }]);
  // Answers say so at once, not only from the next run on.
  expect(await on.data.stores.views.currentPublication()).toMatchObject({ number: 2, version: 1, reason: 'restart', lost: report.lost });
  const [appended] = await append(recordOf(rated(1, 4, AT), 'b'));
  expect(appended?.offset).toBe(6);
  await sayTheSame();
  expect((await on.data.current()).validation.filter(({ table }) => table === 'bronze.log')).toMatchObject([
    { severity: 'warning', observed: `offsets 2 to 4 of ${RATINGS} were gone from the log before` },
  ]);
});

test('a speed store of another log says nothing of this one', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  await speed.claimLog('another');
  await projectedUpTo(50);
  expect((await restart({ speed })).lost).toEqual([]);
});

test('what was archived by a run that published nothing is projected and folded from the new log', async () => {
  await run();
  await append(recordOf(rated(1, 8, AT), 'a'), recordOf(reviewed(1, 'Good.', AT), 'b'));
  await writeCatalog(on.data.imdb, { titles: 3 });
  expect(await run()).toMatchObject({ outcome: 'refused' });
  await writeCatalog(on.data.imdb, { titles: 30 });
  on.data.clock.nowMs += 60 * HOUR_MS;
  const report = await restart();
  expect(report, 'also what is older than the retention').toMatchObject({ barrier: 3, restored: { archived: 2 }, lost: [] });
  const cut = offsetAt((await on.data.current()).cut, RATINGS);
  expect(await readLog(log, RATINGS, cut)).toMatchObject([{ number: 1 }, { id: 'a' }, { number: 3 }]);
  await sayTheSame();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 1 });
});

test('of another log that lies in its place nothing comes along', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  const other = await openSqliteEventLog(join(on.data.root, 'other.sqlite'));
  opened.push(other);
  await other.append(Array.from({ length: 9 }, (_, n) => recordOf(rated(1, 2, AT), `foreign ${n}`)));
  expect(await restart({ log: other })).toMatchObject({ restored: { archived: 1, left: 0 }, lost: [] });
  await sayTheSame();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 1 });
});

test('what can still be read of an old copy comes along', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  await append(recordOf(rated(1, 2, AT), 'only in the copy'));
  await speed.claimLog(log.id);
  await projectedUpTo(9);
  const copy = log;
  const report = await restart({ log, speed });
  expect(report).toMatchObject({ restored: { archived: 1, left: 1 }, lost: [{ partition: RATINGS, from: 3, to: 9 }] });
  expect(await readLog(log, RATINGS, 0, 3)).toEqual(await readLog(copy, RATINGS, 0, 3));
  await append(recordOf(rated(1, 2, AT), 'only in the copy'), recordOf(rated(1, 6, AT), 'b'));
  await sayTheSame();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 3, sum_tenths: 160 });
});

test.each([
  ['a record that was changed', new RecordDamagedError('the log', RATINGS, 3, 'restore it')],
  ['a page that cannot be read', new Error('a page is damaged')],
])('of a damaged log what lies before %s comes along', async (_what, fault) => {
  await run();
  await append(recordOf(rated(1, 8, AT), 'a'), recordOf(rated(1, 7, AT), 'b'), recordOf(rated(1, 6, AT), 'c'));
  const damaged: EventLog = {
    ...log,
    async *range(partition, from, to, given) {
      const isHit = partition === RATINGS && to > 3;
      yield* log.range(partition, from, isHit ? 3 : to, given);
      if (isHit) throw fault;
    },
  };
  const report = await restart({ log: damaged });
  expect(report).toMatchObject({ restored: { archived: 0, left: 2 }, lost: [{ partition: RATINGS, from: 3, to: 4 }] });
  await sayTheSame();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 2, sum_tenths: 150 });
});

test('what is older than the retention stays in the archive alone', async () => {
  await append(recordOf(rated(1, 8, AT), 'old'));
  await run();
  for (let day = 0; day < 4; day++) {
    on.data.clock.nowMs += 24 * HOUR_MS;
    await run();
  }
  await append(recordOf(rated(1, 6, AT), 'young'));
  await run();
  on.data.clock.nowMs += 20 * HOUR_MS;
  const cut = offsetAt((await on.data.current()).cut, RATINGS);
  expect(await restart()).toMatchObject({ restored: { archived: 1 } });
  expect(offsetAt((await log.bounds()).earliest, RATINGS)).toBeLessThanOrEqual(cut);
  await append(recordOf(rated(1, 6, AT), 'young'), recordOf(rated(1, 8, AT), 'old'));
  await sayTheSame();
  expect(await on.ratingsOf(1), 'the old id counts again, after four days with a run each').toMatchObject({ count: 3 });
});

test('nothing but barriers behind the archive is no loss', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  await run();
  await run();
  expect(await restart()).toMatchObject({ barrier: 4, lost: [] });
  await append(recordOf(rated(1, 4, AT), 'b'));
  await sayTheSame();
});

test('and again, and again', async () => {
  for (let round = 1; round <= 3; round++) {
    await append(recordOf(rated(1, 8, AT), `of round ${round}`), recordOf(added(round, 'tmdb', 'New', AT), `movie of round ${round}`));
    await run();
    on.data.clock.nowMs += HOUR_MS;
    await append(recordOf(rated(1, 2, AT), `lost in round ${round}`));
    await restart();
  }
  await sayTheSame();
  expect(await on.ratingsOf(1)).toMatchObject({ count: 3, sum_tenths: 240 });
  const logs = await listLakeLogs(on.data.stores.objects);
  expect(logs).toHaveLength(4);
  expect(logs.at(-1)?.id).toBe(log.id);
});

test('a lake whose logs had no ids yet gets one', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  await on.data.stores.objects.delete(await on.keys('bronze/log/identities/'));
  const before = log.id;
  await restart();
  expect((await listLakeLogs(on.data.stores.objects)).map(({ id }) => id)).toEqual([before, log.id]);
  await sayTheSame();
});

test('where the archive is lost too, everything before is a gap', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  await on.data.stores.objects.delete(await on.keys(''));
  const report = await restart();
  expect(report).toMatchObject({ barrier: 2, restored: { archived: 0 } });
  expect(report.lost).toHaveLength(PARTITIONS.length);
  expect(report.lost).toContainEqual({ partition: RATINGS, from: 0, to: 2 });
  await append(recordOf(rated(1, 4, AT), 'b'));
  expect(await run()).toMatchObject({ outcome: 'published' });
  expect(await on.ratingsOf(1)).toMatchObject({ count: 1, sum_tenths: 40 });
  expect((await on.data.current()).validation.filter(({ table }) => table === 'bronze.log')).toHaveLength(PARTITIONS.length);
});

test('a run on the lost log, or on none of the lake, is refused before it appends anything', async () => {
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  const lost = log;
  await restart();
  for (const other of [lost, await openSqliteEventLog(join(on.data.root, 'long.sqlite'))]) {
    opened.push(other);
    await other.append(Array.from({ length: 9 }, (_, n) => recordOf(rated(1, 8, AT), `${n}`)));
    await other.append(
      PARTITIONS.flatMap((partition) => Array.from({ length: 9 }, (_, n) => ({ partition, key: 'k', id: `${n}`, value: '' }))),
    );
    const { next } = boundsAt(await other.bounds(), RATINGS);
    await expect(on.data.run({}, { ...on.data.stores, log: other })).rejects.toThrow(
      /is log .*, but the lake in .* is made from log .*: it is another log/,
    );
    expect(offsetAt((await other.bounds()).next, RATINGS)).toBe(next);
  }
});

test('it is refused where nothing was lost, nothing was ever read, or a run is under way', async () => {
  await expect(restart()).rejects.toThrow('no run has read a log');
  await append(recordOf(rated(1, 8, AT), 'a'));
  await run();
  await append(recordOf(rated(1, 7, AT), 'b'));
  await expect(restart({ log })).rejects.toThrow('is the log of this lake: there is nothing to begin anew');
  const put = (key: string, value: object) => on.data.stores.objects.put(key, new TextEncoder().encode(JSON.stringify(value)));
  await put('claims/claim-2.json', { version: 2, id: 'run 2', host: 'another', startedAt: AT, source: 'imdb' });
  await put('heartbeats/run-2.json', { id: 'run 2', renewedAt: new Date(on.data.clock.nowMs).toISOString() });
  await expect(restart()).rejects.toThrow('run 2 is under way');
  await put('heartbeats/run-2.json', { id: 'run 2', renewedAt: new Date(on.data.clock.nowMs - 300_000).toISOString() });
  expect(await restart()).toMatchObject({ barrier: 3 });
});
