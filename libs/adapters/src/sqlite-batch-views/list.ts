import type { CellValue, ListedRow, ListQuery, SortColumn } from '@rushes/ports';
import type { OpenFile } from './artefact-file.ts';
import type { Sql } from './conditions.ts';
import { ArtefactFaultError } from './errors.ts';
import { rangesAfter } from './keyset.ts';
import { budgetedWalkSql, gatherSql, type ListContext, scanSql, sourceCountSql, walkSql } from './list-sql.ts';
import { mergeSorted } from './merge-sorted.ts';
import { type Effort, type Partition, type Plan, planList, type Source, type Step, type Walk } from './plan.ts';
import { rowShape } from './selection.ts';
import type { Statements } from './statements.ts';
import { compareUtf8 } from './utf8-order.ts';

/** Carries out the plan of a list: its steps in turn, until one of them answers. */

type Row = readonly unknown[];
const asRows = (rows: unknown): Row[] => rows as Row[]; // as: the statements give arrays, the declared type is the one of objects

const readAll = (statements: Statements, sql: Sql, limit: number): Row[] => asRows(statements.prepare(sql.text).all(...sql.values, limit));

/** Compares rows of `rowShape` by the list's order: position first in the row, then the key, then the sort columns. */
const rowOrder =
  (sort: readonly SortColumn[]) =>
  (a: Row, b: Row): number => {
    for (const [n, { desc }] of sort.entries()) {
      const left = a[2 + n] as CellValue; // as: the file's columns hold texts, integers and nulls alone
      const right = b[2 + n] as CellValue;
      if (left === right) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      const order = typeof left === 'string' ? compareUtf8(left, String(right)) : Number(left) - Number(right);
      if (order !== 0) return desc ? -order : order;
    }
    return Number(a[0]) - Number(b[0]);
  };

/** A partition's matches, range after range, read only as far as they are asked for. */
function* walkPartition(file: OpenFile, context: ListContext, plan: Plan, walk: Walk, partition: Partition, slot: number): Generator<Row> {
  for (const range of rangesAfter(context.query.sort, context.query.after)) {
    const sql = walkSql(context, plan, walk, partition, range);
    yield* file.statements.prepare(sql.text, slot).iterate(...sql.values, context.query.limit) as Iterable<unknown> as Iterable<Row>; // as: see asRows
  }
}

const walkAll = (file: OpenFile, context: ListContext, plan: Plan, walk: Walk): Row[] => {
  const { query } = context;
  if (walk.order !== 'by-key' && plan.partitions.length > 1) {
    const streams = plan.partitions.map((partition, slot) => walkPartition(file, context, plan, walk, partition, slot));
    return mergeSorted(streams, rowOrder(query.sort), query.limit);
  }
  const partition = walk.order === 'by-key' ? undefined : plan.partitions[0];
  const rows: Row[] = [];
  for (const range of rangesAfter(query.sort, query.after)) {
    if (rows.length >= query.limit) break;
    rows.push(...readAll(file.statements, walkSql(context, plan, walk, partition, range), query.limit - rows.length));
  }
  return rows;
};

/** `undefined` if the budget ended before the page was full or the list at its end. */
const walkWithin = (file: OpenFile, context: ListContext, plan: Plan, walk: Walk, budget: number): Row[] | undefined => {
  const { query } = context;
  const partition = walk.order === 'by-key' ? undefined : plan.partitions[0];
  const rows: Row[] = [];
  for (const range of rangesAfter(query.sort, query.after)) {
    const sql = budgetedWalkSql(context, plan, walk, partition, range);
    const { text, within, checked } = sql.rows;
    rows.push(...asRows(file.statements.prepare(text).all(...within, budget, ...checked, query.limit - rows.length)));
    if (rows.length >= query.limit) return rows;
    const passed = asRows(file.statements.prepare(sql.passed.text).all(...sql.passed.values, budget));
    if (Number(passed[0]?.[0]) >= budget) return undefined;
  }
  return rows;
};

/** The source with the fewest entries, if they are few enough. */
const smallest = (file: OpenFile, plan: Plan, sources: readonly Source[], bound: number): Source | undefined => {
  let best: Source | undefined;
  let fewest = bound + 1;
  for (const source of sources) {
    const sql = sourceCountSql(source, plan, file.facts.resolve);
    const entries = Number(readAll(file.statements, sql, fewest)[0]?.[0]);
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
      return source && readAll(file.statements, gatherSql(context, plan, source), context.query.limit);
    }
    case 'scan':
      return readAll(file.statements, scanSql(context, plan), context.query.limit);
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
