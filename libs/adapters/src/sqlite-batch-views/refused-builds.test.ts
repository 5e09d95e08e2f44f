/** What a build refuses: layouts, rows and names that an artefact cannot have. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtefactLayout, ArtefactRow, BatchViewStore } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteBatchViews } from './index.ts';

const layout: ArtefactLayout = {
  key: 'id',
  columns: { kind: 'text', code: 'text', name: 'text', n: 'integer', genres: 'text_set' },
  documents: ['doc'],
  lookups: ['code'],
  sorts: [{ columns: ['n'], directions: 'both' }],
  filters: ['kind'],
};

async function* batchOf(...rows: readonly ArtefactRow[]): AsyncGenerator<readonly ArtefactRow[]> {
  yield rows;
}

let folder: string;
let store: BatchViewStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-batch-views-'));
  store = await openSqliteBatchViews(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

test.each([
  [{ ...layout, sorts: [{ columns: ['nothing'], directions: 'both' as const }] }, /nothing/],
  [{ ...layout, columns: { ...layout.columns, N: 'integer' as const } }, /two columns are named N/i],
  [{ ...layout, columns: { ...layout.columns, 'a b': 'integer' as const } }, /named "a b"/],
  [{ ...layout, partition: 'genres' }, /partitioned by the set/],
])('refuses a layout that it cannot store', async (refused, reason) => {
  await expect(store.build('a', refused, batchOf())).rejects.toThrow(reason);
});

test.each([
  [['a', 'film', null, null, '1', null, null], /row a has "1" in the integer column n/],
  [['a', 'film', null, null, 2 ** 53, null, null], /integer column n/],
  [['a', 'film', null, true, 1, null, null], /text column name/],
  [['a', 'film', null, null, 1, null, 5], /document doc/],
  [['a', 'film'], /2 values instead of 7/],
  [[null, 'film', null, null, 1, null, null], /no text as its key/],
])('refuses a row of another shape: %j', async (refused, reason) => {
  await expect(store.build('a', layout, batchOf(refused))).rejects.toThrow(reason);
});

test('the name of the publications’ file is no artefact’s', async () => {
  await expect(store.build('publications', layout, batchOf())).rejects.toThrow(/publications/);
});
