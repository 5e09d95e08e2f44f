/** The order of lists: texts as UTF-8 bytes, false before true, nulls last whatever the direction, then the key. The same as every store's. Pure. */
import { compareUtf8 } from '@rushes/domain';
import type { ArtefactRow, CellValue, ListPosition, SortColumn } from '@rushes/ports';

import { keyOfRow, type RowIndex } from './layout-row.ts';

const compareCells = (a: CellValue, b: CellValue): number =>
  typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : Number(a) - Number(b);

/** Negative, zero or positive as a value stands before, at or after another in a column of the order. */
const compareValues = (left: CellValue, right: CellValue, desc: boolean): number => {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  const order = compareCells(left, right);
  return desc ? -order : order;
};

/** Negative, zero or positive as place `a` stands before, at or after place `b`. */
export const placeOrder =
  (sort: readonly SortColumn[]) =>
  (a: ListPosition, b: ListPosition): number => {
    for (const [n, { desc }] of sort.entries()) {
      const order = compareValues(a.values[n] ?? null, b.values[n] ?? null, desc);
      if (order !== 0) return order;
    }
    return compareUtf8(a.key, b.key);
  };

/** The same of rows as they are, which need not have more than their key and the order's columns. */
export const rowOrder = (index: RowIndex, sort: readonly SortColumn[]) => {
  const columns = sort.map(({ column, desc }) => ({ at: index.at(column), desc }));
  return (a: ArtefactRow, b: ArtefactRow): number => {
    for (const { at, desc } of columns) {
      const order = compareValues(a[at] ?? null, b[at] ?? null, desc);
      if (order !== 0) return order;
    }
    return compareUtf8(keyOfRow(a), keyOfRow(b));
  };
};

/** A row that stands at a place: with its key and the order's columns alone. */
export const rowAt = (index: RowIndex, sort: readonly SortColumn[], place: ListPosition): ArtefactRow => {
  const row: CellValue[] = [place.key];
  for (const [n, { column }] of sort.entries()) row[index.at(column)] = place.values[n] ?? null;
  return row;
};
