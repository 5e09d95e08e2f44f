/**
 * The speed store. Rows: the last timestamp wins, cell by cell; cells expire; an expired cell that is compacted becomes a tombstone that beats every cell of
 * its timestamp. A crash loses the last acknowledged writes and all connections.
 */
import type { Range } from './log.ts';
import type { State, ViewName } from './views.ts';

/** State of a key, absolute within its epoch and partition, and the last offset in it. */
export interface Stated {
  readonly state: State;
  readonly last: number;
}

interface Cell {
  readonly timestamp: number;
  /** undefined: a tombstone. */
  readonly value: number | Stated | undefined;
  readonly expires: number;
  /** When the first of the copies with this timestamp expires. */
  readonly firstExpires: number;
}

export interface RowKey {
  readonly view: ViewName;
  readonly key: string;
  readonly epoch: number;
  readonly partition: number;
  readonly generation: number;
}

export interface Row extends RowKey {
  readonly cells: Readonly<Record<string, Cell>>;
}

/** A generation of an epoch in a partition. */
export interface Projection {
  readonly partition: number;
  readonly epoch: number;
  readonly generation: number;
}

export interface Coverage extends Projection {
  readonly from: number;
  /** Not to be read before its position is here. */
  readonly through: number;
  /** What the write timestamps of its rows count from: of whoever claims the generation first. */
  readonly base: number;
  readonly expires: number;
}

export interface Position extends Projection {
  readonly next: number;
  /** The barrier that ended the epoch, once the position has passed it. */
  readonly closedBy: number | undefined;
}

/** States after the records of a range, of all keys that it touches. */
export interface Change extends Range, Projection {
  readonly states: readonly (Stated & { readonly view: ViewName; readonly key: string })[];
  readonly closedBy: number | undefined;
  readonly expires: number;
}

/** Presence of an event's id, for writers that decide by it. */
interface SeenId {
  readonly offset: number;
  readonly expires: number;
}

export interface Store {
  readonly rows: Map<string, Row>;
  readonly coverage: Map<string, Coverage>;
  readonly positions: Map<string, Position>;
  readonly changes: Map<string, Change>;
  readonly ids: Map<string, SeenId>;
  /** How to take back each write since the last time everything reached the disk. */
  undo: { readonly table: string; readonly back: () => void }[];
  /** Grows with every crash: older connections are gone. */
  incarnation: number;
}

/** Forgets coverage that has expired, with its position. */
export const forgetExpired = (store: Store, now: number): void => {
  for (const [key, { expires }] of store.coverage) {
    if (now < expires) continue;
    store.coverage.delete(key);
    store.positions.delete(key);
  }
};

export const newStore = (): Store => ({
  rows: new Map(),
  coverage: new Map(),
  positions: new Map(),
  changes: new Map(),
  ids: new Map(),
  undo: [],
  incarnation: 0,
});

type Table = 'rows' | 'coverage' | 'positions' | 'changes';

const put = <T>(store: Store, table: Table, rows: Map<string, T>, key: string, value: T): void => {
  const before = rows.get(key);
  store.undo.push({ table, back: () => (before === undefined ? rows.delete(key) : rows.set(key, before)) });
  rows.set(key, value);
};

const projectionKey = ({ partition, epoch, generation }: Projection): string => `${partition}|${epoch}|${generation}`;
const rowKey = (key: RowKey): string => `${projectionKey(key)}|${key.view}|${key.key}`;

const greater = (a: Cell['value'], b: Cell['value']): boolean =>
  typeof a === 'number' && typeof b === 'number' ? a > b : JSON.stringify(a) > JSON.stringify(b);

const reconcile = (before: Cell | undefined, after: Cell): Cell => {
  if (before === undefined || after.timestamp > before.timestamp) return after;
  if (after.timestamp < before.timestamp || before.value === undefined) return before;
  return {
    timestamp: before.timestamp,
    value: greater(after.value, before.value) ? after.value : before.value,
    expires: Math.max(before.expires, after.expires),
    firstExpires: Math.min(before.firstExpires, after.firstExpires),
  };
};

/** Writes a state as one cell, or, where `cells` is `many`, each of its fields as a cell of its own. */
export const writeRow = (
  store: Store,
  key: RowKey,
  stated: Stated,
  { timestamp, expires, cells }: { timestamp: number; expires: number; cells: 'one' | 'many' },
): void => {
  const values: Readonly<Record<string, number | Stated>> = cells === 'one' ? { all: stated } : { ...stated.state, last: stated.last };
  const before = store.rows.get(rowKey(key))?.cells ?? {};
  const written = Object.entries(values).map(([column, value]): [string, Cell] => [
    column,
    reconcile(before[column], { timestamp, value, expires, firstExpires: expires }),
  ]);
  put(store, 'rows', store.rows, rowKey(key), { ...key, cells: { ...before, ...Object.fromEntries(written) } });
};

const valueOf = ({ cells }: Row, now: number): Stated | undefined => {
  const alive = Object.entries(cells).filter(([, { value, expires }]) => value !== undefined && now < expires);
  const [first] = alive;
  if (first === undefined) return undefined;
  if (typeof first[1].value === 'object') return first[1].value;
  const fields = Object.fromEntries(alive.flatMap(([column, { value }]) => (typeof value === 'number' ? [[column, value]] : [])));
  const { last, ...state } = fields;
  return { state, last: last ?? -1 };
};

export const readRow = (store: Store, key: RowKey, now: number): Stated | undefined => {
  const row = store.rows.get(rowKey(key));
  return row === undefined ? undefined : valueOf(row, now);
};

/** All rows of a view in one projection that have not expired. */
export const scanRows = (store: Store, view: ViewName, projection: Projection, now: number): readonly (Stated & { key: string })[] => {
  const prefix = `${projectionKey(projection)}|${view}|`;
  return [...store.rows].flatMap(([key, row]) => {
    const value = key.startsWith(prefix) ? valueOf(row, now) : undefined;
    return value === undefined ? [] : [{ ...value, key: row.key }];
  });
};

/**
 * Of two writers that claim the same generation the last wins: each has taken the time before it saw that there was none, so before any row. But the base stays:
 * the first may have written rows by then.
 */
export const writeCoverage = (store: Store, coverage: Coverage): void => {
  const { base } = readCoverage(store, coverage) ?? coverage;
  put(store, 'coverage', store.coverage, projectionKey(coverage), { ...coverage, base });
};

export const readCoverage = (store: Store, projection: Projection): Coverage | undefined => store.coverage.get(projectionKey(projection));

/** Generations of an epoch, the newest first. */
export const coverageOf = (store: Store, partition: number, epoch: number): readonly Coverage[] => {
  const found: Coverage[] = [];
  for (const one of store.coverage.values()) if (one.partition === partition && one.epoch === epoch) found.push(one);
  return found.length < 2 ? found : found.toSorted((a, b) => b.generation - a.generation);
};

/** Of this epoch and all later ones. */
export const coverageFrom = (store: Store, partition: number, epoch: number): readonly Coverage[] =>
  [...store.coverage.values()].filter((one) => one.partition === partition && one.epoch >= epoch);

/** The higher position wins; or the last that arrives. */
export const writePosition = (store: Store, position: Position, lastWins: boolean): void => {
  const before = readPosition(store, position);
  if (lastWins || before === undefined || position.next > before.next)
    put(store, 'positions', store.positions, projectionKey(position), position);
};

export const readPosition = (store: Store, projection: Projection): Position | undefined => store.positions.get(projectionKey(projection));

export const writeChange = (store: Store, change: Change): void =>
  put(store, 'changes', store.changes, `${projectionKey(change)}|${change.from}|${change.to}`, change);

/** Change records of a partition that have not expired. */
export const changesOf = (store: Store, partition: number, now: number): readonly Change[] =>
  [...store.changes.values()].filter((change) => change.partition === partition && now < change.expires);

/** Everything written so far is on disk. */
export const sync = (store: Store): void => {
  store.undo = [];
};

/** Loses the last `writes` writes; if not in their order, then positions and coverage survive. */
export const crash = (store: Store, writes: number, inOrder: boolean): void => {
  const lost = store.undo.splice(Math.max(0, store.undo.length - writes)).toReversed();
  for (const { table, back } of lost) if (inOrder || table === 'rows' || table === 'changes') back();
  store.undo = [];
  store.incarnation += 1;
};

/** Expired copies become tombstones of their timestamp. */
export const compact = (store: Store, now: number): void => {
  sync(store);
  for (const [key, row] of store.rows)
    store.rows.set(key, {
      ...row,
      cells: Object.fromEntries(
        Object.entries(row.cells).map(([column, cell]) => [column, cell.firstExpires <= now ? { ...cell, value: undefined } : cell]),
      ),
    });
};
