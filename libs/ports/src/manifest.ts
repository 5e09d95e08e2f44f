/**
 * The record of a version: what it was made from, and every table and view that it consists of. The batch layer writes it, and the serving layer shows it.
 * Members are only ever added, and then optional, so that each version of the code reads what the ones before it wrote.
 */
import type { PartitionId } from '@rushes/domain';
import Type, { type Static } from 'typebox';
import { TableRecord } from './table-record.ts';

export * from './table-record.ts';

/** One of the files that a version was made from, as its load recorded it. */
export const Dump = Type.Object({
  dataset: Type.String(),
  /** Absent data sets count as empty; everything below is then missing. */
  present: Type.Boolean(),
  sourceFile: Type.Optional(Type.String()),
  /** SHA-256 of the file's bytes. */
  sha256: Type.Optional(Type.String()),
  loadId: Type.Optional(Type.String()),
  loadedAt: Type.Optional(Type.String()),
  /** When the file's content was so. */
  observedAt: Type.Optional(Type.String()),
  lines: Type.Optional(Type.Integer()),
  rows: Type.Optional(Type.Integer()),
  rejectedLines: Type.Optional(Type.Integer()),
});

export const Expectation = Type.Object({
  name: Type.String(),
  table: Type.String(),
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
  passed: Type.Boolean(),
  /** What was measured, and against what. */
  observed: Type.String(),
  expected: Type.String(),
});

export const ViewArtefact = Type.Object({
  name: Type.String(),
  artefact: Type.String(),
  rows: Type.Integer(),
  /** `whole`, `changed rows` over the parent's artefact, or `shared` with an earlier version. */
  built: Type.Union([Type.Literal('whole'), Type.Literal('changed rows'), Type.Literal('shared')]),
});

export const Step = Type.Object({
  name: Type.String(),
  startedAt: Type.String(),
  durationMs: Type.Number(),
  rows: Type.Optional(Type.Integer()),
  reused: Type.Optional(Type.Boolean()),
});

/** What people want to know of a table: the data catalog's entry, beside the schema and the counts in its `TableRecord`. */
export const CatalogEntry = Type.Object({
  table: Type.String(),
  meaning: Type.String(),
  /** The tables or files that it is made from. */
  reads: Type.Array(Type.String()),
  retention: Type.String(),
});

/** What a version was made from: a sample, or IMDb's files. */
export const Origin = Type.Union([Type.Literal('sample'), Type.Literal('files')]);

/** Offsets of a partition of the log from `from` on, before `to`. */
const LostRange = Type.Object({ partition: Type.Unsafe<PartitionId>(Type.String()), from: Type.Integer(), to: Type.Integer() });

/** Everything that version k is: put once, never changed. */
export const Manifest = Type.Object({
  format: Type.Literal(1),
  version: Type.Integer(),
  /** The version that was published when the run began. */
  parent: Type.Union([Type.Integer(), Type.Null()]),
  /** Number of the publication that was current when the run began, 0 for none: this version may only become the next one. */
  parentPublication: Type.Integer(),
  /** The log's offset vector that this version covers, by topic-partition; empty as long as there is only the historical import. */
  cut: Type.Record(Type.String(), Type.Integer()),
  /** Ranges of the log's offsets before the cut that were gone before they were archived: they are in no version. Missing: none. */
  lost: Type.Optional(Type.Array(LostRange)),
  /** Id of the log that the cut is of; missing where there is no cut, and in versions made before logs had ids. */
  log: Type.Optional(Type.String()),
  /** When the dumps had been read. */
  cutAt: Type.String(),
  createdAt: Type.String(),
  engine: Type.String(),
  /** Missing in versions made before this was kept. */
  origin: Type.Optional(Origin),
  dumps: Type.Array(Dump),
  tables: Type.Array(TableRecord),
  /** Every derivation that went into the tables: what a later run looks up before it computes anything. */
  derivations: Type.Array(Type.String()),
  catalog: Type.Array(CatalogEntry),
  views: Type.Array(ViewArtefact),
  validation: Type.Array(Expectation),
  /** Dangling references and other counts worth seeing. */
  figures: Type.Record(Type.String(), Type.Number()),
  steps: Type.Array(Step),
});

export type CatalogEntry = Static<typeof CatalogEntry>;
export type Dump = Static<typeof Dump>;
export type Expectation = Static<typeof Expectation>;
export type ViewArtefact = Static<typeof ViewArtefact>;
export type Origin = Static<typeof Origin>;
export type Step = Static<typeof Step>;
export type Manifest = Static<typeof Manifest>;

export const manifestKey = (version: number): string => `manifests/manifest-${version}.json`;
