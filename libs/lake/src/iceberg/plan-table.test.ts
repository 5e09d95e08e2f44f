import type { TableFile, TableRecord } from '@rushes/ports/manifest';
import { expect, test } from 'vitest';
import { contentName } from './manifest-files.ts';
import { type FormerTable, type PlannedTable, planTable, type TableSource, type TableVersion } from './plan-table.ts';
import { readAvro } from './avro-for-tests.ts';
import { parseMetadata } from './table-metadata.ts';

const file = (name: string, rows: number, bytes: number): TableFile => ({ key: `gold/a/${name}.parquet`, sha256: name, rows, bytes });
const [F1, F2, F3, EMPTY] = [file('f1', 10, 100), file('f2', 5, 50), file('f3', 7, 70), file('f4', 0, 40)];

const columns = (types: Readonly<Record<string, string>>) => Object.entries(types).map(([name, type]) => ({ name, type }));
const AB = { a: 'VARCHAR', b: 'INTEGER[]' };

const table = (files: readonly TableFile[], types: Readonly<Record<string, string>> = AB): TableRecord => ({
  name: 'gold.a',
  derivation: JSON.stringify([files.map(({ key }) => key), types]),
  columns: columns(types),
  rows: 0,
  files: [...files],
});
const version = (number: number, parent: number | null, record: TableRecord): TableVersion => ({
  version: number,
  parent,
  publishedMs: number * 1000,
  table: record,
});

const source = (versions: readonly TableVersion[], published: readonly number[], place = 's3://films/lake'): TableSource => ({
  name: 'gold.a',
  meaning: 'A table.',
  docOf: (column) => (column === 'a' ? 'What a is.' : undefined),
  prefix: 'iceberg/gold/a/metadata/',
  location: `${place}/iceberg/gold/a`,
  uriOf: (key) => `${place}/${key}`,
  versions,
  publications: published.map((number, at) => ({ version: number, publishedMs: 1000 * (at + 1) })),
  uuid: '6f0b2c3e-6d7c-4a53-9d0b-4a5f6f1c2d3e',
});

const NOTHING: FormerTable = { metadata: undefined, contents: new Set() };
/** What a later plan finds: as if it had been stored and read. */
const stored = ({ metadata, objects }: PlannedTable, before: FormerTable = NOTHING): FormerTable => ({
  metadata: parseMetadata(new TextEncoder().encode(JSON.stringify(metadata))),
  contents: new Set([...before.contents, ...objects.flatMap(({ key }) => contentName(key) ?? [])]),
});

const V1 = version(1, null, table([F1, F2, EMPTY]));
const V2 = version(2, 1, table([F1, F3]));
const V3 = version(3, 2, table([F1, F3]));

test('versions are snapshots with their numbers, which share what did not change', async () => {
  const { metadata, objects, leftOut } = await planTable(source([V1, V2, V3], [1, 2, 3]), NOTHING, 9000);
  expect(leftOut).toEqual([]);
  expect(metadata).toMatchObject({
    'format-version': 2,
    location: 's3://films/lake/iceberg/gold/a',
    'last-sequence-number': 3,
    'last-updated-ms': 9000,
    'last-column-id': 3,
    'current-snapshot-id': 3,
    'current-schema-id': 0,
    schemas: [
      {
        'schema-id': 0,
        type: 'struct',
        fields: [
          { id: 1, name: 'a', required: false, type: 'string', doc: 'What a is.' },
          { id: 2, name: 'b', required: false, type: { type: 'list', 'element-id': 3, element: 'int', 'element-required': false } },
        ],
      },
    ],
    'snapshot-log': [
      { 'snapshot-id': 1, 'timestamp-ms': 1000 },
      { 'snapshot-id': 2, 'timestamp-ms': 2000 },
      { 'snapshot-id': 3, 'timestamp-ms': 3000 },
    ],
    refs: {
      main: { 'snapshot-id': 3, type: 'branch' },
      v1: { 'snapshot-id': 1, type: 'tag' },
      v2: { 'snapshot-id': 2, type: 'tag' },
      v3: { 'snapshot-id': 3, type: 'tag' },
    },
  });
  expect(metadata.properties).toMatchObject({ comment: 'A table.', 'gc.enabled': 'false' });
  expect(JSON.parse(metadata.properties['schema.name-mapping.default'] ?? '')).toEqual([
    { 'field-id': 1, names: ['a'] },
    { 'field-id': 2, names: ['b'], fields: [{ 'field-id': 3, names: ['element'] }] },
  ]);
  const [first, second, third] = metadata.snapshots;
  expect(first?.summary).toMatchObject({ operation: 'append', 'added-records': '15', 'total-records': '15', 'total-files-size': '150' });
  expect(second?.summary).toMatchObject({
    operation: 'overwrite',
    'rushes.version': '2',
    'added-data-files': '1',
    'added-records': '7',
    'deleted-data-files': '1',
    'deleted-records': '5',
    'total-data-files': '2',
    'total-records': '17',
  });
  expect(third).toMatchObject({ 'parent-snapshot-id': 2, 'sequence-number': 3, 'manifest-list': second?.['manifest-list'] });
  expect(third?.summary).toMatchObject({ operation: 'append', 'added-records': '0', 'deleted-records': '0', 'total-records': '17' });

  const bytesAt = (uri: string | undefined): Uint8Array => {
    const found = objects.find(({ key }) => `s3://films/lake/${key}` === uri);
    if (!found) throw new Error(`no ${uri}`);
    return found.body;
  };
  expect(objects).toHaveLength(4);
  const list = await readAvro(bytesAt(second?.['manifest-list']));
  const [listed] = list.records;
  const manifestPath = String(Object(listed)['manifest_path']);
  const manifestBytes = bytesAt(manifestPath);
  expect(list.records).toEqual([
    {
      manifest_path: manifestPath,
      manifest_length: manifestBytes.length,
      partition_spec_id: 0,
      content: 0,
      sequence_number: 2,
      min_sequence_number: 1,
      added_snapshot_id: 2,
      added_files_count: 1,
      existing_files_count: 1,
      deleted_files_count: 1,
      added_rows_count: 7,
      existing_rows_count: 10,
      deleted_rows_count: 5,
    },
  ]);
  const manifest = await readAvro(manifestBytes);
  expect(manifest.metadata).toMatchObject({
    'schema-id': '0',
    'partition-spec': '[]',
    'partition-spec-id': '0',
    'format-version': '2',
    content: 'data',
  });
  expect(JSON.parse(manifest.metadata['schema'] ?? '')).toEqual(metadata.schemas[0]);
  const entry = (status: number, snapshot: number, addedBy: number, { key, rows, bytes }: TableFile) => ({
    status,
    snapshot_id: snapshot,
    sequence_number: addedBy,
    file_sequence_number: addedBy,
    data_file: {
      content: 0,
      file_path: `s3://films/lake/${key}`,
      file_format: 'PARQUET',
      partition: {},
      record_count: rows,
      file_size_in_bytes: bytes,
    },
  });
  expect(manifest.records).toEqual([entry(0, 1, 1, F1), entry(1, 2, 2, F3), entry(2, 2, 1, F2)]);
  // Readers go by these, not by names.
  expect(JSON.stringify(manifest.schema)).toContain('"name":"file_path","type":"string","field-id":100');
  expect(JSON.stringify(list.schema)).toContain('"name":"manifest_path","type":"string","field-id":500');
});

test('planned again, nothing changes; what was lost is made again', async () => {
  const all = source([V1, V2, V3], [1, 2, 3]);
  const before = await planTable(all, NOTHING, 9000);
  expect(await planTable(all, stored(before), 9999)).toMatchObject({ isChanged: false, objects: [], metadata: before.metadata });
  const lost = { ...stored(before), contents: new Set<string>() };
  const again = await planTable(all, lost, 9999);
  expect(again.objects).toEqual(before.objects);
  expect(await planTable(all, { ...NOTHING, contents: lost.contents }, 9000)).toEqual(before);
});

test('a rollback moves main; time travel says what was published when', async () => {
  const before = stored(await planTable(source([V1, V2, V3], [1, 2, 3]), NOTHING, 9000));
  const { metadata, objects, isChanged } = await planTable(source([V1, V2, V3], [1, 2, 3, 1]), before, 9999);
  expect([isChanged, objects]).toEqual([true, []]);
  expect(metadata).toMatchObject({ 'current-snapshot-id': 1, 'last-sequence-number': 3, 'last-updated-ms': 9999 });
  expect(metadata.refs['main']).toEqual({ 'snapshot-id': 1, type: 'branch' });
  expect(metadata['snapshot-log'].map((entry) => entry['snapshot-id'])).toEqual([1, 2, 3, 1]);
});

test('a version that is not kept any more goes, with what was published before it', async () => {
  const before = stored(await planTable(source([V1, V2, V3], [2, 1, 2, 3]), NOTHING, 9000));
  const { metadata, objects } = await planTable(source([V2, V3], [2, 1, 2, 3]), before, 9999);
  expect(objects).toEqual([]);
  expect(metadata.snapshots.map((snapshot) => snapshot['snapshot-id'])).toEqual([2, 3]);
  expect(Object.keys(metadata.refs)).toEqual(['main', 'v2', 'v3']);
  expect(metadata['snapshot-log']).toEqual([
    { 'snapshot-id': 2, 'timestamp-ms': 3000 },
    { 'snapshot-id': 3, 'timestamp-ms': 4000 },
  ]);
});

test('columns keep their ids: one that comes, goes, comes again, moves or is widened', async () => {
  const one = version(1, null, table([F1], { a: 'VARCHAR', b: 'INTEGER', s: 'STRUCT(x INTEGER, y VARCHAR)' }));
  const two = version(2, 1, table([F2], { c: 'BOOLEAN', s: 'STRUCT(y VARCHAR, z BIGINT, x BIGINT)', a: 'VARCHAR' }));
  const three = version(3, 2, table([F3], { a: 'VARCHAR', b: 'BIGINT', c: 'BOOLEAN' }));
  const first = stored(await planTable(source([one], [1]), NOTHING, 1));
  const second = stored(await planTable(source([one, two], [1, 2]), first, 2), first);
  const { metadata, leftOut } = await planTable(source([one, two, three], [1, 2, 3]), second, 3);
  expect(leftOut).toEqual([]);
  const idsOf = (at: number) => metadata.schemas[at]?.fields.map(({ id, name, type }) => [id, name, type]);
  const x = { id: 4, name: 'x', required: false, type: 'int' };
  const y = { id: 5, name: 'y', required: false, type: 'string' };
  const z = { id: 7, name: 'z', required: false, type: 'long' };
  expect(idsOf(0)).toEqual([
    [1, 'a', 'string'],
    [2, 'b', 'int'],
    [3, 's', { type: 'struct', fields: [x, y] }],
  ]);
  expect(idsOf(1)).toEqual([
    [6, 'c', 'boolean'],
    [3, 's', { type: 'struct', fields: [y, z, { ...x, type: 'long' }] }],
    [1, 'a', 'string'],
  ]);
  expect(idsOf(2)).toEqual([
    [1, 'a', 'string'],
    [2, 'b', 'long'],
    [6, 'c', 'boolean'],
  ]);
  expect(metadata).toMatchObject({ 'last-column-id': 7, 'current-schema-id': 2 });
  expect(metadata.snapshots.map((snapshot) => snapshot['schema-id'])).toEqual([0, 1, 2]);
});

test('versions whose column has an unlike type are left out, and its id is given to nothing else', async () => {
  const text = version(2, 1, table([F2], { a: 'VARCHAR', b: 'VARCHAR' }));
  const before = stored(await planTable(source([V1], [1]), NOTHING, 1));
  const after = await planTable(source([V1, text], [1, 2]), before, 2);
  expect(after.leftOut).toEqual([1]);
  expect(after.metadata.schemas.map(({ fields }) => fields.map(({ id }) => id))).toEqual([[1, 4]]);
  expect(Object.keys(after.metadata.refs)).toEqual(['main', 'v2']);
  const back = await planTable(source([V1, text], [1, 2, 1]), stored(after, before), 3);
  expect(back.leftOut).toEqual([2]);
  expect(back.metadata.schemas.map(({ fields }) => fields.map(({ id }) => id))).toEqual([[1, 5]]);
});

test('at another place all is written anew, under the same ids', async () => {
  const before = await planTable(source([V1, V2, V3], [1, 2, 3]), NOTHING, 1);
  const moved = await planTable(source([V1, V2, V3], [1, 2, 3], 'file:///films'), stored(before), 2);
  expect(moved.objects).toHaveLength(4);
  expect(JSON.stringify(moved.metadata)).not.toContain('s3://');
  expect(moved.metadata).toMatchObject({ 'table-uuid': before.metadata['table-uuid'], schemas: before.metadata.schemas });
});

test('a table that the published version has not is read by tags alone', async () => {
  const { metadata } = await planTable(source([V1, V2], [1, 2, 3]), NOTHING, 1);
  expect(metadata['current-snapshot-id']).toBeUndefined();
  expect(metadata['snapshot-log']).toEqual([]);
  expect(Object.keys(metadata.refs)).toEqual(['v1', 'v2']);
});

test('without a file it is empty', async () => {
  const { metadata, objects } = await planTable(source([version(1, null, table([EMPTY]))], [1]), NOTHING, 1);
  const uri = metadata.snapshots[0]?.['manifest-list'];
  const list = objects.find(({ key }) => uri?.endsWith(key));
  expect((await readAvro(list?.body ?? new Uint8Array())).records).toEqual([]);
});
