/** Files that are moved away, deleted or replaced while they are open: nobody goes on as if they were there. */
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Publication } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteBatchViews } from '../sqlite-batch-views/index.ts';
import { openSqliteEventLog } from '../sqlite-event-log/index.ts';
import { openSqliteSpeedStore } from '../sqlite-speed-store/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'in-place-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const PARTITION = 'movie.ratings/3';
const record = (id: string) => ({ partition: PARTITION, key: 'k', id, value: '' }) as const;
const publication = (number: number): Publication => ({
  number,
  version: number,
  manifest: '',
  views: {},
  cut: {},
  cutAt: '2026-01-01T00:00:00.000Z',
  publishedAt: '2026-01-01T00:00:00.000Z',
  reason: 'run',
});

test('a log acknowledges nothing that it writes to a file which nobody finds again', async () => {
  const [path, away] = [join(folder, 'log.sqlite'), join(folder, 'away.sqlite')];
  const log = await openSqliteEventLog(path);
  await log.append([record('before')]);
  await rename(path, away);
  for (const use of [() => log.append([record('lost')]), () => log.checkWritable(), () => log.bounds()])
    await expect(use()).rejects.toThrow(`${path} is gone while it was in use`);
  await cp(away, path);
  await expect(log.append([record('lost')])).rejects.toThrow(`${path} was replaced while it was in use`);
  await rename(away, path);
  await log.append([record('after')]);
  expect((await readLog(log, PARTITION)).map((one) => 'id' in one && one.id)).toEqual(['before', 'after']);
  await log.close();
});

test('what a speed store covers is not read from a file that is gone', async () => {
  const path = join(folder, 'speed.sqlite');
  const store = await openSqliteSpeedStore(path);
  expect(await store.progress()).toEqual([]);
  await rm(path);
  await expect(store.progress()).rejects.toThrow('is gone while it was in use');
  await store.close();
});

test.each([false, true])(
  'publications that are gone are no empty list; those that took their place are read; read-only: %s',
  async (readOnly) => {
    const [path, away] = [join(folder, 'publications.sqlite'), join(folder, 'away.sqlite')];
    const writer = await openSqliteBatchViews(folder);
    await writer.insertPublication(publication(1));
    const reader = await openSqliteBatchViews(folder, { readOnly });
    expect(await reader.currentPublication()).toMatchObject({ number: 1 });
    await rename(path, away);
    await expect(reader.currentPublication()).rejects.toThrow('is gone while it was in use');
    await writer.close();
    await cp(away, path);
    const other = await openSqliteBatchViews(folder);
    await other.insertPublication(publication(2));
    await other.close();
    expect(await reader.currentPublication()).toMatchObject({ number: 2 });
    await reader.close();
  },
);
