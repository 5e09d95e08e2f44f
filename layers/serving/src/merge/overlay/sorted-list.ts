/**
 * The changed rows of one list: those that satisfy the conditions which fix a column to one value, in one order. Invariant: a list that was handed out never
 * changes; `with` makes another, which shares what did not change.
 */
import { setImmediate } from 'node:timers/promises';

import type { ArtefactRow, Condition, ListPosition, SortColumn } from '@rushes/ports';
import SortedBTree from 'sorted-btree';

import { type RowIndex, satisfies } from './layout-row.ts';
import { rowAt, rowOrder } from './row-order.ts';

/** Rows put in before others get their turn: some milliseconds. */
const TURN = 2000;

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;

/** What a key's row was, and what it is. */
export interface RowChange {
  readonly old: ArtefactRow | undefined;
  readonly now: ArtefactRow | undefined;
}

/** Names a list. */
export interface ListKind {
  readonly fixed: readonly Condition[];
  readonly sort: readonly SortColumn[];
}

export interface SortedList {
  readonly kind: ListKind;
  /** From the first row behind a place on. */
  walk(after: ListPosition | undefined): Iterable<ArtefactRow>;
  with(changes: Iterable<RowChange>): SortedList;
}

/** Whether a condition leaves a column one value, or some that are named, so that rows can be kept apart by it: many requests have it, with few values. */
export const fixesColumn = ({ op }: Condition): boolean => ['eq', 'in', 'has', 'hasAny', 'missing'].includes(op);

const conditionName = ({ column, op, ...rest }: Condition): string => JSON.stringify([column, op, 'value' in rest ? rest.value : null]);

/** Equal names, equal lists. */
export const listName = ({ fixed, sort }: ListKind): string =>
  JSON.stringify([fixed.map(conditionName).toSorted(), sort.map(({ column, desc }) => [column, desc])]);

const sortedList = (index: RowIndex, kind: ListKind, tree: InstanceType<typeof BTree<ArtefactRow, undefined>>): SortedList => {
  const { fixed, sort } = kind;
  const order = rowOrder(index, sort);
  const belongs = (row: ArtefactRow | undefined): row is ArtefactRow =>
    row !== undefined && fixed.every((condition) => satisfies(index, row, condition));
  return {
    kind,
    *walk(after) {
      const place = after && rowAt(index, sort, after);
      for (const row of tree.keys(place)) if (place === undefined || order(row, place) > 0) yield row;
    },
    with(changes) {
      const next = tree.clone();
      for (const { old, now } of changes) {
        if (belongs(old)) next.delete(old);
        if (belongs(now)) next.set(now, undefined);
      }
      return sortedList(index, kind, next);
    },
  };
};

/** No rows yet. */
export const emptyList = (index: RowIndex, kind: ListKind): SortedList =>
  sortedList(index, kind, new BTree<ArtefactRow, undefined>(undefined, rowOrder(index, kind.sort)));

/** The list of these rows, in any order. Many are put in by turns. */
export const buildList = async (index: RowIndex, kind: ListKind, rows: Iterable<ArtefactRow>): Promise<SortedList> => {
  let list = emptyList(index, kind);
  let turn: RowChange[] = [];
  for (const now of rows) {
    turn.push({ old: undefined, now });
    if (turn.length < TURN) continue;
    list = list.with(turn);
    turn = [];
    await setImmediate();
  }
  return list.with(turn);
};
