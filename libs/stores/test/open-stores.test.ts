/** Stores that do not belong together are not opened together. */
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beginLogAnew, logFileIn, openWhatIsLeft, speedFileIn } from '@rushes/adapters/embedded';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import type { OffsetVector } from '@rushes/domain';
import { boundsAt, claimLake, listLakeLogs, type Publication, putLakeLog, sealJson } from '@rushes/ports';
import { PROJECTION } from '@rushes/views';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openEmbeddedStores, type Stores } from '../src/index.ts';
import { locationsIn } from '../src/locations.ts';
import { openLakeAt } from '../src/open-stores.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const RATINGS = 'movie.ratings/3';

let folder: string;
let other: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  other = await mkdtemp(join(tmpdir(), 'embedded-'));
});
afterEach(async () => {
  for (const one of [folder, other]) await rm(one, { recursive: true, force: true });
});

const publication = (number: number, cut: OffsetVector, log?: string): Publication => ({
  number,
  version: number,
  manifest: `manifests/manifest-${number}.json`,
  views: {},
  cut,
  ...(log !== undefined && { log }),
  cutAt: NOW.toISOString(),
  publishedAt: NOW.toISOString(),
  reason: 'run',
});

const within = async <Result>(data: string, work: (stores: Stores) => Promise<Result>): Promise<Result> => {
  const stores = await openEmbeddedStores(data);
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
};

/** Five records, the lake claimed, and a version up to `cut`. Returns the log's id. */
const used = (data: string, cut = 5): Promise<string> =>
  within(data, async ({ log, objects, views }) => {
    await log.append(Array.from({ length: 5 }, (_, n) => ({ partition: RATINGS, key: 'k', id: `event ${n}`, value: '' })));
    await claimLake(objects, log.id, NOW);
    await views.insertPublication(publication(1, { [RATINGS]: cut }, log.id));
    return log.id;
  });

const opening = (): Promise<unknown> => within(folder, async () => 'opened');
const takeFrom = async (name: string): Promise<void> => {
  await rm(join(folder, name), { recursive: true });
  await cp(join(other, name), join(folder, name), { recursive: true });
};

describe('opening', () => {
  test('what belongs together opens again and again', async () => {
    const id = await used(folder);
    expect(await within(folder, async ({ log }) => log.id)).toBe(id);
    expect(await within(folder, async ({ speed }) => (await speed.claimLog('another')).log)).toBe(id);
  });

  test('what is projected is kept as what this code makes of events, beside what others make', async () => {
    const stores = await openEmbeddedStores(folder);
    const fence = (await stores.owners.claim(RATINGS, 'a', 0)) ?? expect.fail('not claimed');
    await stores.speed.putPosition({ partition: RATINGS, offset: 0, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } }, fence);
    expect((await stores.speed.progress()).map(({ partition }) => partition)).toEqual([RATINGS]);
    await stores.close();
    const whole = await openSqliteSpeedStore(speedFileIn(folder));
    expect((await whole.progress()).map(({ partition }) => partition)).toEqual([`${RATINGS}@${PROJECTION}`]);
    await whole.close();
  });

  test('a lost log is told, and none takes its place; versions can still be looked at', async () => {
    const id = await used(folder);
    await rm(join(folder, 'log.sqlite'));
    await expect(opening()).rejects.toThrow(
      new RegExp(`log\\.sqlite is not there, but the lake in .* is made from log ${id}\\. .*restart`),
    );
    expect(existsSync(join(folder, 'log.sqlite'))).toBe(false);
    const lake = await openLakeAt(locationsIn(folder));
    expect(await lake.views.currentPublication()).toMatchObject({ version: 1 });
    await lake.close();
  });

  test('so it is where only the batch views know of it, with its id or without', async () => {
    const id = await used(folder);
    await rm(join(folder, 'log.sqlite'));
    await rm(join(folder, 'lake'), { recursive: true });
    await expect(opening()).rejects.toThrow(`version 1 in ${join(folder, 'views')} is made from log ${id}`);
    const lake = await openLakeAt(locationsIn(folder));
    await lake.views.insertPublication(publication(2, { [RATINGS]: 0 }));
    await lake.close();
    await expect(opening()).rejects.toThrow(`version 2 in ${join(folder, 'views')} is made from one`);
  });

  test('a log that cannot be looked at: neither an empty one takes its place, nor is it given up for a new one', async () => {
    const location = folder;
    await (await openEmbeddedStores(location)).close();
    for (const end of ['', '-wal', '-shm']) await rm(join(location, `log.sqlite${end}`), { force: true });
    await symlink('nowhere/log.sqlite', join(location, 'log.sqlite'));
    await expect(openEmbeddedStores(location)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(openWhatIsLeft(logFileIn(location), speedFileIn(location))).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(join(location, 'log.sqlite'));
    await mkdir(join(location, 'log.sqlite'));
    await expect(openWhatIsLeft(logFileIn(location), speedFileIn(location))).rejects.toThrow('unable to open');
  });

  test('a version without a log needs none', async () => {
    await within(folder, ({ views }) => views.insertPublication(publication(1, {})));
    await rm(join(folder, 'log.sqlite'));
    await expect(opening(), 'what it projected would be shown').rejects.toThrow(
      'Restore the log that belongs to it, or put the speed store',
    );
    await rm(join(folder, 'speed.sqlite'));
    expect(await opening()).toBe('opened');
  });

  test('another log is refused with both ids', async () => {
    const [id, stranger] = [await used(folder), await used(other)];
    await takeFrom('log.sqlite');
    await expect(opening()).rejects.toThrow(
      `log.sqlite is log ${stranger}, but the lake in ${join(folder, 'lake')} is made from log ${id}`,
    );
  });

  test('batch views of another lake are refused; those of an earlier log of the lake are not', async () => {
    const id = await used(folder);
    const stranger = await used(other);
    await takeFrom('views');
    await expect(opening()).rejects.toThrow(`version 1 is made from log ${stranger}, which the lake`);
    await within(other, ({ views }) => views.insertPublication(publication(2, {}, id)));
    await takeFrom('views');
    expect(await opening()).toBe('opened');
  });

  test('an old copy of the log is refused', async () => {
    const id = await used(folder, 6);
    await expect(opening()).rejects.toThrow(
      `${RATINGS} in ${join(folder, 'log.sqlite')} ends at offset 5, but version 1 has offsets up to 6`,
    );
    const lake = await openLakeAt(locationsIn(folder));
    await lake.views.insertPublication(publication(2, { [RATINGS]: 2 }, id));
    await lake.close();
    await expect(opening()).rejects.toThrow('version 1 has offsets up to 6');
  });

  test('so is one that ends before what was projected', async () => {
    await used(folder);
    await within(folder, async ({ speed, owners }) =>
      speed.putPosition(
        { partition: RATINGS, offset: 7, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } },
        (await owners.claim(RATINGS, 'a', 0)) ?? 0,
      ),
    );
    await expect(opening()).rejects.toThrow(/ends at offset 5, but .*speed\.sqlite has offsets up to 7/);
  });

  test('a speed store of another log is refused', async () => {
    const [id, stranger] = [await used(folder), await used(other)];
    await takeFrom('speed.sqlite');
    await expect(opening()).rejects.toThrow(
      `speed.sqlite holds what was projected from log ${stranger}, but ${join(folder, 'log.sqlite')} is log ${id}`,
    );
  });

  test('what was opened is closed after a refusal', async () => {
    await used(folder);
    await used(other);
    await takeFrom('log.sqlite');
    await expect(opening()).rejects.toThrow('another log');
    expect(readdirSync(folder).filter((name) => /-(wal|shm)$/.test(name))).toEqual([]);
  });
});

describe('a log begun anew', () => {
  const beginning = { earliest: {}, records: (async function* () {})(), next: { [RATINGS]: 8 }, barrier: 4 };

  test('takes the place, and what was there stays under other names', async () => {
    await used(folder);
    const made = await beginLogAnew(logFileIn(folder), beginning, NOW, [speedFileIn(folder)]);
    const kept = await made.takePlace();
    const suffix = 'until-2026-01-02T03-04-05-678Z';
    expect(kept).toEqual([join(folder, `log.sqlite.${suffix}`), join(folder, `speed.sqlite.${suffix}`)]);
    expect(readdirSync(folder).toSorted()).toEqual(
      ['keys.sqlite', 'lake', 'log.sqlite', `log.sqlite.${suffix}`, `speed.sqlite.${suffix}`, 'tmp', 'views'].toSorted(),
    );
    await expect(opening()).rejects.toThrow('another log');
    const objects = await openFolderObjectStore(join(folder, 'lake'));
    await putLakeLog(objects, { number: 2, id: made.id, from: beginning.next, since: NOW.toISOString(), barrier: beginning.barrier });
    expect(await within(folder, async ({ log }) => [log.id, boundsAt(await log.bounds(), RATINGS)])).toEqual([
      made.id,
      { earliest: 0, next: 9 },
    ]);
  });

  test('that is not wanted leaves everything as it was', async () => {
    const id = await used(folder);
    await (await beginLogAnew(logFileIn(folder), beginning, NOW, [speedFileIn(folder)])).discard();
    expect(readdirSync(folder).filter((name) => name.startsWith('log'))).toEqual(['log.sqlite']);
    expect(await within(folder, async ({ log }) => log.id)).toBe(id);
  });

  test('one that cannot be filled leaves nothing behind', async () => {
    await used(folder);
    const records = (async function* () {
      yield { partition: RATINGS, records: [] } as const;
      throw new Error('the archive is damaged');
    })();
    await expect(beginLogAnew(logFileIn(folder), { ...beginning, records }, NOW, [speedFileIn(folder)])).rejects.toThrow(
      'the archive is damaged',
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('log'))).toEqual(['log.sqlite']);
  });

  test('what is left is opened as far as it can be, and nothing is made', async () => {
    const nothing = await openWhatIsLeft(logFileIn(folder), speedFileIn(folder));
    expect([nothing.log, nothing.speed, readdirSync(folder)]).toEqual([undefined, undefined, []]);
    const id = await used(folder);
    await writeFile(join(folder, 'speed.sqlite'), 'no database, but longer than the header of one'.repeat(100));
    const left = await openWhatIsLeft(logFileIn(folder), speedFileIn(folder));
    expect([left.log?.id, left.speed]).toEqual([id, undefined]);
    await left.close();
    await rename(join(folder, 'log.sqlite'), join(folder, 'speed.sqlite'));
    await expect(openSqliteSpeedStore(join(folder, 'speed.sqlite'))).rejects.toThrow('not a speed store');
  });
});

describe('the logs of a lake', () => {
  test('of logs that claim a lake at once one gets it', async () => {
    const objects = await openFolderObjectStore(join(folder, 'lake'));
    const got = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => claimLake(objects, id, NOW)));
    expect(new Set(got.map(({ id }) => id)).size).toBe(1);
    expect(await listLakeLogs(objects)).toEqual([{ number: 1, id: got[0]?.id, from: {}, since: NOW.toISOString(), barrier: 0 }]);
  });

  test('one that a newer release wrote is refused as that', async () => {
    const objects = await openFolderObjectStore(join(folder, 'lake'));
    await objects.put('bronze/log/identities/identity-0000000001.json', sealJson({ format: 2, name: 'a' }));
    await expect(listLakeLogs(objects)).rejects.toThrow('has format 2, which a newer release of Rushes wrote: this one reads up to 1');
  });

  test('they are in their order, and the last one counts', async () => {
    const objects = await openFolderObjectStore(join(folder, 'lake'));
    for (let number = 12; number > 0; number--)
      expect(await putLakeLog(objects, { number, id: `log ${number}`, from: { [RATINGS]: number }, since: '', barrier: 0 })).toBe(true);
    expect(await putLakeLog(objects, { number: 12, id: 'late', from: {}, since: '', barrier: 0 })).toBe(false);
    expect((await listLakeLogs(objects)).map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, n) => `log ${n + 1}`));
    expect(await claimLake(objects, 'new', NOW)).toMatchObject({ id: 'log 12', from: { [RATINGS]: 12 } });
  });

  test.each([
    '',
    '{}',
    '{"format":0,"number":1,"id":"a","from":{},"since":""}',
    '{"format":1,"number":1,"id":"a","from":{"x/1":1},"since":""}',
  ])('an entry that says nothing is no reason to take any log: %j', async (text) => {
    const objects = await openFolderObjectStore(join(folder, 'lake'));
    await objects.put('bronze/log/identities/identity-0000000001.json', new TextEncoder().encode(text));
    await expect(opening()).rejects.toThrow('does not say which log this lake is made from');
  });
});
