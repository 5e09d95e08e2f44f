/** Iceberg metadata beside real runs: when it is written, and that whatever comes between is mended. What others make of it is in the deep test. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type IcebergReport, keepIceberg, removeIceberg, rollback, verifyStores, writeIceberg } from '@rushes/batch';
import { openLake, readManifest } from '@rushes/lake';
import { parseMetadata, type TableMetadata } from '@rushes/lake/iceberg';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder } from './test-data-folder.ts';

const CATALOG = { titles: 120 };
const KEEP = 5;
let data: DataFolder;
let imdb: string;

beforeEach(async () => {
  data = await openDataFolder(CATALOG);
  imdb = await writeCatalog(data.path('imdb'), CATALOG);
  await data.run(imdb);
});
afterEach(() => data.close());

const write = (): Promise<IcebergReport> => writeIceberg(data.stores, { keepVersions: KEEP });
const folderOf = (table: string): string => data.path(`lake/iceberg/${table.replace('.', '/')}/metadata`);

/** By the hint, as readers of folders find it. */
const metadataOf = async (table: string): Promise<TableMetadata> => {
  const hint = await readFile(join(folderOf(table), 'version-hint.text'), 'utf8');
  const found = parseMetadata(await readFile(join(folderOf(table), `v${hint}.metadata.json`)));
  if (found === undefined) throw new Error(`no metadata of ${table}`);
  return found;
};
const refsOf = async (table: string): Promise<Record<string, number>> =>
  Object.fromEntries(Object.entries((await metadataOf(table)).refs).map(([name, ref]) => [name, ref['snapshot-id']]));

const changeRatings = async (votes: number): Promise<void> => {
  await writeCatalog(imdb, { ...CATALOG, votesOf: (n) => (n === 11 ? votes : (n * 37) % 2000) });
};

test('every table of a version has its own, with a type and a meaning for each column', async () => {
  const report = await write();
  const manifest = await readManifest(openLake(data.stores.objects, ''), 1);
  expect(report.tables.map(({ name }) => name)).toEqual(manifest?.tables.map(({ name }) => name).toSorted());
  expect(report.tables.length).toBeGreaterThan(40);
  const silent: string[] = [];
  for (const { name } of report.tables) {
    const { schemas, properties, snapshots } = await metadataOf(name);
    const table = manifest?.tables.find((one) => one.name === name);
    expect(schemas.map(({ fields }) => fields.map((field) => field.name))).toEqual([table?.columns.map((column) => column.name)]);
    expect([name, properties['comment'] ?? '']).toEqual([name, expect.stringMatching(/./)]);
    expect([name, snapshots[0]?.summary['total-records']]).toEqual([name, String(table?.rows)]);
    silent.push(...(schemas[0]?.fields ?? []).filter(({ doc }) => doc === undefined).map((field) => `${name}.${field.name}`));
  }
  expect(silent).toEqual([]);
});

test('a lake has none before it is asked for; then each run and rollback brings it up to date, until it is taken away', async () => {
  const keys = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { key } of data.stores.objects.list('iceberg/')) found.push(key);
    return found;
  };
  expect(await keys()).toEqual([]);
  expect((await write()).version).toBe(1);
  await changeRatings(99_999);
  await data.run(imdb);
  expect(await refsOf('gold.titles')).toEqual({ main: 2, v1: 1, v2: 2 });
  const [first, second] = (await metadataOf('silver.crew')).snapshots;
  expect(second?.['manifest-list']).toBe(first?.['manifest-list']);
  await rollback(data.stores, 1);
  await keepIceberg(data.stores, { keepVersions: KEEP, logger: silentLogger });
  expect(await refsOf('gold.titles')).toEqual({ main: 1, v1: 1, v2: 2 });
  expect((await metadataOf('gold.titles'))['snapshot-log'].map((entry) => entry['snapshot-id'])).toEqual([1, 2, 1]);
  await removeIceberg(data.stores);
  await keepIceberg(data.stores, { keepVersions: KEEP, logger: silentLogger });
  expect(await keys()).toEqual([]);
});

test('a hint that fell behind, metadata that is damaged and files that are gone are mended', async () => {
  await write();
  await data.run(imdb);
  const before = await metadataOf('gold.titles');
  await writeFile(join(folderOf('gold.titles'), 'version-hint.text'), '1');
  await writeFile(join(folderOf('gold.movies'), 'v2.metadata.json'), '{"format-version":2');
  await rm(folderOf('gold.genres'), { recursive: true });
  await write();
  expect(await metadataOf('gold.titles')).toEqual(before);
  for (const table of ['gold.movies', 'gold.genres']) expect(await refsOf(table)).toEqual({ main: 2, v1: 1, v2: 2 });
});

test('is verified with all else, and what is damaged is written anew once it is deleted', async () => {
  await write();
  const damages = async () => (await verifyStores(data.stores, { progress: silentProgress, signal: new AbortController().signal })).damages;
  expect(await damages()).toEqual([]);
  const files = (await readdir(folderOf('gold.titles'))).map((name) => join(folderOf('gold.titles'), name));
  expect(files).toHaveLength(4);
  for (const path of files) await writeFile(path, Buffer.concat([await readFile(path), Buffer.from('?')]));
  expect((await damages()).map(({ name, holds }) => [name, holds])).toEqual(
    files.toSorted().map((path) => [path.slice(data.path('lake/').length), 'metadata of an Iceberg table']),
  );
  await Promise.all(files.map((path) => rm(path)));
  await write();
  expect(await damages()).toEqual([]);
  expect(await refsOf('gold.titles')).toEqual({ main: 1, v1: 1 });
});
