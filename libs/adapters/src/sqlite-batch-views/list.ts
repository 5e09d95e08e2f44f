import type { ListedRow, ListQuery } from '@rushes/ports';
import type { OpenFile } from './open-file.ts';
import { ArtefactFaultError } from './errors.ts';
import { gatherSql, type ListContext, scanSql, sourceCountSql } from './list-sql.ts';
import { type Effort, type Plan, planList, type Source, type Step } from './plan.ts';
import { readRows, type Row } from './rows.ts';
import { rowShape } from './selection.ts';
import { walkAll, walkWithin } from './walk.ts';

/** Carries out the plan of a list: its steps in turn, until one of them answers. */

/** The source with the fewest entries, if they are few enough. */
const smallest = (file: OpenFile, plan: Plan, sources: readonly Source[], bound: number): Source | undefined => {
  let best: Source | undefined;
  let fewest = bound + 1;
  for (const source of sources) {
    const sql = sourceCountSql(source, plan, file.facts.resolve);
    const entries = Number(readRows(file.statements, sql, fewest)[0]?.[0]);
    if (entries < fewest) [best, fewest] = [source, entries];
  }
  return best;
};

const carryOut = (file: OpenFile, context: ListContext, plan: Plan, step: Step): Row[] | undefined => {
  switch (step.kind) {
    case 'walk':
      return step.budget === undefined ? walkAll(file, context, plan, step.walk) : walkWithin(file, context, plan, step.walk, step.budget);
    case 'gather': {
      const source = smallest(file, plan, step.sources, step.bound);
      return source && readRows(file.statements, gatherSql(context, plan, source), context.query.limit);
    }
    case 'scan':
      return readRows(file.statements, scanSql(context, plan), context.query.limit);
  }
};

/** `undefined` if it would take longer than the effort allows. Conditions must have been checked. */
export const listRows = (file: OpenFile, query: ListQuery, effort: Effort): readonly ListedRow[] | undefined => {
  if (query.after !== undefined && query.after.values.length !== query.sort.length) {
    throw new ArtefactFaultError(
      `a place in a list sorted by ${query.sort.length} columns cannot have ${query.after.values.length} values`,
    );
  }
  const shape = rowShape(file.physical, query, query.sort);
  const plan = planList(file.physical, query, file.facts, effort);
  if (plan.partitions.length === 0) return [];
  const position = query.after === undefined ? 0 : file.positionOf(query.after.key);
  const context: ListContext = { physical: file.physical, query, shape, resolve: file.facts.resolve, position };
  for (const step of plan.steps) {
    const rows = carryOut(file, context, plan, step);
    if (rows !== undefined) return rows.map(shape.decode);
  }
  return undefined;
};
