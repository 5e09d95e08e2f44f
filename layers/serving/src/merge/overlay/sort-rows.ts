/**
 * Sorts many rows at once. An order by one column of numbers, as most lists have, is sorted as numbers, which takes a tenth of the time that comparing rows
 * takes; any other by turns.
 */
import { setImmediate } from 'node:timers/promises';

import type { ArtefactRow, SortColumn } from '@rushes/ports';

import type { RowIndex } from './layout-row.ts';
import { rowOrder } from './row-order.ts';

/** Rows compared with each other before others get their turn: some milliseconds. */
const TURN = 8192;

/**
 * The places of rows as numbers, each made of a value and of the row's number among `rows`: so ties stay in the order of keys. `undefined` where a value is
 * no whole number, or too large to be exact beside the row's.
 */
const numberedPlaces = (index: RowIndex, { column, desc }: SortColumn, rows: readonly ArtefactRow[]): Float64Array | undefined => {
  const at = index.at(column);
  const step = 2 ** Math.ceil(Math.log2(rows.length + 1));
  /** Stands behind every value; nulls come last. */
  const last = Math.floor(Number.MAX_SAFE_INTEGER / step) - 1;
  const places = new Float64Array(rows.length);
  for (const [n, row] of rows.entries()) {
    const value = row[at] ?? null;
    if (value === null) places[n] = last * step + n;
    else if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < last) places[n] = (desc ? -value : value) * step + n;
    else return undefined;
  }
  // Rows in the order of their places: what is left over the step is the row's number.
  return places.sort().map((place) => place - Math.floor(place / step) * step);
};

const mergeTwo = (left: readonly ArtefactRow[], right: readonly ArtefactRow[], compare: ReturnType<typeof rowOrder>): ArtefactRow[] => {
  const merged: ArtefactRow[] = [];
  let at = 0;
  for (const row of left) {
    for (let other = right[at]; other !== undefined && compare(other, row) < 0; other = right[++at]) merged.push(other);
    merged.push(row);
  }
  for (const other of right.slice(at)) merged.push(other);
  return merged;
};

const sortByTurns = async (rows: readonly ArtefactRow[], compare: ReturnType<typeof rowOrder>): Promise<readonly ArtefactRow[]> => {
  let parts: (readonly ArtefactRow[])[] = [];
  for (let from = 0; from < rows.length; from += TURN) {
    if (from > 0) await setImmediate();
    parts.push(rows.slice(from, from + TURN).toSorted(compare));
  }
  while (parts.length > 1) {
    const merged: (readonly ArtefactRow[])[] = [];
    for (let n = 0; n < parts.length; n += 2) {
      await setImmediate();
      merged.push(mergeTwo(parts[n] ?? [], parts[n + 1] ?? [], compare));
    }
    parts = merged;
  }
  return parts[0] ?? [];
};

/** @param rows in the order of their keys. */
export const sortRows = async (
  index: RowIndex,
  sort: readonly SortColumn[],
  rows: readonly ArtefactRow[],
): Promise<readonly ArtefactRow[]> => {
  const [first, ...others] = sort;
  if (first === undefined) return rows;
  const places = others.length === 0 ? numberedPlaces(index, first, rows) : undefined;
  if (places === undefined) return sortByTurns(rows, rowOrder(index, sort));
  return Array.from(places, (n) => rows[n]).filter((row) => row !== undefined);
};
