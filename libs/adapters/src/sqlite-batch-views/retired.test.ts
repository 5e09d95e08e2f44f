import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ArtefactLayout, ArtefactNotFoundError, type ArtefactRow, type BatchViewStore, type Publication } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteBatchViews } from './index.ts';
import { openStoreFile, type StoreFile } from './publications.ts';
import { openRetired } from './retired.ts';

const layout: ArtefactLayout = { key: 'id', columns: {}, documents: [], lookups: [], sorts: [], filters: [] };
async function* oneRow(): AsyncGenerator<readonly ArtefactRow[]> {
  yield [['a']];
}
const publication: Publication = {
  number: 1,
  version: 1,
  manifest: 'm',
  views: {},
  cut: {},
  cutAt: '2026-01-02T03:04:05.678Z',
  publishedAt: '2026-01-02T03:04:05.678Z',
  reason: 'run',
};

let folder: string;
const opened: BatchViewStore[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-retired-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(folder, { recursive: true, force: true });
});

const open = async (readOnly = false): Promise<BatchViewStore> => {
  const store = await openSqliteBatchViews(folder, { readOnly });
  opened.push(store);
  return store;
};

test('an artefact that a dying process had removed in part is gone, its rest with the next drop, and it can be built anew', async () => {
  const store = await open();
  await store.build('films', layout, oneRow());
  await store.retire(['films']);
  await rm(join(folder, 'films.sqlite'));
  await expect(store.open('films')).rejects.toBeInstanceOf(ArtefactNotFoundError);
  expect(await store.dropRetired(0)).toEqual(['films']);
  expect(await readdir(folder)).toEqual(['publications.sqlite']);
  expect(await store.build('films', layout, oneRow())).toBe(1);
  expect(await store.listArtefacts()).toEqual(['films']);
});

test('a folder of the version before, which knew no retired artefacts, is read and then written', async () => {
  const before = await open();
  await before.build('films', layout, oneRow());
  await before.insertPublication(publication);
  await before.close();
  const old = new DatabaseSync(join(folder, 'publications.sqlite'));
  old.exec('DROP TABLE retired');
  old.close();
  const reading = await open(true);
  expect([await reading.listArtefacts(), await reading.currentPublication()]).toEqual([['films'], publication]);
  const writing = await open();
  await writing.retire(['films']);
  expect(await writing.dropRetired(0)).toEqual(['films']);
  expect([await reading.listArtefacts(), await reading.currentPublication()]).toEqual([[], publication]);
});

test('what somebody takes into use between the look and the lock is not dropped', async () => {
  const file = openStoreFile(folder, false);
  const retiredOver = (over: StoreFile) =>
    openRetired(
      over,
      folder,
      (artefact) => join(folder, `${artefact}.sqlite`),
      () => 0,
    );
  const other = retiredOver(file);
  const racing = retiredOver({
    ...file,
    alone: async (work) => {
      await other.revive(['used']);
      return file.alone(work);
    },
  });
  for (const artefact of ['used', 'unused']) await writeFile(join(folder, `${artefact}.sqlite`), '');
  await other.add(['used', 'unused']);
  expect(await racing.drop(0)).toEqual(['unused']);
  expect((await readdir(folder)).toSorted()).toEqual(['publications.sqlite', 'used.sqlite']);
  file.close();
});
