/**
 * A list as reads of MongoDB. Pure.
 *
 * What stands behind a place is several ranges, one behind the other: rows that equal it in all sort columns and have a greater key; rows that equal it in all
 * but the last column and stand behind it there; and so on. Each is one walk of the order's index from a known place, whatever the planner thinks of a
 * disjunction, and most pages need the first one or two. The artefact does not change, so they fit together.
 */
import type { ArtefactLayout, CellValue, ListPosition, ListQuery, SortColumn } from '@rushes/ports';
import type { Document } from 'mongodb';

import { columnType } from '../artefact-checks/column-type.ts';
import { checkConditions, filtersOf, isOfColumn } from './conditions.ts';
import { ascendingColumns, ascendingField, fieldOf, NULL_LAST } from './stored-row.ts';

export interface ListPlan {
  /** To be read one after the other, until there are rows enough. */
  readonly ranges: readonly (readonly Document[])[];
  readonly sort: Readonly<Record<string, 1 | -1>>;
  /** Fields that the sort needs and rows do not have. */
  readonly computed: Document | undefined;
}

/** An index that starts with the partition is merged over this many values of it at most: MongoDB's own bound is 201. */
export const MOST_PARTITIONS = 200;

interface Step {
  readonly column: string;
  readonly desc: boolean;
  /** The field by which rows are ordered. */
  readonly field: string;
  /** The field that conditions are put on: the same one, where rows have it. */
  readonly asked: string;
  /** What stands for a null in the latter. */
  readonly nullValue: null | Date;
}

/** @throws RangeError for a column that there is not, or that has many values. */
const stepsOf = (layout: ArtefactLayout, sort: readonly SortColumn[]): readonly Step[] => {
  const stored = new Set(ascendingColumns(layout));
  const steps: Step[] = [];
  for (const { column, desc } of sort) {
    const type = columnType(layout, column);
    if (type === undefined || type === 'text_set') throw new RangeError(`there is no column ${JSON.stringify(column)} to sort by`);
    const field = fieldOf(layout, column);
    // The key is never null.
    if (desc || column === layout.key) steps.push({ column, desc, field, asked: field, nullValue: null });
    else if (stored.has(column))
      steps.push({ column, desc, field: ascendingField(column), asked: ascendingField(column), nullValue: NULL_LAST });
    else steps.push({ column, desc, field: ascendingField(column), asked: field, nullValue: null });
  }
  return [...steps, { column: layout.key, desc: false, field: '_id', asked: '_id', nullValue: null }];
};

/** Where a field comes twice, the first time decides. */
const sortOf = (steps: readonly Step[]): Readonly<Record<string, 1 | -1>> => {
  const sort: Record<string, 1 | -1> = {};
  for (const { field, desc } of steps) sort[field] ??= desc ? -1 : 1;
  return sort;
};

const equal = ({ asked, nullValue }: Step, value: CellValue): Document => ({ [asked]: { $eq: value ?? nullValue } });

/** Behind a value, nulls included, which are last; `undefined`: nothing is behind a null. Without `$not`, a comparison leaves other types out. */
const behind = ({ asked, desc }: Step, value: CellValue): Document | undefined =>
  value === null ? undefined : { [asked]: { $not: desc ? { $gte: value } : { $lte: value } } };

/** @throws RangeError for a place that is none of this order. */
const rangesBehind = (
  layout: ArtefactLayout,
  sort: readonly SortColumn[],
  steps: readonly Step[],
  after: ListPosition,
): readonly (readonly Document[])[] => {
  if (after.values.length !== sort.length)
    throw new RangeError(`a place in a list sorted by ${sort.length} columns has ${after.values.length} values`);
  for (const [n, { column }] of sort.entries()) {
    const value = after.values[n] ?? null;
    if (value !== null && !isOfColumn(layout, column, value))
      throw new RangeError(`a place in a list has ${JSON.stringify(value)} in the column ${column}`);
  }
  if (typeof after.key !== 'string') throw new RangeError('a place in a list has a text as its key');
  const values = [...after.values, after.key];
  const valueAt = (n: number): CellValue => values[n] ?? null;
  return steps
    .map((step, n) => {
      const last = behind(step, valueAt(n));
      return last && [...steps.slice(0, n).map((before, m) => equal(before, valueAt(m))), last];
    })
    .filter((range) => range !== undefined)
    .toReversed();
};

/**
 * @param partitions all values of the partition column, where they are known: without a condition on it, an index that starts with it is walked once for each
 * of them, and the server merges the walks.
 * @returns `undefined` if no row can be in the list.
 * @throws RangeError for what the layout does not have.
 */
export const listPlan = (layout: ArtefactLayout, query: ListQuery, partitions: readonly CellValue[] | undefined): ListPlan | undefined => {
  checkConditions(layout, query.where);
  const steps = stepsOf(layout, query.sort);
  const ranges = query.after === undefined ? [[]] : rangesBehind(layout, query.sort, steps, query.after);
  const filters = filtersOf(
    layout,
    query.where,
    new Set(steps.filter(({ asked, column }) => asked === ascendingField(column)).map(({ column }) => column)),
  );
  if (filters === undefined) return undefined;
  const { partition } = layout;
  const isMerged =
    partition !== undefined && partitions !== undefined && query.sort.length > 0 && query.where.every(({ column }) => column !== partition);
  const merged = isMerged ? [{ [partition]: { $in: partitions } }] : [];
  const missing = steps.filter(({ field, asked }) => field !== asked);
  return {
    ranges: ranges.map((range) => [...merged, ...filters, ...range]),
    sort: sortOf(steps),
    computed:
      missing.length === 0
        ? undefined
        : Object.fromEntries(missing.map(({ field, asked }) => [field, { $ifNull: [`$${asked}`, NULL_LAST] }])),
  };
};
