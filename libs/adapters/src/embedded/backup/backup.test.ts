/** A copy taken while others write is a state that one can go on from; one that cannot be finished leaves nothing; a damaged one is not restored. */
import { readLog } from '@rushes/ports/contracts/read-log';
import { appendFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openFolderObjectStore } from '../../folder-object-store/index.ts';
import { openSqliteApiKeys } from '../../sqlite-api-keys/index.ts';
import { openSqliteBatchViews } from '../../sqlite-batch-views/index.ts';
import { openSqliteEventLog } from '../../sqlite-event-log/index.ts';
import { makeDataFolder } from '../data-folder.ts';
import { backUp, type BackUpReport } from './back-up.ts';
import { backupInFolder } from './backup-source.ts';
import { MANIFEST_FILE } from './backup-manifest.ts';
import { restoreBackup, type RestoreOptions, type RestoreReport } from './restore.ts';
import type { SnapshotOptions } from './snapshot.ts';

const RATINGS = 'movie.ratings/3';
const ARTEFACT = 'views/titles-1.sqlite';

/** The stores that a backup copies. */
const openStores = async (folder: string) => {
  await makeDataFolder(folder);
  const objects = await openFolderObjectStore(join(folder, 'lake'));
  const views = await openSqliteBatchViews(join(folder, 'views'));
  const log = await openSqliteEventLog(join(folder, 'log.sqlite'));
  const keys = await openSqliteApiKeys(join(folder, 'keys.sqlite'));
  await views.listPublications(1); // the file of publications is made when it is first read
  return {
    objects,
    log,
    async close() {
      for (const store of [keys, log, views]) await store.close();
    },
  };
};

let root: string;
let stores: Awaited<ReturnType<typeof openStores>>;
const data = (name = ''): string => join(root, 'data', name);
const out = (name = ''): string => join(root, 'backups/one', name);
const restored = (name = ''): string => join(root, 'restored', name);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'backup-'));
  stores = await openStores(data());
});
afterEach(async () => {
  await stores.close();
  await rm(root, { recursive: true, force: true });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const append = (text: string): Promise<unknown> => stores.log.append([{ partition: RATINGS, key: 'k', id: text, value: text }]);
const take = (options: Partial<SnapshotOptions> = {}): Promise<BackUpReport> =>
  backUp(data(), out(), {
    check: async () => undefined,
    onTurn: () => undefined,
    onBytes: () => undefined,
    signal: new AbortController().signal,
    ...options,
  });
const restore = (options: Partial<RestoreOptions> = {}): Promise<RestoreReport> =>
  restoreBackup(backupInFolder(out()), restored(), {
    onStart: () => undefined,
    onBytes: () => undefined,
    signal: new AbortController().signal,
    ...options,
  });
const idsIn = async (path: string): Promise<readonly string[]> => {
  const log = await openSqliteEventLog(path);
  try {
    return (await readLog(log, RATINGS)).flatMap((record) => (record.kind === 'event' ? [record.id] : []));
  } finally {
    await log.close();
  }
};
const fill = async (): Promise<void> => {
  await stores.objects.put('manifests/manifest-1.json', bytes('{}'));
  await stores.objects.put('gold/titles/a.parquet', bytes('rows'));
  await mkdir(data('replays'));
  await writeFile(data('replays/a.json'), '{"line":3}');
  await writeFile(data('replays/b.json.writing'), 'half');
  await writeFile(data(ARTEFACT), 'an artefact');
  await append('first');
};

describe('what is in it', () => {
  test('everything but scratch files and what can be made from the log, for the owner alone', async () => {
    await fill();
    const report = await take();
    expect(report.files.map(({ path }) => path)).toEqual([
      'keys.sqlite',
      'lake/gold/titles/a.parquet',
      'lake/manifests/manifest-1.json',
      'log.sqlite',
      'replays/a.json',
      'views/publications.sqlite',
      ARTEFACT,
    ]);
    expect(report).toMatchObject({ log: stores.log.id, version: null, turns: 1 });
    for (const { path } of report.files) expect([path, ((await stat(out(path))).mode & 0o777).toString(8)]).toEqual([path, '600']);
    for (const folder of ['', 'lake', 'views']) expect(((await stat(out(folder))).mode & 0o777).toString(8)).toBe('700');
    expect((await readdir(out())).toSorted()).toEqual([MANIFEST_FILE, 'keys.sqlite', 'lake', 'log.sqlite', 'replays', 'views']);
    await restore();
    expect(await readFile(restored('lake/gold/titles/a.parquet'), 'utf8')).toBe('rows');
    expect(await readFile(restored(ARTEFACT), 'utf8')).toBe('an artefact');
    expect(await idsIn(restored('log.sqlite'))).toEqual(['first']);
    const again = await openStores(restored());
    expect(again.log.id).toBe(stores.log.id);
    await again.close();
  });

  test('the log as it was at one moment, however much is appended meanwhile', async () => {
    const large = 'x'.repeat(4_000);
    for (let n = 0; n < 20; n++)
      await stores.log.append(Array.from({ length: 500 }, (_, at) => ({ partition: RATINGS, key: 'k', id: `${n} ${at}`, value: large })));
    const done = new AbortController();
    let count = 10_000;
    const acknowledged: number[] = [];
    const appending = (async () => {
      for (; !done.signal.aborted; count++) {
        await append(`late ${count}`);
        acknowledged.push(Date.now());
      }
    })();
    let steps = 0;
    const report = await take({ onBytes: () => void steps++ }).finally(() => done.abort());
    await appending;
    expect(steps, 'the copy is made in several steps').toBeGreaterThan(3);
    const ids = await idsIn(out('log.sqlite'));
    const before = acknowledged.filter((ms) => ms < Date.parse(report.takenAt)).length;
    expect(ids.length).toBeGreaterThanOrEqual(10_000 + before);
    expect(ids.slice(10_000)).toEqual(Array.from({ length: ids.length - 10_000 }, (_, n) => `late ${10_000 + n}`));
    expect(ids.length).toBeLessThan(count);
  });

  test('a folder with nothing in it is no data folder', async () => {
    await mkdir(join(root, 'empty'));
    await expect(
      backUp(join(root, 'empty'), out(), {
        check: async () => undefined,
        onTurn: () => undefined,
        onBytes: () => undefined,
        signal: new AbortController().signal,
      }),
    ).rejects.toThrow('holds nothing to back up');
    expect(await readdir(dirname(out()))).toEqual([]);
  });
});

describe('what changes meanwhile', () => {
  test('a copy that does not fit together is followed by a pass that copies what is new', async () => {
    await fill();
    const copied: number[] = [];
    const report = await take({
      check: async ({ objects }) => ((await objects.head('gold/titles/new.parquet')) ? undefined : 'not whole'),
      onTurn: async (turn, size) => {
        copied.push(size);
        if (turn === 2) await append('second');
        if (turn === 2) await stores.objects.put('gold/titles/new.parquet', bytes('new'));
        if (turn === 2) await stores.objects.delete(['gold/titles/a.parquet']);
      },
    });
    expect(report.turns).toBe(2);
    expect(copied[1], 'what is copied already is not copied again').toBeLessThan(copied[0] ?? 0);
    expect(await idsIn(out('log.sqlite'))).toEqual(['first', 'second']);
    expect(await readdir(out('lake/gold/titles')), 'what is gone since is not kept').toEqual(['new.parquet']);
    expect((await restore()).files).toEqual(report.files);
  });

  test('one that never does says why, and leaves nothing behind', async () => {
    await fill();
    await expect(take({ check: async () => 'the archive lacks offsets' })).rejects.toThrow(
      `${data()} is not whole: the archive lacks offsets`,
    );
    await expect(take({ check: async () => 'not yet', onTurn: (turn) => stores.objects.put(`gold/${turn}`, bytes('')) })).rejects.toThrow(
      'changes faster than it can be copied (not yet)',
    );
    expect(await readdir(dirname(out()))).toEqual([]);
  });

  test('one that is stopped leaves nothing behind, wherever that is', async () => {
    await fill();
    let parts = 0;
    await take({ onBytes: () => void parts++ });
    await rm(out(), { recursive: true });
    for (let stopAt = 1; stopAt <= parts; stopAt++) {
      const stop = new AbortController();
      let part = 0;
      const onBytes = (): void => {
        if (++part === stopAt) stop.abort();
      };
      await expect(take({ onBytes, signal: stop.signal })).rejects.toThrow('aborted');
      expect(await readdir(dirname(out()))).toEqual([]);
    }
  });

  test('what a killed one left has another name, and the next one removes it', async () => {
    await fill();
    await mkdir(dirname(out()));
    // No process has this number.
    const left = join(dirname(out()), `.backup.${hostname().replaceAll(/[^A-Za-z0-9]/g, '_')}.4194305.x.writing`);
    await mkdir(left);
    await writeFile(join(left, 'half'), '');
    await take();
    expect(await readdir(dirname(out()))).toEqual(['one']);
  });
});

describe('restoring', () => {
  beforeEach(async () => {
    await fill();
    await take();
  });

  const flipByte = async (path: string): Promise<void> => {
    const file = await open(path, 'r+');
    const part = Buffer.alloc(1);
    await file.read(part, 0, 1, 2);
    await file.write(Buffer.from([(part[0] ?? 0) ^ 1]), 0, 1, 2);
    await file.close();
  };

  test.each([
    ['a changed byte', 'lake/gold/titles/a.parquet', flipByte],
    ['a changed byte of the log', 'log.sqlite', flipByte],
    ['a byte too many', ARTEFACT, (path: string) => appendFile(path, '!')],
    ['a file cut off', ARTEFACT, (path: string) => truncate(path, 3)],
    ['a file that is gone', 'replays/a.json', (path: string) => rm(path)],
  ])('%s is found, and nothing is restored', async (_what, path, damage) => {
    await damage(out(path));
    await expect(restore()).rejects.toThrow(`${out(path)} is not`);
    expect((await readdir(root)).toSorted()).toEqual(['backups', 'data']);
  });

  test('a folder without a manifest is no backup', async () => {
    await rename(out(MANIFEST_FILE), out('other.json'));
    await expect(restore()).rejects.toThrow(`${out()} is no backup: it has no ${MANIFEST_FILE}`);
  });

  test.each([
    ['a path that leads out', '"path": "log.sqlite"', '"path": "../../log.sqlite"'],
    ['an absolute path', '"path": "log.sqlite"', '"path": "/log.sqlite"'],
    ['a checksum that is none', '"sha256": "', '"sha256": "x'],
    ['another format', '"format": 1', '"format": 2'],
    ['half a file', '"files"', '"files'],
  ])('a manifest with %s is refused', async (_what, before, after) => {
    const text = await readFile(out(MANIFEST_FILE), 'utf8');
    expect(text).toContain(before);
    await writeFile(out(MANIFEST_FILE), text.replace(before, after));
    await expect(restore()).rejects.toThrow(`${out(MANIFEST_FILE)} is damaged, or was written by another version`);
  });

  test('nothing is restored over anything', async () => {
    await mkdir(restored());
    await writeFile(restored('mine'), '');
    await expect(restore()).rejects.toThrow(`${restored()} is not empty (mine is in it)`);
    expect(await readdir(restored())).toEqual(['mine']);
  });

  test('an empty folder, such as a mounted disk, is filled, also after a restore that was killed in it', async () => {
    await mkdir(restored(`.restore.${hostname().replaceAll(/[^A-Za-z0-9]/g, '_')}.4194305.x.writing/lake`), { recursive: true });
    const { ino } = await stat(restored());
    await restore();
    expect((await stat(restored())).ino).toBe(ino);
    expect((await readdir(restored())).toSorted()).toEqual(['keys.sqlite', 'lake', 'log.sqlite', 'replays', 'views']);
  });

  test('one that is stopped leaves nothing behind', async () => {
    const stop = new AbortController();
    await expect(restore({ signal: stop.signal, onBytes: () => stop.abort() })).rejects.toThrow('aborted');
    expect((await readdir(root)).toSorted()).toEqual(['backups', 'data']);
  });
});
