import { type BatchEngine, quoteIdentifier, quoteLiteral, type Slice } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import { TerminalError } from '@rushes/runtime';
import type { SlicePlan } from './table-plans.ts';

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
 * @param keysName the name under which the table of keys is defined as a whole, where that is another than its own.
 */
export const planSlices = async (
  engine: BatchEngine,
  plan: SlicePlan,
  tables: ReadonlyMap<string, TableRecord>,
  memoryMb: number,
  keysName: string = plan.keysOf,
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
    `SELECT key FROM (SELECT ${key} AS key, row_number() OVER (ORDER BY ${key}) AS place FROM ${keysName}) numbered WHERE place % ${step} = 0 ORDER BY key`,
  );
  const bounds = [...new Set(rows.map((row) => String(row['key'])))];
  const conditions = inputs.map((input) => rangeConditions(input.column, bounds));
  return Array.from({ length: bounds.length + 1 }, (_, slice) => ({
    name: `slice=${slice}`,
    inputs: inputs.map(({ table }, input) => ({ table, where: conditions[input]?.[slice] ?? 'true' })),
  }));
};
