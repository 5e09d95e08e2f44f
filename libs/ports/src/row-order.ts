/** The order of lists: texts as UTF-8 bytes, false before true, nulls last whatever the direction, then the key. The same as every store's. Pure. */
import { compareUtf8 } from '@rushes/domain';

import type { CellValue, ListPosition, SortColumn } from './artefact-rows.ts';

const compareCells = (a: CellValue, b: CellValue): number =>
  typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : Number(a) - Number(b);

/** Negative, zero or positive as a value stands before, at or after another in a column of the order. */
export const compareValues = (left: CellValue, right: CellValue, desc: boolean): number => {
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
