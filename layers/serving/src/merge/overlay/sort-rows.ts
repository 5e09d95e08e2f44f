/**
 * Sorts many rows at once. An order by one column of numbers, as most lists have, is sorted as numbers, which takes a tenth of the time that comparing rows
 * takes; any other by turns, and one by plain texts by the texts alone.
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
  return places.toSorted().map((place) => place - Math.floor(place / step) * step);
};

/** Beyond these, JavaScript orders texts otherwise than by their UTF-8 bytes. */
const IN_OTHER_ORDER = /[\ud800-\uffff]/;

/** Compares rows by their numbers: those of an order by one column of plain texts by the texts alone, any other as rows. */
const comparison = (
  index: RowIndex,
  sort: readonly [SortColumn, ...SortColumn[]],
  rows: readonly ArtefactRow[],
): ((a: number, b: number) => number) => {
  const [{ column, desc }, ...others] = sort;
  const at = index.at(column);
  const texts = others.length === 0 ? rows.map((row) => row[at] ?? null) : [];
  if (texts.length > 0 && texts.every((text): text is string => typeof text === 'string' && !IN_OTHER_ORDER.test(text))) {
    const before = desc ? 1 : -1;
    return (a, b) => {
      const [left = '', right = ''] = [texts[a], texts[b]];
      return left === right ? a - b : left < right ? before : -before;
    };
  }
  const compare = rowOrder(index, sort);
  return (a, b) => compare(rows[a] ?? [], rows[b] ?? []);
};

const mergeTwo = (left: readonly number[], right: readonly number[], compare: (a: number, b: number) => number): number[] => {
  const merged: number[] = [];
  let at = 0;
  for (const number of left) {
    for (let other = right[at]; other !== undefined && compare(other, number) < 0; other = right[++at]) merged.push(other);
    merged.push(number);
  }
  for (; at < right.length; at++) merged.push(right[at] ?? 0);
  return merged;
};

const sortByTurns = async (count: number, compare: (a: number, b: number) => number): Promise<readonly number[]> => {
  let parts: (readonly number[])[] = [];
  for (let from = 0; from < count; from += TURN) {
    if (from > 0) await setImmediate();
    parts.push(Array.from({ length: Math.min(TURN, count - from) }, (_, n) => from + n).toSorted(compare));
  }
  while (parts.length > 1) {
    const merged: (readonly number[])[] = [];
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
  const numbered = others.length === 0 ? numberedPlaces(index, first, rows) : undefined;
  const order = numbered ?? (await sortByTurns(rows.length, comparison(index, [first, ...others], rows)));
  return Array.from(order, (n) => rows[n]).filter((row) => row !== undefined);
};
