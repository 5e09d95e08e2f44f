/** A system moves from one folder to another: wherever that is broken off, the next attempt ends with all of it, and nothing is taken in two places. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteApiKeys } from '@rushes/adapters/sqlite-api-keys';
import { moveSystem, type MoveReport, type MoveSource, type MoveTarget } from '@rushes/batch';
import { DEAD_LETTERS, type LogPartition, PARTITIONS, partitionOf } from '@rushes/domain';
import {
  type ApiKeyStore,
  type BatchViewStore,
  boundsAt,
  type EventLog,
  listLakeLogs,
  type LogRecord,
  logFault,
  type ObjectStore,
  readMoved,
  removeMoved,
} from '@rushes/ports';
import { histories } from '@rushes/ports/contracts/depth';
import { readLog } from '@rushes/ports/contracts/read-log';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { locationsIn, openMoveTarget, openStoresAt } from '@rushes/stores';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Killed, type Life, mortal } from './mortal-stores.ts';
import { AT, openCase, type OpenedCase } from './opened-case.ts';
import { added, changedMore, movieId, rated, recordOf, reviewed } from './told-events.ts';

const MORE = { budget: { cents: 100, currency: 'USD' }, keywords: ['sea'] };

let on: OpenedCase;
let keys: ApiKeyStore;
let source: MoveSource;
const folders: string[] = [];

beforeAll(async () => {
  on = await openCase();
  const { objects, views, log } = on.data.stores;
  await on.append(
    recordOf(rated(1, 8, AT), 'a'),
    recordOf(added(2, 'posted', 'New', AT), 'b'),
    recordOf(changedMore(2, 'tmdb', MORE, AT), 'b2'),
  );
  await on.data.run();
  await on.append(recordOf(rated(1, 2, AT), 'c'), recordOf(reviewed(3, 'Good.', AT), 'd'));
  await on.data.run();
  await on.append(recordOf(rated(1, 3, AT), 'behind the cut'), { partition: DEAD_LETTERS, key: 'k', id: 'dead', value: 'letter' });
  keys = await openSqliteApiKeys(join(on.data.root, 'keys.sqlite'));
  const key = { secretHash: 'ab'.repeat(32), name: 'n', role: 'writer', createdAtMs: 1, expiresAtMs: null } as const;
  await keys.add({ ...key, id: 'one', revokedAtMs: null });
  await keys.add({ ...key, id: 'other', revokedAtMs: 5 });
  source = { name: 'the old one', objects, views, log, keys };
});
afterEach(async () => {
  await removeMoved(source.objects);
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await keys.close();
  await on.close();
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-moved-'));
  folders.push(folder);
  return folder;
};

const move = async (
  folder: string,
  life: Life = { left: Number.POSITIVE_INFINITY },
  from = source,
  keepsSource = false,
): Promise<MoveReport> => {
  const at = locationsIn(folder);
  const opened = await openMoveTarget(at, () => {});
  const { beginner, open } = opened.log;
  const target: MoveTarget = {
    name: folder,
    objects: mortal(life, opened.objects),
    views: mortal(life, opened.views),
    keys: mortal(life, opened.keys),
    log: {
      state: beginner.state,
      begin: async (beginning, now, options) => mortal(life, await beginner.begin(beginning, now, options)),
      open: async () => mortal(life, await open()),
    },
  };
  const all: MoveSource = {
    name: from.name,
    objects: mortal(life, from.objects),
    views: mortal(life, from.views),
    keys: mortal(life, from.keys),
    log: mortal(life, from.log),
  };
  try {
    return await moveSystem(
      all,
      target,
      { scratchFolder: opened.scratchFolder, settleMs: 0, keepsSource, requireRoom: async () => {} },
      { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal, now: () => new Date() },
    );
  } finally {
    await opened.close();
  }
};

const recordsIn = async (log: EventLog): Promise<ReadonlyMap<LogPartition, readonly LogRecord[]>> => {
  const all = new Map<LogPartition, readonly LogRecord[]>();
  const partitions: readonly LogPartition[] = [...PARTITIONS, DEAD_LETTERS];
  for (const partition of partitions) all.set(partition, await readLog(log, partition));
  return all;
};

const objectsIn = async (objects: ObjectStore): Promise<ReadonlyMap<string, string>> => {
  const all = new Map<string, string>();
  for await (const { key } of objects.list('')) all.set(key, (await objects.sha256(key, { again: true })) ?? '');
  return all;
};

const publicationsIn = async (views: BatchViewStore): Promise<unknown> =>
  Promise.all(
    (await views.listPublications(1_000)).map(async (one) => [
      one,
      await Promise.all(Object.values(one.views).map(({ artefact }) => views.verify(artefact))),
    ]),
  );

/** All of the source is in the folder, which is opened as any. */
const expectWhole = async (folder: string): Promise<void> => {
  const stores = await openStoresAt(locationsIn(folder));
  try {
    expect(await recordsIn(stores.log)).toEqual(await recordsIn(source.log));
    expect((await stores.log.bounds()).next).toEqual((await source.log.bounds()).next);
    expect((await stores.log.bounds()).earliest).toEqual((await source.log.bounds()).earliest);
    expect(stores.log.id).not.toBe(source.log.id);
    expect((await listLakeLogs(stores.objects)).at(-1)?.id).toBe(stores.log.id);
    expect(await stores.keys.list()).toEqual(await source.keys.list());
    expect(await publicationsIn(stores.views)).toEqual(await publicationsIn(source.views));
    const there = await objectsIn(stores.objects);
    for (const [key, sha256] of await objectsIn(source.objects))
      if (key !== 'moved.json') expect([key, there.get(key)]).toEqual([key, sha256]);
    expect(await readMoved(stores.objects)).toBeUndefined();
  } finally {
    await stores.close();
  }
};

/** What was begun is not opened; what was not begun is not there. */
const expectNoSystem = async (folder: string): Promise<void> => {
  const objects = await openFolderObjectStore(join(folder, 'lake'), { readOnly: true });
  const mark = await readMoved(objects);
  if (mark === undefined) expect((await objectsIn(objects)).size).toBe(0);
  else await expect(openStoresAt(locationsIn(folder))).rejects.toThrow('is not whole yet');
};

test('all is there, and the old system says where it went', async () => {
  const folder = await newFolder();
  const report = await move(folder);
  expect(report).toMatchObject({ to: folder, keys: 2, views: { publications: 2 }, log: { before: source.log.id } });
  expect(report.verified.records).toBe([...(await recordsIn(source.log)).values()].flat().length);
  await expectWhole(folder);
  expect((await logFault(source))?.message).toContain(`has moved to ${folder}`);
  await expect(on.data.run()).rejects.toThrow(`has moved to ${folder}`);
  await removeMoved(source.objects);
  expect(await logFault(source)).toBeUndefined();
});

test('wherever it is killed, the next attempt ends with all of it', async () => {
  expect.hasAssertions();
  const life = { left: 1e9 };
  await move(await newFolder(), life);
  const calls = 1e9 - life.left - 1; // all but the removal of the mark
  await removeMoved(source.objects);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: calls - 1 }), { minLength: 1, maxLength: 2 }), async (deaths) => {
      const folder = await newFolder();
      // Of a run before that failed.
      await removeMoved(source.objects);
      for (const left of deaths) {
        const died: unknown = await move(folder, { left }).then(
          () => undefined,
          (error: unknown) => error,
        );
        // The second attempt has less to do, and may be done before it dies.
        if (died === undefined) break;
        expect(died).toBeInstanceOf(Killed);
        await expectNoSystem(folder);
      }
      await move(folder);
      await expectWhole(folder);
      await removeMoved(source.objects);
    }),
    histories({ quick: 2, deep: 15 }),
  );
}, 600_000);

test('events that are appended while the log is copied end the attempt', async () => {
  const folder = await newFolder();
  let isLate = true;
  const busy: EventLog = {
    ...source.log,
    async *range(...args) {
      if (isLate) await source.log.append([recordOf(rated(1, 9, AT), 'late')]);
      isLate = false;
      yield* source.log.range(...args);
    },
  };
  await expect(move(folder, undefined, { ...source, log: busy })).rejects.toThrow('while it was copied');
  await move(folder);
  await expectWhole(folder);
});

test("another system's stores are left alone", async () => {
  const folder = await newFolder();
  await move(folder);
  await removeMoved(source.objects);
  await expect(move(folder), 'it is a system of its own now').rejects.toThrow('there is a log already');
  const moved = await newFolder();
  await move(moved);
  await expect(move(await newFolder())).rejects.toThrow(`has moved to ${moved} already`);
  const stores = await openStoresAt(locationsIn(moved));
  await stores.log.append([recordOf(rated(1, 9, AT), 'there')]);
  await stores.close();
  await expect(move(moved)).rejects.toThrow('goes on there');
});

test('the log goes on in the same offsets, and what was sent before the move is told from what is new', async () => {
  const folder = await newFolder();
  await move(folder);
  const stores = await openStoresAt(locationsIn(folder), { now: () => on.data.clock.nowMs });
  try {
    const partition = partitionOf('movie.ratings', movieId(1));
    const next = boundsAt(await source.log.bounds(), partition).next;
    const again = recordOf(rated(1, 8, AT), 'a');
    expect(await stores.log.append([again, recordOf(rated(1, 6, AT), 'new')])).toEqual([
      { partition, offset: next },
      { partition, offset: next + 1 },
    ]);
    const there = { ...on.data.stores, ...stores };
    expect(await on.data.run({ workFolder: join(folder, 'tmp') }, there)).toMatchObject({ outcome: 'published' });
    const published = await stores.views.currentPublication();
    expect(published).toMatchObject({ reason: 'run', log: stores.log.id });
    expect(await on.data.run({ workFolder: join(folder, 'tmp'), full: true }, there)).toMatchObject({ outcome: 'published' });
    const full = await stores.views.currentPublication();
    for (const [view, { artefact }] of Object.entries(published?.views ?? {}))
      expect([view, full?.views[view]?.artefact], 'the archive of both logs says the same').toEqual([view, artefact]);
  } finally {
    await stores.close();
  }
});

test('a copy of a moment fits together while the system goes on', async () => {
  const folder = await newFolder();
  let left = 3;
  /** Between the lake and the log, and while the log is copied. */
  const goOn = async (): Promise<void> => {
    if (left-- <= 0) return;
    await source.log.append([recordOf(rated(1, 5, AT), `meanwhile ${left}`)]);
    expect(await on.data.run()).toMatchObject({ outcome: 'published' });
  };
  const going: MoveSource = {
    ...source,
    log: {
      ...source.log,
      async *range(...args) {
        await goOn();
        yield* source.log.range(...args);
      },
    },
    keys: {
      ...source.keys,
      async list() {
        await goOn();
        return source.keys.list();
      },
    },
  };
  const published = await source.views.currentPublication();
  await move(folder, undefined, going, true);
  expect(left).toBeLessThanOrEqual(0);
  expect(await logFault(source)).toBeUndefined();
  const stores = await openStoresAt(locationsIn(folder), { now: () => on.data.clock.nowMs });
  try {
    expect((await stores.views.currentPublication())?.number).toBeGreaterThanOrEqual(published?.number ?? 0);
    const there = { ...on.data.stores, ...stores };
    const run = (options: object) => on.data.run({ workFolder: join(folder, 'tmp'), ...options }, there);
    expect(await run({})).toMatchObject({ outcome: 'published' });
    const one = await stores.views.currentPublication();
    expect(await run({ full: true })).toMatchObject({ outcome: 'published' });
    expect((await stores.views.currentPublication())?.views).toEqual(one?.views);
  } finally {
    await stores.close();
  }
});
