/** The order of lists, which is the same as every store's, of rows as they are. Pure. */
import { compareUtf8 } from '@rushes/domain';
import { type ArtefactRow, type CellValue, compareValues, type ListPosition, type SortColumn } from '@rushes/ports';

import { keyOfRow, type RowIndex } from './layout-row.ts';

/** Of rows that need not have more than their key and the order's columns. */
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
