import type { OpenFile } from './open-file.ts';
import { rangesAfter } from './keyset.ts';
import { budgetedWalkSql, type ListContext, walkSql } from './list-sql.ts';
import type { Partition, Plan, Walk } from './plan.ts';
import { asRows, readRows, type Row, rowOrder } from './rows.ts';

/** Walks along an index that has a list's order. It has that order for each partition; several are merged. */

/** What is walked in one go: a partition, or the entries themselves. */
const streamsOf = (plan: Plan, walk: Walk): readonly (Partition | undefined)[] => (walk.order === 'by-key' ? [undefined] : plan.partitions);

/** The page, however far the walk to it is. */
export const walkAll = (file: OpenFile, context: ListContext, plan: Plan, walk: Walk): Row[] => {
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
export const walkWithin = (file: OpenFile, context: ListContext, plan: Plan, walk: Walk, budget: number): Row[] | undefined => {
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
