/**
 * The rows of a view that events changed since the cut: for each key the batch artefact's row (if it has one) and the row that stands for it now (if
 * there is one). Persistent: a copy costs nothing, and changing it leaves the original as it was, so an answer reads one state from start to end.
 *
 * Sorted lists are built when they are first asked for, and kept up by each change from then on; of many, those asked for last.
 */
import type { ArtefactLayout, ArtefactRow, Condition, ListPosition, SortColumn } from '@rushes/ports';
import SortedBTree from 'sorted-btree';

import { cellOf, keyOfRow, rowIndex, type RowIndex } from './layout-row.ts';
import { buildList, fixesColumn, type ListKind, listName, type RowChange, type SortedList } from './sorted-list.ts';

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;
type Tree<K, V> = InstanceType<typeof BTree<K, V>>;

/** Each costs some microseconds whenever a row changes, and tens of bytes a row. */
const MOST_LISTS = 32;

export interface ChangedRow {
  readonly before: ArtefactRow | undefined;
  readonly now: ArtefactRow | undefined;
  /** Names the state: equal tokens, equal rows. */
  readonly token: string;
  /** Append time of the last event in it. */
  readonly changedAtMs: number;
}

export interface ChangedRows {
  readonly index: RowIndex;
  readonly size: number;
  get(key: string): ChangedRow | undefined;
  /** The key of the changed row that has this value in a column of the layout's lookups. */
  lookup(column: string, value: string): string | undefined;
  values(): Iterable<ChangedRow>;
  /** Rows that stand now and satisfy those conditions that fix a column, in a list's order, after a place: others of the conditions are left to check. */
  walk(where: readonly Condition[], sort: readonly SortColumn[], after: ListPosition | undefined): Iterable<ArtefactRow>;
  /** The lists that are kept, the one asked for last at the end. */
  lists(): readonly ListKind[];
  /** A copy that can be changed. */
  edit(): ChangedRowsEditor;
}

export interface ChangedRowsEditor {
  get(key: string): ChangedRow | undefined;
  set(key: string, row: ChangedRow): void;
  delete(key: string): void;
  /** Puts what was changed so far into the lists: `done` has less left to do. */
  sortIn(): void;
  done(): ChangedRows;
}

type Lists = Map<string, SortedList>;

const changedRows = (
  index: RowIndex,
  byKey: Tree<string, ChangedRow>,
  lookups: ReadonlyMap<string, Tree<string, string>>,
  lists: Lists,
): ChangedRows => {
  function* standing(): Generator<ArtefactRow> {
    for (const { now } of byKey.values()) if (now !== undefined) yield now;
  }
  const listOf = (kind: ListKind): SortedList => {
    const name = listName(kind);
    const list = lists.get(name) ?? buildList(index, kind, standing());
    // A map remembers the order of insertion: the list asked for last is at the end.
    lists.delete(name);
    lists.set(name, list);
    for (const oldest of lists.keys()) {
      if (lists.size <= MOST_LISTS) break;
      lists.delete(oldest);
    }
    return list;
  };
  return {
    index,
    size: byKey.size,
    get: (key) => byKey.get(key),
    lookup: (column, value) => lookups.get(column)?.get(value),
    values: () => byKey.values(),
    walk: (where, sort, after) => listOf({ fixed: where.filter(fixesColumn), sort }).walk(after),
    lists: () => [...lists.values()].map(({ kind }) => kind),
    edit: () => editor(index, byKey, lookups, lists),
  };
};

const editor = (
  index: RowIndex,
  oldKeys: Tree<string, ChangedRow>,
  oldLookups: ReadonlyMap<string, Tree<string, string>>,
  oldLists: Lists,
): ChangedRowsEditor => {
  const byKey = oldKeys.clone();
  const lookups = new Map([...oldLookups].map(([column, tree]) => [column, tree.clone()]));
  const lists: Lists = new Map(oldLists);
  const edited = new Set<string>();
  let unsorted: RowChange[] = [];
  const lookupValues = (row: ArtefactRow | undefined) =>
    row === undefined
      ? []
      : [...lookups].flatMap(([column, tree]) => {
          const value = cellOf(index, row, column);
          return typeof value === 'string' ? [{ tree, value }] : [];
        });
  const replace = (key: string, changed: ChangedRow | undefined): void => {
    const change: RowChange = { old: byKey.get(key)?.now, now: changed?.now };
    for (const { tree, value } of lookupValues(change.old)) tree.delete(value);
    if (changed === undefined) byKey.delete(key);
    else byKey.set(key, changed);
    for (const { tree, value } of lookupValues(change.now)) tree.set(value, key);
    edited.add(key);
    unsorted.push(change);
  };
  const sortIn = (): void => {
    for (const [name, list] of lists) lists.set(name, list.with(unsorted));
    unsorted = [];
  };
  return {
    get: (key) => byKey.get(key),
    set: replace,
    delete: (key) => replace(key, undefined),
    sortIn,
    done() {
      sortIn();
      // Lists that were asked for since the editing began.
      const added = [...oldLists].filter(([name]) => !lists.has(name));
      if (added.length > 0) {
        const changes = [...edited].map((key): RowChange => ({ old: oldKeys.get(key)?.now, now: byKey.get(key)?.now }));
        for (const [name, list] of added) lists.set(name, list.with(changes));
      }
      return changedRows(index, byKey, lookups, lists);
    },
  };
};

/** No changes to a view of this layout. @param lists to keep from the beginning. */
export const noChanges = (layout: ArtefactLayout, lists: readonly ListKind[] = []): ChangedRows => {
  const index = rowIndex(layout);
  return changedRows(
    index,
    new BTree<string, ChangedRow>(),
    new Map(layout.lookups.map((column) => [column, new BTree<string, string>()])),
    new Map(lists.map((kind) => [listName(kind), buildList(index, kind, [])])),
  );
};

/** The place of a row in an order. */
export const placeOf = (index: RowIndex, row: ArtefactRow, sort: readonly SortColumn[]): ListPosition => ({
  values: sort.map(({ column }) => cellOf(index, row, column)),
  key: keyOfRow(row),
});
