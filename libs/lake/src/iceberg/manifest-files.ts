/**
 * Which files a table consists of, as Iceberg v2 keeps it: a manifest with an entry for each file, and the list of manifests that a snapshot names.
 * Invariant: a list names one manifest, or none where there is no file. Both are named by their content, the list by the manifest's too.
 * https://iceberg.apache.org/spec/#manifests
 */
import { createHash } from 'node:crypto';
import type { TableFile } from '@rushes/ports/manifest';
import { encodeAvroFile } from './avro-file.ts';
import type { TableSchema } from './table-schema.ts';

const optional = (type: object | string) => ['null', type];
const field = (id: number, name: string, type: unknown) => ({
  name,
  type,
  'field-id': id,
  ...(Array.isArray(type) && { default: null }),
});

const ENTRY = {
  type: 'record',
  name: 'manifest_entry',
  fields: [
    field(0, 'status', 'int'),
    field(1, 'snapshot_id', optional('long')),
    field(3, 'sequence_number', optional('long')),
    field(4, 'file_sequence_number', optional('long')),
    field(2, 'data_file', {
      type: 'record',
      name: 'r2',
      fields: [
        field(134, 'content', 'int'),
        field(100, 'file_path', 'string'),
        field(101, 'file_format', 'string'),
        field(102, 'partition', { type: 'record', name: 'r102', fields: [] }),
        field(103, 'record_count', 'long'),
        field(104, 'file_size_in_bytes', 'long'),
      ],
    }),
  ],
} as const;

const LISTED = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    field(500, 'manifest_path', 'string'),
    field(501, 'manifest_length', 'long'),
    field(502, 'partition_spec_id', 'int'),
    field(517, 'content', 'int'),
    field(515, 'sequence_number', 'long'),
    field(516, 'min_sequence_number', 'long'),
    field(503, 'added_snapshot_id', 'long'),
    field(504, 'added_files_count', 'int'),
    field(505, 'existing_files_count', 'int'),
    field(506, 'deleted_files_count', 'int'),
    field(512, 'added_rows_count', 'long'),
    field(513, 'existing_rows_count', 'long'),
    field(514, 'deleted_rows_count', 'long'),
  ],
} as const;

/** What became of a file in a snapshot. */
const STATUS = { existing: 0, added: 1, deleted: 2 } as const;
type Status = keyof typeof STATUS;

const DATA = 0;
const UNPARTITIONED = 0;

export interface SnapshotFile {
  readonly status: Status;
  readonly file: TableFile;
  /** The snapshot that added the file. */
  readonly addedBy: number;
}

/** An object to be stored. */
export interface NamedBytes {
  readonly key: string;
  readonly body: Uint8Array;
}

export interface SnapshotFiles {
  /** Manifest first, then the list that names it. */
  readonly objects: readonly NamedBytes[];
  readonly listKey: string;
}

const LIST = /(?:^|\/)snap-([0-9a-f]{64})-[0-9a-f]{64}\.avro$/;
const MANIFEST = /(?:^|\/)([0-9a-f]{64})-m0\.avro$/;

/** The manifest's content by which a list or a manifest is named. `undefined` for other objects. */
export const contentName = (key: string): string | undefined => (LIST.exec(key) ?? MANIFEST.exec(key))?.[1];

export interface SnapshotSource {
  /** What keys of the table's metadata begin with, with a slash at the end. */
  readonly prefix: string;
  readonly uriOf: (key: string) => string;
  /** Id of the snapshot, and its sequence number. */
  readonly snapshot: number;
  readonly schema: TableSchema;
  readonly files: readonly SnapshotFile[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Manifest and list of a snapshot in which a file came or went; files in the order in which they are given. */
export const snapshotFiles = async ({ prefix, uriOf, snapshot, schema, files }: SnapshotSource): Promise<SnapshotFiles> => {
  const manifest = await encodeAvroFile(
    ENTRY,
    files.map(({ status, file, addedBy }) => ({
      status: STATUS[status],
      snapshot_id: status === 'existing' ? addedBy : snapshot,
      sequence_number: addedBy,
      file_sequence_number: addedBy,
      data_file: {
        content: DATA,
        file_path: uriOf(file.key),
        file_format: 'PARQUET',
        partition: {},
        record_count: file.rows,
        file_size_in_bytes: file.bytes,
      },
    })),
    {
      schema: JSON.stringify(schema),
      'schema-id': String(schema['schema-id']),
      'partition-spec': '[]',
      'partition-spec-id': String(UNPARTITIONED),
      'format-version': '2',
      content: 'data',
    },
  );
  const name = sha256(manifest);
  const manifestKey = `${prefix}${name}-m0.avro`;
  const of = (status: Status) => files.filter((one) => one.status === status);
  const rowsOf = (status: Status): number => sum(of(status).map(({ file }) => file.rows));
  const listed = {
    manifest_path: uriOf(manifestKey),
    manifest_length: manifest.length,
    partition_spec_id: UNPARTITIONED,
    content: DATA,
    sequence_number: snapshot,
    min_sequence_number: Math.min(snapshot, ...files.map(({ addedBy }) => addedBy)),
    added_snapshot_id: snapshot,
    added_files_count: of('added').length,
    existing_files_count: of('existing').length,
    deleted_files_count: of('deleted').length,
    added_rows_count: rowsOf('added'),
    existing_rows_count: rowsOf('existing'),
    deleted_rows_count: rowsOf('deleted'),
  };
  const list = await encodeAvroFile(LISTED, files.length === 0 ? [] : [listed], { 'format-version': '2' });
  const listKey = `${prefix}snap-${name}-${sha256(list)}.avro`;
  return {
    objects: [
      { key: manifestKey, body: manifest },
      { key: listKey, body: list },
    ],
    listKey,
  };
};
