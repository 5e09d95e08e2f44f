/**
 * Lists as one statement.
 *
 * What stands after a place is a sequence of ranges without overlap. For a sort by (a, b) and a place (x, y, key): a = x and b = y and behind the key; then
 * a = x and b behind y; then a = x and b missing; then a behind x; then a missing. Each is one range of an index by (a, b, key), in its order. They are the
 * parts of a UNION ALL under a LIMIT: PostgreSQL reads them one after the other, and none further than it must.
 *
 * Sort indexes begin with the partition. A list of several partitions merges what each of them has in a range, which is in order there already.
 */
import type { ArtefactLayout, CellValue, Condition, ListPosition, ListQuery, Selection, SortColumn } from '@rushes/ports';

import { satisfies } from '../artefact-checks/conditions.ts';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { columnType } from '../artefact-checks/column-type.ts';
import { quoted } from '../postgres-access/identifiers.ts';
import type { Statement } from '../postgres-access/connections.ts';
import type { Partition } from './catalog.ts';
import { type Binding, conditionSql, newBinding } from './conditions.ts';
import { documentSql, orderSql, valueSql } from './layout.ts';

/** Beyond so many partitions, sorting costs less than planning their merge. */
const MERGED_PARTITIONS = 40;

/** The partitions that a query's conditions leave; `any`: they are not known, or the layout has none. */
export const partitionsOf = (
  layout: ArtefactLayout,
  known: readonly Partition[] | undefined,
  where: readonly Condition[],
): readonly Partition[] | 'any' => {
  if (known === undefined || layout.partition === undefined) return 'any';
  const conditions = where.filter(({ column }) => column === layout.partition);
  return known.filter(({ value }) => conditions.every((condition) => satisfies(value, condition)));
};

interface Range {
  /** So many leading sort columns equal the place's values. */
  readonly equal: number;
  /** Then the next sort column is behind the place's value, or missing; or all being equal the key is behind the place's; or neither: all rows. */
  readonly next: 'behind' | 'missing' | 'key' | 'all';
}

export const rangesAfter = (sort: readonly SortColumn[], after: ListPosition | undefined): readonly Range[] => {
  if (after === undefined) return [{ equal: 0, next: 'all' }];
  const ranges: Range[] = [{ equal: sort.length, next: 'key' }];
  for (let equal = sort.length - 1; equal >= 0; equal--)
    if (after.values[equal] !== null) ranges.push({ equal, next: 'behind' }, { equal, next: 'missing' });
  return ranges;
};

const SORT_TYPES = { text: 'text', text_set: 'text', integer: 'bigint', boolean: 'boolean' } as const;

const rangeSql = (layout: ArtefactLayout, { equal, next }: Range, { sort, after }: ListQuery, { bind }: Binding): readonly string[] => {
  const compared = (n: number, operator: string): string => {
    const { column } = sort[n] ?? { column: layout.key };
    const value: CellValue = after?.values[n] ?? null;
    const expression = valueSql(layout, column);
    if (operator === 'missing' || value === null) return `${expression} IS NULL`;
    // As a condition, so that an index knows it.
    if (typeof value === 'boolean' && operator === '=') return value ? expression : `NOT ${expression}`;
    return `${expression} ${operator} ${bind(value, SORT_TYPES[columnType(layout, column) ?? 'text'])}`;
  };
  const equals = sort.slice(0, equal).map((_, n) => compared(n, '='));
  if (next === 'all') return equals;
  if (next === 'key') return [...equals, `${quoted(layout.key)} > ${bind(after?.key ?? '', 'text')}`];
  return [...equals, compared(equal, next === 'missing' ? 'missing' : sort[equal]?.desc === true ? '<' : '>')];
};

/** What of a row is read, in this order: key, columns, documents, values of the sort columns. */
export const shapeSql = (
  layout: ArtefactLayout,
  { columns = [], documents = [] }: Selection,
  sort: readonly SortColumn[] = [],
): readonly string[] => {
  for (const column of columns)
    if (columnType(layout, column) === undefined) throw new ArtefactFaultError(`there is no column ${JSON.stringify(column)} to select`);
  for (const document of documents)
    if (!layout.documents.includes(document)) throw new ArtefactFaultError(`there is no document ${JSON.stringify(document)} to select`);
  return [
    quoted(layout.key),
    ...columns.map((column) => valueSql(layout, column)),
    ...documents.map(documentSql),
    ...sort.map(({ column }) => valueSql(layout, column)),
  ];
};

/** @throws ArtefactFaultError for a column that the layout lacks, or a place that does not have a value for each sort column. */
export const checkList = (layout: ArtefactLayout, { sort, after }: ListQuery): void => {
  for (const { column } of sort)
    if (columnType(layout, column) === undefined) throw new ArtefactFaultError(`there is no column ${JSON.stringify(column)} to sort by`);
  if (after !== undefined && after.values.length !== sort.length)
    throw new ArtefactFaultError(`a place in this list has ${sort.length} values, not ${after.values.length}`);
};

/** Whether an index has this order within each partition. */
const isDeclared = (layout: ArtefactLayout, sort: readonly SortColumn[]): boolean =>
  sort.length === 0 ||
  layout.sorts.some(
    ({ columns, directions }) =>
      columns.length === sort.length &&
      sort.every(({ column, desc }, n) => column === columns[n] && (directions === 'both' || desc === (directions === 'descending'))) &&
      sort.every(({ desc }) => desc === sort[0]?.desc),
  );

const partitionSql = (layout: ArtefactLayout, value: CellValue, { bind }: Binding): string => {
  const column = quoted(layout.partition ?? layout.key);
  if (value === null) return `${column} IS NULL`;
  if (typeof value === 'boolean') return value ? column : `NOT ${column}`;
  return `${column} = ${bind(value, typeof value === 'number' ? 'bigint' : 'text')}`;
};

const whereSql = (parts: readonly string[]): string => (parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`);

/**
 * The statement of a list of an artefact, for a query that was checked. Rows are [part, key, columns, documents, sort values]; parts ascend.
 * @param partitions those that can have rows; not none.
 */
export const listStatement = (
  layout: ArtefactLayout,
  table: string,
  query: ListQuery,
  partitions: readonly Partition[] | 'any',
  known: number,
): Statement => {
  const binding = newBinding();
  const { sort, where, after, limit } = query;
  const most = `LIMIT ${binding.bind(limit, 'bigint')}`;
  const few = partitions === 'any' ? [] : partitions;
  // By key alone, the index of keys has the order of all partitions together.
  const isMerged =
    few.length > 1 && few.length <= MERGED_PARTITIONS && isDeclared(layout, sort) && (sort.length > 0 || few.length < known / 2);
  const streams = few.length === 1 || isMerged ? few.map(({ value }) => partitionSql(layout, value, binding)) : [undefined];
  const others = where
    .filter(({ column }) => streams[0] === undefined || column !== layout.partition)
    .map((condition) => conditionSql(layout, condition, binding));
  const shape = shapeSql(layout, query, sort);
  const names = shape.map((_, n) => `c${n}`);
  const orders = sort.map(({ column, desc }) => orderSql(valueSql(layout, column), desc));
  const ordered = [...orders, quoted(layout.key)].join(', ');
  const firstSort = shape.length - sort.length;
  const mergedOrder = [...sort.map(({ desc }, n) => orderSql(`c${firstSort + n}`, desc)), 'c0'].join(', ');

  const partSql = (range: Range, part: number): string => {
    const inside = rangeSql(layout, range, query, binding);
    const rowsOf = (stream: string | undefined): string =>
      `SELECT ${part} AS part, ${shape.map((expression, n) => `${expression} AS ${names[n]}`).join(', ')} FROM ${table}${whereSql([...(stream === undefined ? [] : [stream]), ...inside, ...others])} ORDER BY ${ordered} ${most}`;
    if (streams.length === 1) return rowsOf(streams[0]);
    // Each says its order and its end, which makes PostgreSQL plan it for its first rows; the merge takes of each what it needs.
    return `SELECT * FROM (${streams.map((stream) => `(${rowsOf(stream)})`).join(' UNION ALL ')}) merged ORDER BY ${mergedOrder} ${most}`;
  };
  const parts = rangesAfter(sort, after).map(partSql);
  const text =
    parts.length === 1 ? (parts[0] ?? '') : `SELECT * FROM (${parts.map((part) => `(${part})`).join(' UNION ALL ')}) parts ${most}`;
  return { text, values: binding.values };
};

/** How many rows satisfy conditions that were checked. */
export const countStatement = (
  layout: ArtefactLayout,
  table: string,
  where: readonly Condition[],
  partitions: readonly Partition[] | 'any',
): Statement => {
  const binding = newBinding();
  const one = partitions === 'any' || partitions.length !== 1 ? undefined : partitions[0];
  const parts = [
    ...(one === undefined ? [] : [partitionSql(layout, one.value, binding)]),
    ...where
      .filter(({ column }) => one === undefined || column !== layout.partition)
      .map((condition) => conditionSql(layout, condition, binding)),
  ];
  return { text: `SELECT count(*) FROM ${table}${whereSql(parts)}`, values: binding.values };
};
