/** Backups in an object store: each is whole or none, has a moment's state however long sending takes, and sends what no backup before has sent. */
import { readLog } from '@rushes/ports/contracts/read-log';
import { type ObjectStore, putLakeLog } from '@rushes/ports';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openFolderObjectStore } from '../../folder-object-store/index.ts';
import { openSqliteBatchViews } from '../../sqlite-batch-views/index.ts';
import { openSqliteEventLog } from '../../sqlite-event-log/index.ts';
import { makeDataFolder } from '../data-folder.ts';
import { backUpToStore, type SendReport } from './back-up-to-store.ts';
import { backupInStore } from './backup-source.ts';
import { restoreBackup } from './restore.ts';

const RATINGS = 'movie.ratings/3';
const ARTEFACT = 'views/titles-1.sqlite';

const openStores = async (folder: string) => {
  await makeDataFolder(folder);
  const objects = await openFolderObjectStore(join(folder, 'lake'));
  const views = await openSqliteBatchViews(join(folder, 'views'));
  const log = await openSqliteEventLog(join(folder, 'log.sqlite'));
  await views.listPublications(1); // the file of publications is made when it is first read
  return {
    objects,
    log,
    async close() {
      await log.close();
      await views.close();
    },
  };
};

let root: string;
let stores: Awaited<ReturnType<typeof openStores>>;
let place: ObjectStore;
const path = (name: string): string => join(root, name);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const append = (text: string): Promise<unknown> => stores.log.append([{ partition: RATINGS, key: 'k', id: text, value: text }]);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stored-backups-'));
  stores = await openStores(path('data'));
  place = await openFolderObjectStore(path('place'));
  await stores.objects.put('manifests/manifest-1.json', bytes('{}'));
  await stores.objects.put('gold/titles/a.parquet', bytes('rows'));
  await mkdir(path('data/replays'));
  await writeFile(path('data/replays/a.json'), '{"line":3}');
  await writeFile(path(`data/${ARTEFACT}`), 'an artefact');
  await append('first');
});
afterEach(async () => {
  await stores.close();
  await rm(root, { recursive: true, force: true });
});

interface Taking {
  readonly to?: ObjectStore;
  readonly at?: string;
  readonly signal?: AbortSignal;
}
const take = ({ to = place, at, signal = new AbortController().signal }: Taking = {}): Promise<SendReport> =>
  backUpToStore(path('data'), to, path('data/tmp'), {
    check: async () => undefined,
    onTurn: () => undefined,
    onBytes: () => undefined,
    onSend: () => undefined,
    signal,
    ...(at !== undefined && { now: () => new Date(at) }),
  });
const restore = (name: string, until?: Date) =>
  restoreBackup(backupInStore(place, until), path(name), {
    onStart: () => undefined,
    onBytes: () => undefined,
    signal: new AbortController().signal,
  });
const idsIn = async (name: string): Promise<readonly string[]> => {
  const log = await openSqliteEventLog(path(`${name}/log.sqlite`));
  try {
    return (await readLog(log, RATINGS)).flatMap((record) => (record.kind === 'event' ? [record.id] : []));
  } finally {
    await log.close();
  }
};
/** A place that does something before each file that is sent. */
const before = (act: (key: string) => void | Promise<void>): ObjectStore => ({
  ...place,
  async putFile(key, file, options) {
    await act(key);
    await place.putFile(key, file, options);
  },
});
const contents = (): Promise<readonly string[]> => readdir(path('place/contents')).catch(() => []);

test('what a backup has sent the next one does not send again, and each can be restored', async () => {
  const first = await take({ at: '2026-11-27T10:00:00.000Z' });
  expect(first.sent).toEqual({ files: first.files.length, bytes: first.bytes });
  await append('second');
  await stores.objects.put('gold/titles/b.parquet', bytes('more rows'));
  await stores.objects.put('gold/titles/c.parquet', bytes('rows'));
  await stores.objects.delete(['gold/titles/a.parquet']);
  const second = await take({ at: '2026-11-27T11:00:00.000Z' });
  expect(second.sent.files, 'the log and one object').toBe(2);
  expect(await readdir(path('data/tmp')), 'nothing is left').toEqual([]);
  expect(await readFile(path(`data/${ARTEFACT}`), 'utf8'), 'the data folder keeps its files').toBe('an artefact');

  expect((await restore('newest')).files).toEqual(second.files);
  expect(await idsIn('newest')).toEqual(['first', 'second']);
  expect((await readdir(path('newest/lake/gold/titles'))).toSorted()).toEqual(['b.parquet', 'c.parquet']);
  expect((await restore('older', new Date('2026-11-27T10:59:59.999Z'))).files).toEqual(first.files);
  expect(await idsIn('older')).toEqual(['first']);
  expect(await readFile(path('older/lake/gold/titles/a.parquet'), 'utf8')).toBe('rows');
  expect(((await stat(path('older/log.sqlite'))).mode & 0o777).toString(8)).toBe('600');
  await expect(restore('oldest', new Date('2026-11-27T09:00:00Z'))).rejects.toThrow(
    'has no backup that was taken until 2026-11-27T09:00:00.000Z',
  );
});

test('the state is that of one moment, whatever is appended, replaced and removed while it is sent', async () => {
  let isChanged = false;
  const report = await take({
    to: before(async () => {
      if (isChanged) return;
      isChanged = true;
      await append('later');
      await stores.objects.put('manifests/manifest-1.json', bytes('{"replaced":true}'));
      await stores.objects.delete(['gold/titles/a.parquet']);
      await rm(path(`data/${ARTEFACT}`));
    }),
  });
  expect(report.turns).toBe(1);
  await restore('restored');
  expect(await idsIn('restored')).toEqual(['first']);
  expect(await readFile(path('restored/lake/manifests/manifest-1.json'), 'utf8')).toBe('{}');
  expect(await readFile(path('restored/lake/gold/titles/a.parquet'), 'utf8')).toBe('rows');
  expect(await readFile(path(`restored/${ARTEFACT}`), 'utf8')).toBe('an artefact');
});

test('one that is broken off is no backup, and the next one goes on where it was', async () => {
  const total = new Set((await take({ to: await openFolderObjectStore(path('elsewhere')) })).files.map(({ sha256 }) => sha256)).size;
  for (let stopAt = 1; stopAt <= total; stopAt++) {
    await rm(path('place/contents'), { recursive: true, force: true });
    const stop = new AbortController();
    let files = 0;
    const to = before(() => {
      if (++files === stopAt) stop.abort();
    });
    await expect(take({ to, signal: stop.signal })).rejects.toThrow('aborted');
    await expect(restore('restored')).rejects.toThrow(`${place.location} has no backup`);
    expect(await readdir(path('data/tmp'))).toEqual([]);
  }
  const there = (await contents()).length;
  expect(there).toBeGreaterThan(0);
  expect((await take()).sent.files).toBe(total - there);
  await restore('restored');
});

const contentOf = ({ files }: SendReport, wanted: string): string => {
  const sha256 = files.find((file) => file.path === wanted)?.sha256;
  return path(`place/contents/${sha256}`);
};

test('one that is damaged is not restored, and says which object and what to do', async () => {
  const artefact = contentOf(await take(), ARTEFACT);
  await writeFile(artefact, 'an artifact');
  await expect(restore('restored')).rejects.toThrow(/contents\/[0-9a-f]{64} in .* \(views\/titles-1.sqlite\) is not what was backed up/);
  await rm(artefact);
  await expect(restore('restored')).rejects.toThrow('is not there: the backup is damaged, take one from before');
  expect((await readdir(root)).toSorted()).toEqual(['data', 'place']);
  // It is sent again, since the file is still there.
  await take();
  await restore('restored');
});

test('a record that cannot be read is refused, and the backup before it can be had', async () => {
  await take({ at: '2026-11-27T10:00:00.000Z' });
  await place.put('backups/2026-11-27T11-00-00.000Z.json', bytes('{"format": 1'));
  await expect(restore('restored')).rejects.toThrow('backups/2026-11-27T11-00-00.000Z.json in');
  expect(await restore('restored', new Date('2026-11-27T10:00:00Z'))).toMatchObject({ takenAt: '2026-11-27T10:00:00.000Z' });
});

test("another system's place is refused, not that of a log that was begun anew", async () => {
  await take({ at: '2026-11-27T10:00:00.000Z' });
  const other = await openStores(path('other'));
  await other.close();
  const options = { check: async () => undefined, onTurn: () => undefined, onBytes: () => undefined, onSend: () => undefined };
  const signal = new AbortController().signal;
  await expect(backUpToStore(path('other'), place, path('other/tmp'), { ...options, signal })).rejects.toThrow(
    `its first log is ${stores.log.id}`,
  );
  expect(await readdir(path('place/backups'))).toHaveLength(1);
  const lakeLog = { number: 1, id: stores.log.id, from: {}, since: '2026-11-27T10:00:00.000Z', barrier: 0 };
  await putLakeLog(await openFolderObjectStore(path('other/lake')), lakeLog);
  expect(await backUpToStore(path('other'), place, path('other/tmp'), { ...options, signal })).toMatchObject({ system: stores.log.id });
  await expect(take({ at: '2026-11-27T10:00:00.000Z' }), 'the same backup once more').resolves.toMatchObject({ sent: { files: 0 } });
});
