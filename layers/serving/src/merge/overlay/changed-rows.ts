/**
 * The rows of a view that events changed since the cut: for each key the batch artefact's row (if it has one) and the row that stands for it now (if
 * there is one). Persistent: a copy costs nothing, and changing it leaves the original as it was, so an answer reads one state from start to end.
 *
 * Sorted lists are built when they are first asked for, and kept up by each change from then on; of many, those asked for last. Rows may change while a
 * list is built: then it is brought up to what came after.
 */
import { compareUtf8 } from '@rushes/domain';
import type { ArtefactLayout, ArtefactRow, Condition, ListPosition, SortColumn } from '@rushes/ports';
import SortedBTree from 'sorted-btree';

import { type CountDifference, type CountedChange, differenceOf } from './count-difference.ts';
import { cellOf, keyOfRow, rowIndex, type RowIndex } from './layout-row.ts';
import {
  buildList,
  conditionsName,
  emptyList,
  fixesColumn,
  type ListKind,
  listName,
  type RowChange,
  type SortedList,
} from './sorted-list.ts';

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;
type Tree<K, V> = InstanceType<typeof BTree<K, V>>;

/** Lists, and counts. Each costs some microseconds whenever a row changes, and a list some bytes a row. */
const MOST_KEPT = 32;

export interface ChangedRow {
  /** Without documents, which are read again where they are needed: of many changed rows they would be most of the memory. */
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
  /** Rows that stand now and satisfy those conditions that fix a column, in an order: others of the conditions are left to check. */
  list(where: readonly Condition[], sort: readonly SortColumn[]): Promise<SortedList>;
  /** How many rows more satisfy conditions now than before, on the whole: found out once, and kept up by each change from then on. */
  countDifference(where: readonly Condition[]): number;
  /** The lists that are kept, the one asked for last at the end. */
  lists(): readonly ListKind[];
  /** A copy that can be changed. */
  edit(): ChangedRowsEditor;
}

export interface ChangedRowsEditor {
  get(key: string): ChangedRow | undefined;
  set(key: string, row: ChangedRow): void;
  /** Puts what was changed so far into the lists: `done` has less left to do. */
  sortIn(): void;
  done(): ChangedRows;
}

type Lists = Map<string, SortedList>;
type Counts = ReadonlyMap<string, CountDifference>;

/** The rows as they were changed next. */
interface Successor {
  readonly lists: Lists;
  readonly changes: () => readonly RowChange[];
  readonly next: () => Successor | undefined;
}

/** What all states of one view have in common. */
interface Line {
  /** Lists that are being built: only then is it remembered what comes after a state, lest a slow request holds all that came since. */
  building: number;
}

/** A map remembers the order of insertion: what was asked for last is at the end. */
const keep = <Kept>(all: Map<string, Kept>, name: string, one: Kept): void => {
  all.delete(name);
  all.set(name, one);
  for (const oldest of all.keys()) {
    if (all.size <= MOST_KEPT) break;
    all.delete(oldest);
  }
};

const changedRows = (
  index: RowIndex,
  byKey: Tree<string, ChangedRow>,
  lookups: ReadonlyMap<string, Tree<string, string>>,
  lists: Lists,
  keptCounts: Counts,
  line: Line,
): ChangedRows & Pick<Successor, 'next'> => {
  const counts = new Map(keptCounts);
  const building = new Map<string, Promise<SortedList>>();
  let successor: Successor | undefined;
  function* standing(): Generator<ArtefactRow> {
    for (const { now } of byKey.values()) if (now !== undefined) yield now;
  }
  const build = async (name: string, kind: ListKind): Promise<SortedList> => {
    line.building += 1;
    try {
      const built = await buildList(index, kind, standing());
      keep(lists, name, built);
      let list = built;
      for (let later = successor; later !== undefined; later = later.next()) keep(later.lists, name, (list = list.with(later.changes())));
      return built;
    } finally {
      line.building -= 1;
      building.delete(name);
    }
  };
  return {
    index,
    size: byKey.size,
    get: (key) => byKey.get(key),
    lookup: (column, value) => lookups.get(column)?.get(value),
    values: () => byKey.values(),
    async list(where, sort) {
      const kind = { fixed: where.filter(fixesColumn), sort };
      const name = listName(kind);
      const known = lists.get(name);
      if (known !== undefined) {
        keep(lists, name, known);
        return known;
      }
      let built = building.get(name);
      if (built === undefined) building.set(name, (built = build(name, kind)));
      return built;
    },
    countDifference(where) {
      const name = conditionsName(where);
      let found = counts.get(name);
      if (found === undefined)
        found = differenceOf(index, where).with([...byKey.values()].map(({ before, now }) => ({ hidden: before, old: undefined, now })));
      keep(counts, name, found);
      return found.value;
    },
    lists: () => [...lists.values()].map(({ kind }) => kind),
    edit: () =>
      editor(index, byKey, lookups, lists, new Map(counts), line, (next) => {
        if (line.building > 0) successor = next;
      }),
    next: () => successor,
  };
};

const editor = (
  index: RowIndex,
  oldKeys: Tree<string, ChangedRow>,
  oldLookups: ReadonlyMap<string, Tree<string, string>>,
  oldLists: Lists,
  oldCounts: Counts,
  line: Line,
  onDone: (successor: Successor) => void,
): ChangedRowsEditor => {
  const byKey = oldKeys.clone();
  const lookups = new Map([...oldLookups].map(([column, tree]) => [column, tree.clone()]));
  const lists: Lists = new Map(oldLists);
  const edited = new Set<string>();
  let unsorted: RowChange[] = [];
  const recounted: CountedChange[] = [];
  const lookupValues = (row: ArtefactRow | undefined) =>
    row === undefined
      ? []
      : [...lookups].flatMap(([column, tree]) => {
          const value = cellOf(index, row, column);
          return typeof value === 'string' ? [{ tree, value }] : [];
        });
  const set = (key: string, changed: ChangedRow): void => {
    const known = byKey.get(key);
    const change: RowChange = { old: known?.now, now: changed.now };
    // Counted before, as a row of the artefact; a row that changed already is hidden already.
    if (oldCounts.size > 0) recounted.push({ ...change, hidden: known === undefined ? changed.before : undefined });
    for (const { tree, value } of lookupValues(change.old)) tree.delete(value);
    byKey.set(key, changed);
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
    set,
    sortIn,
    done() {
      sortIn();
      const changes = (): readonly RowChange[] =>
        [...edited].map((key): RowChange => ({ old: oldKeys.get(key)?.now, now: byKey.get(key)?.now }));
      // Lists that were built since the editing began.
      for (const [name, list] of oldLists) if (!lists.has(name)) lists.set(name, list.with(changes()));
      const counts = new Map([...oldCounts].map(([name, difference]) => [name, difference.with(recounted)]));
      const rows = changedRows(index, byKey, lookups, lists, counts, line);
      onDone({ lists, changes, next: rows.next });
      return rows;
    },
  };
};

/** No changes to a view of this layout. @param lists to keep from the beginning. */
export const noChanges = (layout: ArtefactLayout, lists: readonly ListKind[] = []): ChangedRows => {
  const index = rowIndex(layout);
  return changedRows(
    index,
    new BTree<string, ChangedRow>(undefined, compareUtf8),
    new Map(layout.lookups.map((column) => [column, new BTree<string, string>()])),
    new Map(lists.map((kind) => [listName(kind), emptyList(index, kind)])),
    new Map(),
    { building: 0 },
  );
};

/** The place of a row in an order. */
export const placeOf = (index: RowIndex, row: ArtefactRow, sort: readonly SortColumn[]): ListPosition => ({
  values: sort.map(({ column }) => cellOf(index, row, column)),
  key: keyOfRow(row),
});
