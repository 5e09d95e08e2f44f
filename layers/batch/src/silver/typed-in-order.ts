/**
 * Lines typed in the order in which they stand in their file: IMDb's files are in the order of their keys, so that there is nothing to sort, to keep in
 * memory, or to compare with other lines. Whether a file is so is seen from what was written.
 */
import { rm } from 'node:fs/promises';
import { type Column, comesInOrder, deriveTable, quoteIdentifier, recordTable, type TableDefinition } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import type { RunContext } from '../context/run-context.ts';
import type { SqlModel } from '../context/sql-files.ts';
import type { SilverTable } from './silver-tables.ts';

/** The lines without a fault, in strictly ascending order of their keys. */
export interface TypedInOrder {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly path: string;
  readonly rows: number;
}

/** Types a data set in one pass; `undefined` if its keys are in no order, or one comes twice. */
export const typeInOrder = async (
  { lake, engine }: Pick<RunContext, 'lake' | 'engine'>,
  silver: SilverTable,
  model: SqlModel,
  columns: readonly Column[],
): Promise<TypedInOrder | undefined> => {
  const path = lake.scratchPath(`${silver.name}.typed.parquet`);
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const rows = await engine.writeParquet(`SELECT ${list} FROM (${model.select}) WHERE fault IS NULL`, path);
  const table = `scratch.${silver.name}_typed`;
  await engine.defineTable(table, columns, [path]);
  if (await comesInOrder(engine, table, silver.key)) return { table, columns, path, rows };
  await rm(path);
  return undefined;
};

/** Stores them: as they are where the table is one file in the order of its key, else cut into its files. */
export const keepTyped = async (
  { lake, engine }: Pick<RunContext, 'lake' | 'engine'>,
  definition: TableDefinition,
  derivation: string,
  typed: TypedInOrder,
): Promise<TableRecord> => {
  if (definition.partitions === undefined) {
    const file = await lake.storeFile(definition.name.replace('.', '/'), typed.path, typed.rows);
    return recordTable(lake, definition.name, derivation, typed.columns, [file]);
  }
  const table = await deriveTable(lake, engine, { ...definition, select: `SELECT * FROM ${typed.table}` }, derivation);
  await rm(typed.path);
  return table;
};
