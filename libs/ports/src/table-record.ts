import Type, { type Static } from 'typebox';

/** One Parquet file of a table, named after its content. */
export const TableFile = Type.Object({
  key: Type.String(),
  sha256: Type.String(),
  rows: Type.Integer(),
  bytes: Type.Integer(),
  /** What distinguishes the rows of this file, such as `start_year=2010s`. */
  partition: Type.Optional(Type.String()),
});

/** A table of the lake: its columns and the immutable files that hold its rows. */
export const TableRecord = Type.Object({
  name: Type.String(),
  /** Hash of the definition and of the content of everything it reads: equal derivation, equal rows. */
  derivation: Type.String(),
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  rows: Type.Integer(),
  files: Type.Array(TableFile),
});

export type TableFile = Static<typeof TableFile>;
export type TableRecord = Static<typeof TableRecord>;
