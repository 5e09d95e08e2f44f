import type { RunContext } from '../context/run-context.ts';
import { planSlices } from '../models/plan-slices.ts';
import { defineModel } from './view-models.ts';
import { encodedRows } from './view-rows.ts';
import type { ViewSource } from './view-source.ts';
import { VIEW_SLICES } from './view-slices.ts';

/** What reads all rows of a view in the order of their keys: one SELECT, or one for each range of the key. Each is to be read before the next is asked for. */
export const wholeSelects = async function* (
  context: Pick<RunContext, 'lake' | 'engine'>,
  { view, model, tables }: Pick<ViewSource, 'view' | 'model' | 'tables'>,
  memoryMb: number,
): AsyncIterable<string> {
  for (const narrowed of await rangesOf(context, view.name, tables, memoryMb)) {
    const defined = await defineModel(context, model, tables, `load_${view.name}`, narrowed);
    yield `SELECT row FROM (${encodedRows(view, defined)}) ORDER BY key`;
  }
};

/** Conditions on tables, by their names. */
export type Narrowed = ReadonlyMap<string, string>;

/** The ranges of the key that a view is computed in, in the order of the key: one, without conditions, where the memory allows. */
export const rangesOf = async (
  { engine }: Pick<RunContext, 'engine'>,
  view: string,
  tables: ViewSource['tables'],
  memoryMb: number,
): Promise<readonly Narrowed[]> => {
  const plan = VIEW_SLICES[view];
  const slices = plan && (await planSlices(engine, plan, tables, memoryMb));
  return slices === undefined ? [new Map()] : slices.map(({ inputs }) => new Map(inputs.map(({ table, where }) => [table.name, where])));
};
