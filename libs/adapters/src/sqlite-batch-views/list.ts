import type { Condition, ListQuery, ListedRow } from '@rushes/ports';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { type OpenFile, type Row, asRows, cells, readRows, rowOrder, rowShape } from './open-file.ts';
import { type ListContext, budgetedWalkSql, gatherSql, inPartitions, rangesAfter, scanSql, sourceCountSql, walkSql } from './list-sql.ts';
import { type Effort, type Partition, type Plan, type Source, type Step, type Walk, narrow, planList } from './plan.ts';
import { conditionSql, isCovered, isRangeOf } from './conditions.ts';
import { type OrderIndex, quoted } from './physical-layout.ts';

/** Walks along an index that has a list's order. It has that order for each partition; several are merged. */

/** What is walked in one go: a partition, or the entries themselves. */
const streamsOf = (plan: Plan, walk: Walk): readonly (Partition | undefined)[] => (walk.order === 'by-key' ? [undefined] : plan.partitions);

/** The page, however far the walk to it is. */
const walkAll = (file: OpenFile, context: ListContext, plan: Plan, walk: Walk): Row[] => {
  const { query } = context;
  const rows: Row[] = [];
  for (const range of rangesAfter(query.sort, query.after)) {
    if (rows.length >= query.limit) break;
    rows.push(...readRows(file.statements, walkSql(context, plan, walk, range), query.limit - rows.length));
  }
  return rows;
};

interface Walked {
  readonly rows: readonly Row[];
  /** Behind this entry there may be matches that were not reached. */
  readonly reached?: Row;
}

const walkPartitionWithin = (
  file: OpenFile,
  context: ListContext,
  plan: Plan,
  walk: Walk,
  partition: Partition | undefined,
  budget: number,
): Walked => {
  const { query } = context;
  const rows: Row[] = [];
  for (const range of rangesAfter(query.sort, query.after)) {
    const { rows: matches, last } = budgetedWalkSql(context, plan, walk, partition, range);
    const statement = file.statements.prepare(matches.text);
    rows.push(...asRows(statement.all(...matches.within, budget, ...matches.checked, query.limit - rows.length)));
    if (rows.length >= query.limit) return { rows };
    const reached = readRows(file.statements, last, budget - 1)[0];
    if (reached !== undefined) return { rows, reached };
  }
  return { rows };
};

/**
 * The page, if no more than about `budget` entries have to be passed for it; else `undefined`. Each partition is walked a part of the way; what was
 * found counts up to the entry at which the first of them, in the list's order, had to stop.
 */
const walkWithin = (file: OpenFile, context: ListContext, plan: Plan, walk: Walk, budget: number): Row[] | undefined => {
  const { query } = context;
  const streams = streamsOf(plan, walk);
  const order = rowOrder(query.sort);
  const share = Math.max(1, Math.floor(budget / streams.length));
  const walked = streams.map((partition) => walkPartitionWithin(file, context, plan, walk, partition, share));
  const reached = walked.flatMap((part) => (part.reached === undefined ? [] : [part.reached])).toSorted(order)[0];
  const rows = walked
    .flatMap((part) => part.rows)
    .filter((row) => reached === undefined || order(row, reached) <= 0)
    .toSorted(order)
    .slice(0, query.limit);
  return rows.length === query.limit || reached === undefined ? rows : undefined;
};

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

/** The index on which a count passes the fewest entries, as far as that can be told: one that covers all conditions, bounded by one of them if possible. */
const indexFor = ({ physical, facts }: OpenFile, where: readonly Condition[]): OrderIndex | undefined => {
  const covering = physical.orders.filter((index) => where.every((condition) => isCovered(condition, facts.resolve, index)));
  return covering.find((index) => where.some((condition) => isRangeOf(condition, index))) ?? covering[0];
};

/** The exact number of rows that satisfy the conditions, which must have been checked; `undefined` if counting would take longer than the effort allows. */
export const countRows = (file: OpenFile, where: readonly Condition[], effort: Effort): number | undefined => {
  const narrowed = narrow(file.physical.layout, where, file.facts);
  const rows = narrowed.partitions.reduce((sum, partition) => sum + partition.rows, 0);
  if (rows === 0 || narrowed.where.length === 0) return rows;
  if (effort === 'quick' && rows > file.facts.limits.walkBudget) return undefined;
  const index = indexFor(file, narrowed.where);
  const conditions = [
    inPartitions(narrowed.partitions),
    ...narrowed.where.map((condition) => conditionSql(condition, file.facts.resolve, index)),
  ];
  const from = index ? `INDEXED BY ${quoted(index.name)}` : 'NOT INDEXED';
  const sql = `SELECT count(*) FROM entries e ${from} WHERE ${conditions.map((condition) => condition.text).join(' AND ')}`;
  return Number(cells(file.statements.prepare(sql).get(...conditions.flatMap((condition) => condition.values)))?.[0]);
};
