import { hashJson } from './content-hash.ts';
import { areSound, type Lake } from './lake.ts';
import type { BatchEngine, Column } from '@rushes/ports/batch-engine';
import { type TableFile, TableRecord } from '@rushes/ports/manifest';

export interface Partition {
  readonly name: string;
  /** Condition on the table's columns. The partitions' conditions exclude each other and cover every row. */
  readonly where: string;
}

/** A part of a table that is computed by itself, from a part of its inputs: for what needs a group of rows in memory. */
export interface Slice {
  readonly name: string;
  /** What of each input the SELECT sees while this slice is computed. */
  readonly inputs: readonly { readonly table: TableRecord; readonly where: string }[];
}

export interface TableDefinition {
  /** `layer.table`. */
  readonly name: string;
  readonly select: string;
  /** Columns by which rows are sorted within a file; they make the order total, so that equal rows give equal bytes. */
  readonly orderBy: readonly string[];
  /** Files by content: computed whole, then written in parts. */
  readonly partitions?: readonly Partition[];
  /** Files by slice: computed one after the other. */
  readonly slices?: readonly Slice[];
  /** The SELECTs of models that it reads and whose rows are not stored. */
  readonly through?: readonly string[];
}

/** What a table's rows depend on, named: its SELECT, how it is written, the engine, and the content of its inputs. */
export const derivationOf = (definition: TableDefinition, engineVersion: string, inputs: readonly TableRecord[]): string =>
  hashJson([
    definition.name,
    definition.select,
    definition.orderBy,
    definition.partitions ?? [],
    definition.slices?.map((slice) => slice.name) ?? [],
    definition.through ?? [],
    engineVersion,
    inputs.map(contentOf),
  ]);

/** Names the rows of a table: its columns and files. */
export const contentOf = (table: TableRecord): unknown => [table.name, table.columns, table.files.map((file) => file.sha256)];

const recordKey = (derivation: string): string => `derivations/${derivation}.json`;

/**
 * The table of this derivation, if it was made before and all its files are still what was stored.
 * @param known tables by their derivations, as a manifest has them: their records need not be read if they are there.
 */
export const findDerived = async (
  lake: Lake,
  derivation: string,
  known: ReadonlyMap<string, TableRecord> = new Map(),
): Promise<TableRecord | undefined> => {
  const [key, remembered] = [recordKey(derivation), known.get(derivation)];
  const isKnown = remembered !== undefined && (await lake.isSurelyThere(key, remembered));
  const record = isKnown ? remembered : await lake.readRemadeJson(key, TableRecord);
  return record && (await areSound(lake, record.files)) ? record : undefined;
};

/**
 * Computes a table and stores it: files first, then the record that names them. A crash in between leaves files that nothing names.
 */
export const deriveTable = async (
  lake: Lake,
  engine: BatchEngine,
  definition: TableDefinition,
  derivation: string,
): Promise<TableRecord> => {
  const columns = await engine.describe(definition.select);
  const files = definition.slices
    ? await writeSlices(engine, definition, definition.slices)
    : definition.partitions
      ? await writePartitions(engine, definition, definition.partitions)
      : [await writeWhole(engine, definition)];
  return recordTable(lake, definition.name, derivation, columns, files);
};

/** Stores the record of a table whose files are stored already: from now on it is found by its derivation. */
export const recordTable = async (
  lake: Lake,
  name: string,
  derivation: string,
  columns: readonly Column[],
  files: readonly TableFile[],
): Promise<TableRecord> => {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const record: TableRecord = { name, derivation, columns: [...columns], rows, files: [...files] };
  await lake.putJson(recordKey(derivation), record);
  return record;
};

const prefixOf = ({ name }: TableDefinition): string => name.replace('.', '/');

const writeWhole = async (engine: BatchEngine, definition: TableDefinition): Promise<TableFile> => {
  const { name: table, select, orderBy } = definition;
  const draft = await engine.write({ table, select, orderBy });
  return draft.keep(prefixOf(definition));
};

/** A part of a table's rows; none where there are none. */
const writePart = async (engine: BatchEngine, definition: TableDefinition, select: string, part: string): Promise<readonly TableFile[]> => {
  const draft = await engine.write({ table: definition.name, select, orderBy: definition.orderBy });
  if (draft.rows > 0) return [await draft.keep(prefixOf(definition), part)];
  await draft.discard();
  return [];
};

const writePartitions = async (
  engine: BatchEngine,
  definition: TableDefinition,
  partitions: readonly Partition[],
): Promise<readonly TableFile[]> => {
  const isComputed = partitions.length > 1;
  const rows = isComputed ? `scratch.${definition.name.replace('.', '_')}` : `(${definition.select})`;
  if (isComputed) await engine.materialize(rows, definition.select);
  const files: TableFile[] = [];
  for (const { name, where } of partitions)
    files.push(...(await writePart(engine, definition, `SELECT * FROM ${rows} WHERE ${where}`, name)));
  if (isComputed) await engine.dropMaterialized(rows);
  return files;
};

const writeSlices = async (engine: BatchEngine, definition: TableDefinition, slices: readonly Slice[]): Promise<readonly TableFile[]> => {
  const files: TableFile[] = [];
  const inputs = new Map(slices.flatMap((slice) => slice.inputs.map(({ table }) => [table.name, table] as const)));
  for (const slice of slices) {
    for (const { table, where } of slice.inputs) await engine.defineTable(table, where);
    files.push(...(await writePart(engine, definition, definition.select, slice.name)));
  }
  for (const table of inputs.values()) await engine.defineTable(table);
  return files;
};
