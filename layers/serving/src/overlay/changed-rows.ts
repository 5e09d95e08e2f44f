/**
 * The rows of a view that events changed since the cut: for each key the batch artefact's row (if it has one) and the row that stands for it now (if
 * there is one). Persistent: a copy costs nothing, and changing it leaves the original as it was, so an answer reads one state from start to end.
 */
import type { ArtefactLayout, ArtefactRow, CellValue, ListPosition, SortColumn } from '@rushes/ports';
import SortedBTree from 'sorted-btree';

import { cellOf, keyOfRow, rowIndex, type RowIndex } from './layout-row.ts';
import { placeOrder } from './row-order.ts';

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;
type Tree<K, V> = InstanceType<typeof BTree<K, V>>;

export interface ChangedRow {
  readonly before: ArtefactRow | undefined;
  readonly now: ArtefactRow | undefined;
  /** Names the state: equal tokens, equal rows. */
  readonly token: string;
  /** Append time of the last event in it. */
  readonly changedAtMs: number;
}

interface Order {
  readonly sort: readonly SortColumn[];
  readonly tree: Tree<ListPosition, ArtefactRow>;
}

export interface ChangedRows {
  readonly index: RowIndex;
  readonly size: number;
  get(key: string): ChangedRow | undefined;
  /** The key of the changed row that has this value in a column of the layout's lookups. */
  lookup(column: string, value: string): string | undefined;
  values(): Iterable<ChangedRow>;
  /** Rows that stand now, in a list's order, after a place; `undefined` if no tree has this order. */
  walk(sort: readonly SortColumn[], after: ListPosition | undefined): Iterable<ArtefactRow> | undefined;
  /** A copy that can be changed. */
  edit(): ChangedRowsEditor;
}

export interface ChangedRowsEditor {
  get(key: string): ChangedRow | undefined;
  set(key: string, row: ChangedRow): void;
  delete(key: string): void;
  done(): ChangedRows;
}

const sortsOf = (layout: ArtefactLayout): readonly (readonly SortColumn[])[] => [
  [],
  ...layout.sorts.flatMap(({ columns, directions }) =>
    (directions === 'both' ? [false, true] : [directions === 'descending']).map((desc) => columns.map((column) => ({ column, desc }))),
  ),
];

const sameSort = (a: readonly SortColumn[], b: readonly SortColumn[]): boolean =>
  a.length === b.length && a.every(({ column, desc }, n) => column === b[n]?.column && desc === b[n].desc);

export const placeOf = (index: RowIndex, row: ArtefactRow, sort: readonly SortColumn[]): ListPosition => ({
  values: sort.map(({ column }): CellValue => cellOf(index, row, column)),
  key: keyOfRow(row),
});

/** From the first place behind `after` on. */
function* behind<V>(tree: Tree<ListPosition, V>, sort: readonly SortColumn[], after: ListPosition | undefined): Generator<V> {
  const order = placeOrder(sort);
  for (const [place, value] of tree.entries(after)) if (after === undefined || order(place, after) > 0) yield value;
}

const changedRows = (
  index: RowIndex,
  byKey: Tree<string, ChangedRow>,
  orders: readonly Order[],
  lookups: ReadonlyMap<string, Tree<string, string>>,
): ChangedRows => ({
  index,
  size: byKey.size,
  get: (key) => byKey.get(key),
  lookup: (column, value) => lookups.get(column)?.get(value),
  values: () => byKey.values(),
  walk: (sort, after) => {
    const order = orders.find((candidate) => sameSort(candidate.sort, sort));
    return order && behind(order.tree, sort, after);
  },
  edit: () => editor(index, byKey, orders, lookups),
});

const editor = (
  index: RowIndex,
  oldKeys: Tree<string, ChangedRow>,
  oldOrders: readonly Order[],
  oldLookups: ReadonlyMap<string, Tree<string, string>>,
): ChangedRowsEditor => {
  const byKey = oldKeys.clone();
  const orders = oldOrders.map(({ sort, tree }): Order => ({ sort, tree: tree.clone() }));
  const lookups = new Map([...oldLookups].map(([column, tree]) => [column, tree.clone()]));
  const remove = (key: string): void => {
    const row = byKey.get(key)?.now;
    if (row === undefined) return;
    for (const { sort, tree } of orders) tree.delete(placeOf(index, row, sort));
    for (const [column, tree] of lookups) {
      const value = cellOf(index, row, column);
      if (typeof value === 'string') tree.delete(value);
    }
  };
  return {
    get: (key) => byKey.get(key),
    set(key, changed) {
      remove(key);
      byKey.set(key, changed);
      const row = changed.now;
      if (row === undefined) return;
      for (const { sort, tree } of orders) tree.set(placeOf(index, row, sort), row);
      for (const [column, tree] of lookups) {
        const value = cellOf(index, row, column);
        if (typeof value === 'string') tree.set(value, key);
      }
    },
    delete(key) {
      remove(key);
      byKey.delete(key);
    },
    done: () => changedRows(index, byKey, orders, lookups),
  };
};

/** No changes to a view of this layout. */
export const noChanges = (layout: ArtefactLayout): ChangedRows =>
  changedRows(
    rowIndex(layout),
    new BTree<string, ChangedRow>(),
    sortsOf(layout).map((sort) => ({ sort, tree: new BTree<ListPosition, ArtefactRow>(undefined, placeOrder(sort)) })),
    new Map(layout.lookups.map((column) => [column, new BTree<string, string>()])),
  );
