/**
 * Lines typed in the order in which they stand in their file: IMDb's files are in the order of their keys, so that there is nothing to sort, to keep in
 * memory, or to compare with other lines. Whether a file is so is seen from what was written.
 */
import { deriveTable, recordTable, type TableDefinition } from '@rushes/lake';
import { type Column, type Draft, quoteIdentifier } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import type { RunContext } from '../context/run-context.ts';
import type { SqlModel } from '../context/sql-files.ts';
import type { SilverTable } from './silver-tables.ts';

/** The lines without a fault, in strictly ascending order of their keys. */
export interface TypedInOrder {
  readonly columns: readonly Column[];
  readonly draft: Draft;
}

/** Types a data set in one pass; `undefined` if its keys are in no order, or one comes twice. */
export const typeInOrder = async (
  { engine }: Pick<RunContext, 'engine'>,
  silver: SilverTable,
  model: SqlModel,
  columns: readonly Column[],
): Promise<TypedInOrder | undefined> => {
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const draft = await engine.write({ table: `silver.${silver.name}`, select: `SELECT ${list} FROM (${model.select}) WHERE fault IS NULL` });
  if (await draft.ascends(silver.key)) return { columns, draft };
  await draft.discard();
  return undefined;
};

/** Stores them: as they are where the table is one file in the order of its key, else cut into its files. */
export const keepTyped = async (
  { lake, engine }: Pick<RunContext, 'lake' | 'engine'>,
  definition: TableDefinition,
  derivation: string,
  { columns, draft }: TypedInOrder,
): Promise<TableRecord> => {
  if (definition.partitions === undefined) {
    const file = await draft.keep(definition.name.replace('.', '/'));
    return recordTable(lake, definition.name, derivation, columns, [file]);
  }
  const typed = `scratch.${definition.name.replace('.', '_')}_typed`;
  await draft.define(typed);
  const table = await deriveTable(lake, engine, { ...definition, select: `SELECT * FROM ${typed}` }, derivation);
  await draft.discard();
  return table;
};
