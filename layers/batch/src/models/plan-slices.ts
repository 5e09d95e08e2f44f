import type { Slice } from '@rushes/lake';
import { type BatchEngine, quoteIdentifier, quoteLiteral } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import { TerminalError } from '@rushes/runtime';

/**
 * What gathers the rows of a key (into a list, a document) holds whole groups in memory, which the engine cannot spill. It is computed in ranges of the key:
 * while a range is computed, the model sees only that range of its inputs.
 */
export interface SlicePlan {
  /** The table whose keys are cut into ranges of equal length; it has to be there before the model is. */
  readonly keysOf: string;
  /** The key's column in each input that is narrowed. Where an input is ordered by it, a range is read without reading the rest. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Input rows that a slice may hold per megabyte of the engine's memory; measured, with room to spare. */
  readonly rowsPerMb: number;
}

/** The conditions of consecutive ranges of a text key that begin at these keys: everything before the first, then from each to the next. */
export const rangeConditions = (column: string, bounds: readonly string[]): readonly string[] => {
  const name = quoteIdentifier(column);
  const from = (at: number): string[] => (at === 0 ? [] : [`${name} >= ${quoteLiteral(bounds[at - 1] ?? '')}`]);
  const to = (at: number): string[] => (at === bounds.length ? [] : [`${name} < ${quoteLiteral(bounds[at] ?? '')}`]);
  return Array.from({ length: bounds.length + 1 }, (_, at) => [...from(at), ...to(at)].join(' AND ') || 'true');
};

/**
 * Cuts a table's inputs into ranges of its key, each with about as many input rows as the engine's memory allows. `undefined` where one range will do.
 * The cut follows from the content of the inputs alone.
 */
export const planSlices = async (
  engine: BatchEngine,
  plan: SlicePlan,
  tables: ReadonlyMap<string, TableRecord>,
  memoryMb: number,
): Promise<readonly Slice[] | undefined> => {
  const inputs = Object.entries(plan.inputs).flatMap(([name, column]) => {
    const table = tables.get(name);
    return table ? [{ table, column }] : [];
  });
  const count = Math.ceil(inputs.reduce((sum, { table }) => sum + table.rows, 0) / (plan.rowsPerMb * memoryMb));
  const keys = tables.get(plan.keysOf);
  if (!keys)
    throw new TerminalError(`${plan.keysOf}, by whose keys a table is sliced, is not there yet`, {
      hint: 'name a table that the model reads, or one of silver',
    });
  if (count <= 1) return undefined;
  const column = plan.inputs[plan.keysOf] ?? inputs[0]?.column ?? '';
  const step = Math.ceil(keys.rows / count);
  const key = quoteIdentifier(column);
  const rows = await engine.rows(
    `SELECT key FROM (SELECT ${key} AS key, row_number() OVER (ORDER BY ${key}) AS place FROM ${keys.name}) numbered WHERE place % ${step} = 0 ORDER BY key`,
  );
  const bounds = [...new Set(rows.map((row) => String(row['key'])))];
  const conditions = inputs.map((input) => rangeConditions(input.column, bounds));
  return Array.from({ length: bounds.length + 1 }, (_, slice) => ({
    name: `slice=${slice}`,
    inputs: inputs.map(({ table }, input) => ({ table, where: conditions[input]?.[slice] ?? 'true' })),
  }));
};
