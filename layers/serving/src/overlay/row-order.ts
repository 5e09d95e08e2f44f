/** The order of lists: texts as UTF-8 bytes, false before true, nulls last whatever the direction, then the key. The same as every store's. Pure. */
import { compareUtf8 } from '@rushes/domain';
import type { CellValue, ListPosition, SortColumn } from '@rushes/ports';

const compareCells = (a: CellValue, b: CellValue): number =>
  typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : Number(a) - Number(b);

/** Negative, zero or positive as place `a` stands before, at or after place `b`. */
export const placeOrder =
  (sort: readonly SortColumn[]) =>
  (a: ListPosition, b: ListPosition): number => {
    for (const [n, { desc }] of sort.entries()) {
      const [left = null, right = null] = [a.values[n], b.values[n]];
      if (left === right) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      const order = compareCells(left, right);
      if (order !== 0) return desc ? -order : order;
    }
    return compareUtf8(a.key, b.key);
  };
