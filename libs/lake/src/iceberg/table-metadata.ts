/** The metadata of a table, as far as it is written here. https://iceberg.apache.org/spec/#table-metadata-and-snapshots */
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { TableSchema } from './table-schema.ts';

const Schema = Type.Unsafe<TableSchema>(
  Type.Object({ type: Type.Literal('struct'), 'schema-id': Type.Integer(), fields: Type.Array(Type.Object({ id: Type.Integer() })) }),
);

export const Snapshot = Type.Object({
  'snapshot-id': Type.Integer(),
  'parent-snapshot-id': Type.Optional(Type.Integer()),
  'sequence-number': Type.Integer(),
  'timestamp-ms': Type.Integer(),
  'manifest-list': Type.String(),
  summary: Type.Record(Type.String(), Type.String()),
  'schema-id': Type.Integer(),
});

const Reference = Type.Object({ 'snapshot-id': Type.Integer(), type: Type.Union([Type.Literal('branch'), Type.Literal('tag')]) });

export const TableMetadata = Type.Object({
  'format-version': Type.Literal(2),
  'table-uuid': Type.String(),
  location: Type.String(),
  'last-sequence-number': Type.Integer(),
  'last-updated-ms': Type.Integer(),
  'last-column-id': Type.Integer(),
  schemas: Type.Array(Schema),
  'current-schema-id': Type.Integer(),
  'partition-specs': Type.Array(Type.Object({ 'spec-id': Type.Integer(), fields: Type.Array(Type.Unknown()) })),
  'default-spec-id': Type.Integer(),
  'last-partition-id': Type.Integer(),
  'sort-orders': Type.Array(Type.Object({ 'order-id': Type.Integer(), fields: Type.Array(Type.Unknown()) })),
  'default-sort-order-id': Type.Integer(),
  properties: Type.Record(Type.String(), Type.String()),
  'current-snapshot-id': Type.Optional(Type.Integer()),
  snapshots: Type.Array(Snapshot),
  'snapshot-log': Type.Array(Type.Object({ 'snapshot-id': Type.Integer(), 'timestamp-ms': Type.Integer() })),
  refs: Type.Record(Type.String(), Reference),
});

export type Snapshot = Static<typeof Snapshot>;
export type TableMetadata = Static<typeof TableMetadata>;

/** `undefined` for what is no metadata: it is made again. */
export const parseMetadata = (bytes: Uint8Array | undefined): TableMetadata | undefined => {
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return Value.Check(TableMetadata, value) ? value : undefined;
};

/** Ids of partition fields begin at 1000, and there are none. */
const LAST_PARTITION_ID = 999;

/** What is the same in all tables: not partitioned, and no order is told. */
export const LAYOUT = {
  'partition-specs': [{ 'spec-id': 0, fields: [] }],
  'default-spec-id': 0,
  'last-partition-id': LAST_PARTITION_ID,
  'sort-orders': [{ 'order-id': 0, fields: [] }],
  'default-sort-order-id': 0,
} satisfies Partial<TableMetadata>;
