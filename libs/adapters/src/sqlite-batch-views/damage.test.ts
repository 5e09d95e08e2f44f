import { copyFile, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtefactDamagedError, type ArtefactLayout, type ArtefactRow, type BatchViewStore } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteBatchViews } from './index.ts';

const layout: ArtefactLayout = {
  key: 'id',
  columns: { n: 'integer', name: 'text' },
  documents: ['doc'],
  lookups: [],
  sorts: [{ columns: ['n'], directions: 'both' }],
  filters: ['n'],
};
const MANY = 8_000;
async function* rows(): AsyncGenerator<readonly ArtefactRow[]> {
  yield Array.from({ length: MANY }, (_, n) => [
    `id ${String(n).padStart(6, '0')}`,
    n,
    `name ${n}`,
    JSON.stringify({ n, text: 'x'.repeat(300) }),
  ]);
}
const select = { columns: ['n'], documents: ['doc'] };

let folder: string;
let path: string;
let store: BatchViewStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-batch-views-'));
  path = join(folder, 'films.sqlite');
  store = await openSqliteBatchViews(folder);
  await store.build('films', layout, rows());
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Changes one digit of a document: SQLite itself sees nothing wrong. */
const changeDigit = async (): Promise<void> => {
  const bytes = await readFile(path);
  const at = bytes.lastIndexOf('{"n":7');
  bytes[at + 5] = '8'.charCodeAt(0);
  await writeFile(path, bytes);
};

test('a changed digit is noticed by verifying; then it is opened no more, and built anew in its place', async () => {
  await changeDigit();
  expect((await (await store.open('films')).list({ where: [], sort: [], limit: 1 })).length).toBe(1);
  expect(await store.verify('films')).toBe('damaged');
  await expect(store.open('films')).rejects.toBeInstanceOf(ArtefactDamagedError);
  await expect(store.rowCount('films')).rejects.toThrow(`${path} is damaged`);
  expect(await store.build('films', layout, rows())).toBe(MANY);
  expect(await store.verify('films')).toBe('sound');
  const reader = await store.open('films');
  for (const n of [7, 70, 799, 7999]) expect((await reader.get(`id ${String(n).padStart(6, '0')}`, select))?.columns).toEqual([n]);
  await reader.close();
});

test('a file restored in place is opened again', async () => {
  await copyFile(path, `${path}.backup`);
  await changeDigit();
  expect(await store.verify('films')).toBe('damaged');
  await writeFile(path, await readFile(`${path}.backup`));
  expect(await store.verify('films')).toBe('sound');
  await (await store.open('films')).close();
});

test('a file that is cut off while it is open throws, wherever it is read, and does not end the process', async () => {
  const reader = await store.open('films');
  await reader.get('id 000001', select);
  const { size } = await stat(path);
  await truncate(path, 8_192 * 4);
  const last = `id ${String(MANY - 10).padStart(6, '0')}`;
  await expect(reader.get(last, select)).rejects.toBeInstanceOf(ArtefactDamagedError);
  await expect(reader.getMany([last], select)).rejects.toThrow(`${path} is damaged`);
  await expect(reader.list({ where: [], sort: [{ column: 'n', desc: true }], limit: 500, ...select })).rejects.toBeInstanceOf(
    ArtefactDamagedError,
  );
  await expect(reader.count([{ column: 'name', op: 'contains', value: 'e' }])).rejects.toBeInstanceOf(ArtefactDamagedError);
  await reader.close();
  await expect(store.open('films')).rejects.toBeInstanceOf(ArtefactDamagedError);
  const other = await openSqliteBatchViews(folder, { readOnly: true });
  await expect(other.open('films')).rejects.toThrow('another size than it was built with');
  await other.close();
  await truncate(path, size);
  expect(await store.verify('films')).toBe('damaged');
  await store.build('films', layout, rows());
  await (await store.open('films')).close();
});

test('what was built before there were seals is opened, but built anew before it is shared', async () => {
  for (const name of await readdir(folder)) if (name.endsWith('.seal')) await rm(join(folder, name));
  expect(await store.verify('films')).toBe('unsealed');
  await (await store.open('films')).close();
  expect(await store.build('films', layout, rows())).toBe(MANY);
  expect(await store.verify('films')).toBe('sound');
});

test('dropped artefacts leave nothing behind, and another with a longer name is not touched', async () => {
  await store.build('films-2', layout, rows());
  await store.retire(['films']);
  await store.dropRetired(0);
  expect((await readdir(folder)).filter((name) => name.startsWith('films')).map((name) => name.split('.')[0])).toEqual([
    'films-2',
    'films-2',
  ]);
  expect(await store.verify('films-2')).toBe('sound');
});
