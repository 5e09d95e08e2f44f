/** Iceberg tables over publications and manifests that are made up. */
import { openLake } from '@rushes/lake';
import type { Manifest, TableRecord } from '@rushes/ports/manifest';
import type { Publication } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';
import { expect, test } from 'vitest';
import { beginIceberg, followPublications } from '../src/iceberg/keep-iceberg.ts';
import { memoryObjectStore } from './memory-object-store.ts';

const AT = '2026-01-01T00:00:00.000Z';
const DAY_MS = 86_400_000;

const table = (name: string, derivation: string, type: string): TableRecord => ({
  name,
  derivation,
  columns: [{ name: 'value', type }],
  rows: 3,
  files: [{ key: `${name.replace('.', '/')}/${derivation}.parquet`, sha256: derivation, rows: 3, bytes: 30 }],
});
const manifestOf = (version: number, tables: TableRecord[]): Manifest => ({
  format: 1,
  version,
  parent: version === 1 ? null : version - 1,
  parentPublication: version - 1,
  cut: {},
  cutAt: AT,
  createdAt: AT,
  engine: '',
  dumps: [],
  tables,
  derivations: [],
  catalog: [],
  views: [],
  validation: [],
  figures: {},
  steps: [],
});
const publicationOf = (version: number): Publication => ({
  number: version,
  version,
  manifest: '',
  views: {},
  cut: {},
  cutAt: AT,
  publishedAt: AT,
  reason: 'run',
});

/** Publishes versions one after the other, a day between them. */
const openMadeUp = async () => {
  let nowMs = Date.parse(AT);
  const objects = memoryObjectStore(() => new Date(nowMs));
  const lake = openLake(objects, '');
  const manifests: Manifest[] = [];
  await beginIceberg(lake, new Date(nowMs));
  const listPublications = async (): Promise<Publication[]> => manifests.map(({ version }) => publicationOf(version)).toReversed();
  return {
    objects,
    publish: async (...tables: TableRecord[]) => {
      nowMs += DAY_MS;
      manifests.push(manifestOf(manifests.length + 1, tables));
      return followPublications(lake, { listPublications }, { keepVersions: 2, now: () => new Date(nowMs), known: manifests });
    },
    keys: async (prefix: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for await (const { key } of objects.list(prefix)) found.push(key.slice(prefix.length));
      return found;
    },
  };
};

test('a column without a type of Iceberg is told by table and name; the other tables are written', async () => {
  const on = await openMadeUp();
  const publishing = on.publish(table('gold.a', '1', 'BIGINT'), table('gold.b', '1', 'HUGEINT'), table('gold.c', '1', 'VARCHAR'));
  await expect(publishing).rejects.toThrow(/the column value of gold\.b is of type HUGEINT/);
  await expect(publishing).rejects.toBeInstanceOf(TerminalError);
  expect(await on.keys('iceberg/gold/a/metadata/')).toContain('v1.metadata.json');
  expect(await on.keys('iceberg/gold/b/')).toEqual([]);
  expect(await on.keys('iceberg/gold/c/metadata/')).toContain('version-hint.text');
});

test('what no kept version needs goes: lists, manifests, earlier metadata, tables that are no more', async () => {
  const on = await openMadeUp();
  await on.publish(table('gold.a', '1', 'BIGINT'), table('gold.b', '1', 'BIGINT'));
  await on.publish(table('gold.a', '2', 'BIGINT'));
  const two = await on.keys('iceberg/gold/a/metadata/');
  expect(two.filter((key) => key.startsWith('snap-'))).toHaveLength(2);
  // b is in one of the two that are kept.
  expect(await on.keys('iceberg/gold/b/metadata/')).toContain('v2.metadata.json');
  const report = await on.publish(table('gold.a', '3', 'BIGINT'));
  expect(report).toMatchObject({ version: 3, tables: [{ name: 'gold.a', rows: 3, versions: [2, 3], left_out: [] }] });
  const three = await on.keys('iceberg/gold/a/metadata/');
  expect(three.filter((key) => key.startsWith('snap-'))).toHaveLength(2);
  expect(three.filter((key) => key.endsWith('-m0.avro'))).toHaveLength(2);
  expect(three.filter((key) => key.endsWith('.metadata.json'))).toEqual(['v2.metadata.json', 'v3.metadata.json']);
  expect(await on.keys('iceberg/gold/b/')).toEqual([]);
});
