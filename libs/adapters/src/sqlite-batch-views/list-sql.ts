import type { CellValue, Condition, ListPosition, ListQuery, SortColumn } from '@rushes/ports';
import { columnType } from '../artefact-checks/column-type.ts';
import { type ResolveMember, type Sql, conditionSql, isRangeOf } from './conditions.ts';
import { type OrderIndex, type PhysicalLayout, maskColumn, nullInOrder, orderExpression, quoted } from './physical-layout.ts';
import type { Partition, Plan, Source, Walk } from './plan.ts';
import type { RowShape } from './open-file.ts';

/**
 * What of a sorted list stands after a place, as ranges that follow one another without overlap. For a sort by (a, b) and a place (x, y, row):
 * a = x and b = y and behind the row; then a = x and b behind y; then a behind x.
 * Each is one contiguous range of an index by (a, b, `_pos`), in its order. Nulls need no ranges of their own: order expressions hold them last.
 */
interface KeysetRange {
  /** This many leading sort columns equal the place's values. */
  readonly equal: number;
  /** Then either the next sort column is behind the place's value, or (all being equal) the row's position is behind the place's; or neither: all rows. */
  readonly behind: 'column' | 'position' | 'nothing';
}

export const rangesAfter = (sort: readonly SortColumn[], after: ListPosition | undefined): readonly KeysetRange[] => {
  if (after === undefined) return [{ equal: 0, behind: 'nothing' }];
  const ranges: KeysetRange[] = [{ equal: sort.length, behind: 'position' }];
  for (let equal = sort.length - 1; equal >= 0; equal--) {
    const nothingFollows = after.values[equal] === null; // nulls are last
    if (!nothingFollows) ranges.push({ equal, behind: 'column' });
  }
  return ranges;
};

const bound = (value: CellValue): string | number | null => (typeof value === 'boolean' ? Number(value) : value);

/** @param position `_pos` of the last row whose key is not behind the place's. */
const rangeSql = (range: KeysetRange, sort: readonly SortColumn[], after: ListPosition | undefined, position: number): Sql => {
  const texts: string[] = [];
  const values: (string | number | null)[] = [];
  sort.slice(0, range.equal + (range.behind === 'column' ? 1 : 0)).forEach(({ column, desc }, number) => {
    const value = bound(after?.values[number] ?? null);
    const operator = number < range.equal ? '=' : desc ? '<' : '>';
    texts.push(`${orderExpression(column, desc)} ${operator} ${value === null ? nullInOrder(desc) : '?'}`);
    if (value !== null) values.push(value);
  });
  if (range.behind === 'position') {
    texts.push('e._pos > ?');
    values.push(position);
  }
  return { text: texts.join(' AND '), values };
};

/** All ranges at once, for rows that are not read in the list's order. */
const afterSql = (sort: readonly SortColumn[], after: ListPosition, position: number): Sql => {
  const ranges = rangesAfter(sort, after).map((range) => rangeSql(range, sort, after, position));
  return { text: `(${ranges.map((range) => `(${range.text})`).join(' OR ')})`, values: ranges.flatMap((range) => range.values) };
};

/** Columns that a range holds equal are left out: they would only keep SQLite from seeing that the index has this order. */
const orderBySql = (sort: readonly SortColumn[], equal: number): string =>
  [...sort.slice(equal).map(({ column, desc }) => orderExpression(column, desc) + (desc ? ' DESC' : '')), 'e._pos'].join(', ');

/** The statements that carry out a plan's steps. Indexes are named in them: SQLite keeps no statistics here and is left no choice. */

const EMPTY: Sql = { text: '', values: [] };

const all = (parts: readonly Sql[]): Sql => {
  const stated = parts.filter((part) => part.text !== '');
  return {
    text: stated.length === 0 ? 'TRUE' : stated.map((part) => part.text).join(' AND '),
    values: stated.flatMap((part) => part.values),
  };
};

const indexedBy = (walk: Walk): string => (walk.order === 'by-key' ? 'NOT INDEXED' : `INDEXED BY ${quoted(walk.order.name)}`);

export const inPartitions = (partitions: readonly Partition[]): Sql => ({
  text: `e._partition IN (${partitions.map(() => '?').join(', ')})`,
  values: partitions.map((partition) => partition.code),
});

/** A list's statements need the conditions' members resolved and the place's position looked up. */
export interface ListContext {
  readonly physical: PhysicalLayout;
  readonly query: ListQuery;
  readonly shape: RowShape;
  readonly resolve: ResolveMember;
  /** `_pos` of the last row whose key is not behind the place's. */
  readonly position: number;
}

/** Which entries a statement of a walk passes: of one partition for an index, of any for the entries themselves. */
const walkedPartitions = (walk: Walk, plan: Plan, partition: Partition | undefined): Sql => {
  if (partition !== undefined) return { text: 'e._partition = ?', values: [partition.code] };
  return walk.order === 'by-key' && plan.everyPartition ? EMPTY : inPartitions(plan.partitions);
};

/** The entries that one partition (or, without one, all entries) has in a range and that match. */
const matchesSql = (context: ListContext, plan: Plan, walk: Walk, partition: Partition | undefined, range: KeysetRange): Sql => {
  const { query, resolve, position } = context;
  const index = walk.order === 'by-key' ? undefined : walk.order;
  return all([
    walkedPartitions(walk, plan, partition),
    rangeSql(range, query.sort, query.after, position),
    ...plan.where.map((condition) => conditionSql(condition, resolve, index)),
  ]);
};

/** The rows of one range, in the list's order; the last value to bind is their greatest number. */
export const walkSql = (context: ListContext, plan: Plan, walk: Walk, range: KeysetRange): Sql => {
  const { query, shape } = context;
  if (walk.order !== 'by-key' && plan.partitions.length > 1) return mergedWalkSql(context, plan, walk, range);
  const where = matchesSql(context, plan, walk, walk.order === 'by-key' ? undefined : plan.partitions[0], range);
  return {
    text: `SELECT ${shape.expressions} FROM entries e ${indexedBy(walk)} WHERE ${where.text} ORDER BY ${orderBySql(query.sort, range.equal)} LIMIT ?`,
    values: where.values,
  };
};

/** An index has the list's order for each partition. SQLite reads several as far as it must and merges them; rows are read for what is listed. */
const mergedWalkSql = (context: ListContext, plan: Plan, walk: Walk, range: KeysetRange): Sql => {
  const { query, shape } = context;
  const free = query.sort.slice(range.equal);
  const columns = ['e._pos AS _pos', ...free.map(({ column, desc }, n) => `${orderExpression(column, desc)} AS o${n}`)].join(', ');
  const order = [...free.map(({ desc }, n) => `o${n}${desc ? ' DESC' : ''}`), '_pos'].join(', ');
  const parts = plan.partitions.map((partition) => matchesSql(context, plan, walk, partition, range));
  const merged = parts.map((where) => `SELECT ${columns} FROM entries e ${indexedBy(walk)} WHERE ${where.text}`).join(' UNION ALL ');
  return {
    text: `SELECT ${shape.expressions} FROM (${merged} ORDER BY ${order} LIMIT ?) w CROSS JOIN entries e ON e._pos = w._pos`,
    values: parts.flatMap((where) => where.values),
  };
};

/** What the conditions are checked on, under its own names: an index's own expressions stand for the columns that it is ordered by. */
const checkedColumns = ({ layout, sets }: PhysicalLayout, where: readonly Condition[], index: OrderIndex | undefined): string => {
  const names = new Set<string>();
  for (const { column, op } of where) {
    const isMember = op === 'has' || op === 'hasAny';
    if (isMember && sets.includes(column)) names.add(`e.${quoted(maskColumn(column))}`);
    if (isMember) continue;
    names.add(
      index?.lead.includes(column) === true ? `${orderExpression(column, index.desc)} AS ${quoted(column)}` : `e.${quoted(column)}`,
    );
  }
  for (const { column, op } of where) {
    if ((op === 'has' || op === 'hasAny') && !sets.includes(column) && columnType(layout, column) === 'text_set')
      names.add(`e.${quoted(column)}`);
  }
  return ['e._pos', 'e._partition', ...names].join(', ');
};

interface BudgetedSql {
  /** Matches among the first entries of the range, in the list's order; to bind: `within`, the budget, `checked`, the greatest number of rows. */
  readonly rows: { readonly text: string; readonly within: Sql['values']; readonly checked: Sql['values'] };
  /** The entry at which the budget ended, match or not; none if the range ended before. The value to bind last: the budget less one. */
  readonly last: Sql;
}

export const budgetedWalkSql = (
  context: ListContext,
  plan: Plan,
  walk: Walk,
  partition: Partition | undefined,
  range: KeysetRange,
): BudgetedSql => {
  const { physical, query, shape, resolve, position } = context;
  const index = walk.order === 'by-key' ? undefined : walk.order;
  const bounding = plan.where.filter((condition) => index !== undefined && isRangeOf(condition, index));
  const checked = plan.where.filter((condition) => !bounding.includes(condition));
  const inside = walkedPartitions(walk, plan, partition);
  // in an index, a partition's entries stand together; among the entries themselves, those of others are passed too
  const within = all([
    index === undefined ? EMPTY : inside,
    rangeSql(range, query.sort, query.after, position),
    ...bounding.map((condition) => conditionSql(condition, resolve, index)),
  ]);
  const check = all([index === undefined ? inside : EMPTY, ...checked.map((condition) => conditionSql(condition, resolve, index))]);
  const passed = `FROM entries e ${indexedBy(walk)} WHERE ${within.text} ORDER BY ${orderBySql(query.sort, range.equal)}`;
  const entries = `SELECT ${checkedColumns(physical, checked, index)} ${passed} LIMIT ?`;
  return {
    rows: {
      text: `SELECT ${shape.expressions} FROM (SELECT e._pos FROM (${entries}) e WHERE ${check.text} LIMIT ?) w CROSS JOIN entries e ON e._pos = w._pos`,
      within: within.values,
      checked: check.values,
    },
    last: {
      text: `SELECT ${shape.orderExpressions} FROM (SELECT e._pos ${passed} LIMIT 1 OFFSET ?) w CROSS JOIN entries e ON e._pos = w._pos`,
      values: within.values,
    },
  };
};

/** The entries of a source, as `FROM` and `WHERE` of a statement on `e`. */
const sourceSql = (
  source: Source,
  plan: Plan,
  resolve: ResolveMember,
): { readonly from: string; readonly where: Sql; readonly index?: OrderIndex } => {
  if (source.kind === 'members') {
    return {
      from: '_members s CROSS JOIN entries e ON e._pos = s._pos',
      where: all([
        { text: 's.set_number = ? AND s.code = ?', values: [source.member.setNumber, source.member.code] },
        plan.everyPartition ? EMPTY : inPartitions(plan.partitions),
      ]),
    };
  }
  return {
    from: `entries e INDEXED BY ${quoted(source.index.name)}`,
    where: all([inPartitions(plan.partitions), ...source.conditions.map((condition) => conditionSql(condition, resolve, source.index))]),
    index: source.index,
  };
};

/** How many entries a source has; the value to bind last: the number at which to stop counting. */
export const sourceCountSql = (source: Source, plan: Plan, resolve: ResolveMember): Sql => {
  if (source.kind === 'members') {
    return {
      text: 'SELECT count(*) FROM (SELECT 1 FROM _members WHERE set_number = ? AND code = ? LIMIT ?)',
      values: [source.member.setNumber, source.member.code],
    };
  }
  const { from, where } = sourceSql(source, plan, resolve);
  return { text: `SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE ${where.text} LIMIT ?)`, values: where.values };
};

/** Sorts positions alone, then reads the rows of those that are listed; the last value to bind is their greatest number. */
const sortedSql = (
  { query, shape, resolve, position }: ListContext,
  plan: Plan,
  from: string,
  source: Sql,
  index: OrderIndex | undefined,
): Sql => {
  const where = all([
    source,
    ...plan.where.map((condition) => conditionSql(condition, resolve, index)),
    query.after === undefined ? EMPTY : afterSql(query.sort, query.after, position),
  ]);
  return {
    text: `SELECT ${shape.expressions} FROM (SELECT e._pos FROM ${from} WHERE ${where.text} ORDER BY ${orderBySql(query.sort, 0)} LIMIT ?) w CROSS JOIN entries e ON e._pos = w._pos`,
    values: where.values,
  };
};

export const gatherSql = (context: ListContext, plan: Plan, source: Source): Sql => {
  const { from, where, index } = sourceSql(source, plan, context.resolve);
  return sortedSql(context, plan, from, where, index);
};

export const scanSql = (context: ListContext, plan: Plan): Sql =>
  sortedSql(context, plan, 'entries e NOT INDEXED', plan.everyPartition ? EMPTY : inPartitions(plan.partitions), undefined);
