import type { Slice } from '@rushes/lake';
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
  const slices = (await slicesOf(context, view.name, tables, memoryMb)) ?? [{ inputs: [] }];
  for (const { inputs } of slices) {
    const narrowed = new Map(inputs.map(({ table, where }) => [table.name, where]));
    const defined = await defineModel(context, model, tables, `load_${view.name}`, narrowed);
    yield `SELECT row FROM (${encodedRows(view, defined)}) ORDER BY key`;
  }
};

const slicesOf = async (
  { engine }: Pick<RunContext, 'engine'>,
  view: string,
  tables: ViewSource['tables'],
  memoryMb: number,
): Promise<readonly Slice[] | undefined> => {
  const plan = VIEW_SLICES[view];
  return plan && planSlices(engine, plan, tables, memoryMb);
};
