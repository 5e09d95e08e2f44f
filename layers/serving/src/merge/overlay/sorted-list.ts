/**
 * The changed rows of one list: those that satisfy the conditions which fix a column to one value, in one order. Most of them stand in an array that was
 * sorted once, what changed since in a small tree beside it. Invariant: a list that was handed out never changes; `with` makes another, which shares what
 * did not change.
 */
import { setImmediate } from 'node:timers/promises';

import { compareUtf8 } from '@rushes/domain';
import type { ArtefactRow, Condition, ListPosition, SortColumn } from '@rushes/ports';
import SortedBTree from 'sorted-btree';

import { keyOfRow, matcher, type RowIndex } from './layout-row.ts';
import { rowAt, rowOrder } from './row-order.ts';
import { sortRows } from './sort-rows.ts';

/** Rows looked at before others get their turn: some milliseconds. */
const TURN = 20_000;
/** What changed is kept beside the array up to this share of it, and to this number: then all are one array again. */
const LARGEST_SHARE = 1 / 8;
const FEW_CHANGES = 512;

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;
type Tree<Key> = InstanceType<typeof BTree<Key, undefined>>;

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

/** The same for the same conditions, in whatever order. */
export const conditionsName = (where: readonly Condition[]): string => JSON.stringify(where.map(conditionName).toSorted());

/** Equal names, equal lists. */
export const listName = ({ fixed, sort }: ListKind): string =>
  JSON.stringify([conditionsName(fixed), sort.map(({ column, desc }) => [column, desc])]);

/** How rows of one kind of list are told and ordered. */
interface Order {
  readonly kind: ListKind;
  readonly index: RowIndex;
  readonly compare: (a: ArtefactRow, b: ArtefactRow) => number;
  readonly belongs: (row: ArtefactRow) => boolean;
}

const orderOf = (index: RowIndex, kind: ListKind): Order => ({
  kind,
  index,
  compare: rowOrder(index, kind.sort),
  belongs: matcher(index, kind.fixed),
});

/** The rows of the list: `sorted` without those whose key is in `gone`, and `added`. */
interface Rows {
  readonly sorted: readonly ArtefactRow[];
  readonly gone: Tree<string>;
  readonly added: Tree<ArtefactRow>;
}

/** The first place in a sorted array behind a row, which need not be in it. */
const placeBehind = ({ compare }: Order, sorted: readonly ArtefactRow[], place: ArtefactRow): number => {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const row = sorted[middle];
    if (row !== undefined && compare(row, place) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
};

function* walkRows(order: Order, { sorted, gone, added }: Rows, place: ArtefactRow | undefined): Generator<ArtefactRow> {
  const { compare } = order;
  let at = place === undefined ? 0 : placeBehind(order, sorted, place);
  const isGone = (row: ArtefactRow): boolean => gone.size > 0 && gone.has(keyOfRow(row));
  for (const next of added.keys(place)) {
    if (place !== undefined && compare(next, place) <= 0) continue;
    for (let row = sorted[at]; row !== undefined && compare(row, next) < 0; row = sorted[++at]) if (!isGone(row)) yield row;
    yield next;
  }
  for (let row = sorted[at]; row !== undefined; row = sorted[++at]) if (!isGone(row)) yield row;
}

const asOneArray = (order: Order, sorted: readonly ArtefactRow[]): Rows => ({
  sorted,
  gone: new BTree<string, undefined>(undefined, compareUtf8),
  added: new BTree<ArtefactRow, undefined>(undefined, order.compare),
});

const sortedList = (order: Order, rows: Rows): SortedList => {
  const { kind, index, belongs } = order;
  return {
    kind,
    walk: (after) => walkRows(order, rows, after && rowAt(index, kind.sort, after)),
    with(changes) {
      const next: Rows = { sorted: rows.sorted, gone: rows.gone.clone(), added: rows.added.clone() };
      for (const { old, now } of changes) {
        // Where the row is not among those that were added, it is in the array.
        if (old !== undefined && belongs(old) && !next.added.delete(old)) next.gone.set(keyOfRow(old), undefined);
        if (now !== undefined && belongs(now)) next.added.set(now, undefined);
      }
      const isSmall = next.added.size + next.gone.size <= Math.max(FEW_CHANGES, rows.sorted.length * LARGEST_SHARE);
      return sortedList(order, isSmall ? next : asOneArray(order, [...walkRows(order, next, undefined)]));
    },
  };
};

/** No rows yet. */
export const emptyList = (index: RowIndex, kind: ListKind): SortedList => {
  const order = orderOf(index, kind);
  return sortedList(order, asOneArray(order, []));
};

/** The list of these rows, which come in the order of their keys. Many are looked at and sorted by turns. */
export const buildList = async (index: RowIndex, kind: ListKind, rows: Iterable<ArtefactRow>): Promise<SortedList> => {
  const order = orderOf(index, kind);
  const found: ArtefactRow[] = [];
  let looked = 0;
  for (const row of rows) {
    if (order.belongs(row)) found.push(row);
    if (++looked % TURN === 0) await setImmediate();
  }
  return sortedList(order, asOneArray(order, await sortRows(index, kind.sort, found)));
};
