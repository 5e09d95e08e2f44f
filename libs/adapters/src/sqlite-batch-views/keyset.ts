import type { CellValue, ListPosition, SortColumn } from '@rushes/ports';
import type { Sql } from './conditions.ts';
import { nullInOrder, orderExpression } from './physical-layout.ts';

/**
 * What of a sorted list stands after a place, as ranges that follow one another without overlap. For a sort by (a, b) and a place (x, y, row):
 * a = x and b = y and behind the row; then a = x and b behind y; then a behind x.
 * Each is one contiguous range of an index by (a, b, `_pos`), in its order. Nulls need no ranges of their own: order expressions hold them last.
 */
export interface KeysetRange {
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
export const rangeSql = (range: KeysetRange, sort: readonly SortColumn[], after: ListPosition | undefined, position: number): Sql => {
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
export const afterSql = (sort: readonly SortColumn[], after: ListPosition, position: number): Sql => {
  const ranges = rangesAfter(sort, after).map((range) => rangeSql(range, sort, after, position));
  return { text: `(${ranges.map((range) => `(${range.text})`).join(' OR ')})`, values: ranges.flatMap((range) => range.values) };
};

/** Columns that a range holds equal are left out: they would only keep SQLite from seeing that the index has this order. */
export const orderBySql = (sort: readonly SortColumn[], equal: number): string =>
  [...sort.slice(equal).map(({ column, desc }) => orderExpression(column, desc) + (desc ? ' DESC' : '')), 'e._pos'].join(', ');
