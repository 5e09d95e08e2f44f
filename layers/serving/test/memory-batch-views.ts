/**
 * A batch-view store in memory, for tests of this layer: arrays, sorted anew for every question, by the port's own words. It can be told to
 * fail, to wait, and counts what is asked of it.
 */
import {
  ArtefactNotFoundError,
  searchCollector,
  SET_SEPARATOR,
  type ArtefactLayout,
  type ArtefactReader,
  type ArtefactRow,
  type BatchViewStore,
  type CellValue,
  type Condition,
  type ListPosition,
  type Publication,
  type Selection,
  type SortColumn,
  type ViewRow,
} from '@rushes/ports';

interface Artefact {
  readonly layout: ArtefactLayout;
  readonly rows: ReadonlyMap<string, ArtefactRow>;
}

export interface MemoryBatchViews extends BatchViewStore {
  /** Questions asked of readers so far. */
  reads: number;
  /** Readers that are open. */
  openReaders: number;
  /** Awaited before every question. */
  beforeRead: (() => Promise<void>) | undefined;
  /** Removes an artefact at once. */
  dropArtefact(name: string): Promise<void>;
  /** Thrown by the next looks for the current publication. */
  failure: Error | undefined;
}

const compareCells = (a: CellValue, b: CellValue): number =>
  typeof a === 'string' && typeof b === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : Number(a) - Number(b);

const compareWithNulls = (a: CellValue, b: CellValue, desc: boolean): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return desc ? -compareCells(a, b) : compareCells(a, b);
};

const holds = (condition: Condition, cell: CellValue): boolean => {
  if (condition.op === 'missing') return cell === null;
  if (cell === null) return false;
  if (condition.op === 'contains') return String(cell).includes(condition.value);
  if (condition.op === 'has') return String(cell).split(SET_SEPARATOR).includes(condition.value);
  if (condition.op === 'hasAny')
    return String(cell)
      .split(SET_SEPARATOR)
      .some((member) => condition.value.includes(member));
  if (condition.op === 'in') return condition.value.some((one) => one === cell);
  const order = compareCells(cell, condition.value);
  const satisfied = { eq: order === 0, lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 };
  return satisfied[condition.op];
};

const columnsOf = (layout: ArtefactLayout): readonly string[] => [layout.key, ...Object.keys(layout.columns), ...layout.documents];

const reader = (store: MemoryBatchViews, { layout, rows }: Artefact): ArtefactReader => {
  const names = columnsOf(layout);
  const cell = (row: ArtefactRow, column: string): CellValue => {
    const at = names.indexOf(column);
    if (at === -1) throw new Error(`no column ${column}`);
    return row[at] ?? null;
  };
  const show = (row: ArtefactRow, select: Selection): ViewRow => ({
    key: String(row[0]),
    columns: (select.columns ?? []).map((column) => cell(row, column)),
    documents: (select.documents ?? []).map((document) => cell(row, document) as string | null),
  });
  const matches = (where: readonly Condition[]) =>
    [...rows.values()].filter((row) => where.every((condition) => holds(condition, cell(row, condition.column))));
  const compare = (sort: readonly SortColumn[], a: ListPosition, b: ListPosition): number => {
    for (const [at, { desc }] of sort.entries()) {
      const order = compareWithNulls(a.values[at] ?? null, b.values[at] ?? null, desc);
      if (order !== 0) return order;
    }
    return compareCells(a.key, b.key);
  };
  let open = true;
  const asked = async (): Promise<void> => {
    store.reads += 1;
    await store.beforeRead?.();
    if (!open) throw new Error('this artefact has been closed');
  };

  store.openReaders += 1;
  return {
    layout,
    get: async (key, select) => {
      await asked();
      const row = rows.get(key);
      return row === undefined ? undefined : show(row, select);
    },
    lookup: async (column, value, select) => {
      await asked();
      if (!layout.lookups.includes(column)) throw new Error(`${column} is no lookup`);
      const row = [...rows.values()].find((one) => cell(one, column) === value);
      return row === undefined ? undefined : show(row, select);
    },
    getMany: async (keys, select) => {
      await asked();
      return keys.flatMap((key) => {
        const row = rows.get(key);
        return row === undefined ? [] : [show(row, select)];
      });
    },
    list: async ({ where, sort, after, limit, ...select }) => {
      await asked();
      const position = (row: ArtefactRow): ListPosition => ({ values: sort.map(({ column }) => cell(row, column)), key: String(row[0]) });
      return matches(where)
        .filter((row) => after === undefined || compare(sort, position(row), after) > 0)
        .toSorted((a, b) => compare(sort, position(a), position(b)))
        .slice(0, limit)
        .map((row) => ({ ...show(row, select), sortValues: position(row).values }));
    },
    count: async (where) => {
      await asked();
      return matches(where).length;
    },
    search: async (query) => {
      await asked();
      const collector = searchCollector(layout, query);
      for (const row of matches(query.where)) collector.add(collector.columns.map((column) => cell(row, column)));
      return collector.result();
    },
    close: async () => {
      if (!open) throw new Error('closed twice');
      open = false;
      store.openReaders -= 1;
    },
  };
};

export const memoryBatchViews = (): MemoryBatchViews => {
  const artefacts = new Map<string, Artefact>();
  const retired = new Map<string, number>();
  const publications = new Map<number, Publication>();
  const newestFirst = () => [...publications.values()].toSorted((a, b) => b.number - a.number);
  const store: MemoryBatchViews = {
    reads: 0,
    openReaders: 0,
    beforeRead: undefined,
    failure: undefined,
    location: 'memory',
    build: async (name, layout, rows, options) => {
      const existing = artefacts.get(name);
      retired.delete(name);
      if (existing !== undefined && options?.anew !== true) return existing.rows.size;
      const built = new Map<string, ArtefactRow>();
      const parent = options?.parent;
      if (parent !== undefined) {
        const base = artefacts.get(parent.artefact);
        if (base === undefined) throw new ArtefactNotFoundError('memory', parent.artefact);
        for (const [key, row] of base.rows) built.set(key, row);
        for await (const keys of parent.removedKeys) for (const key of keys) built.delete(key);
      }
      const width = columnsOf(layout).length;
      for await (const chunk of rows) {
        for (const row of chunk) {
          const key = String(row[0]);
          if (row.length !== width) throw new Error(`row ${key} has ${row.length} values, not ${width}`);
          if (built.has(key)) throw new Error(`two rows have the key ${key}`);
          built.set(key, row);
        }
      }
      for (const column of layout.lookups) {
        const values = [...built.values()].map((row) => row[columnsOf(layout).indexOf(column)]).filter((value) => value !== null);
        if (new Set(values).size !== values.length) throw new Error(`a value of the lookup ${column} repeats`);
      }
      artefacts.set(name, { layout, rows: built });
      return built.size;
    },
    verify: async (name) => (artefacts.has(name) ? 'sound' : 'missing'),
    rowCount: async (name) => artefacts.get(name)?.rows.size,
    bytes: async (name) => artefacts.get(name) && JSON.stringify([...(artefacts.get(name)?.rows ?? [])]).length,
    open: async (name) => {
      const artefact = artefacts.get(name);
      if (artefact === undefined) throw new ArtefactNotFoundError('memory', name);
      return reader(store, artefact);
    },
    listArtefacts: async () => [...artefacts.keys()].filter((name) => !retired.has(name)),
    retire: async (names) => {
      for (const name of names) if (!retired.has(name) && artefacts.has(name)) retired.set(name, Date.now());
    },
    revive: async (names) => {
      for (const name of names) retired.delete(name);
      return names.filter((name) => !artefacts.has(name));
    },
    dropRetired: async (graceMs) => {
      const due = [...retired].flatMap(([name, atMs]) => (atMs <= Date.now() - graceMs ? [name] : []));
      for (const name of due) {
        artefacts.delete(name);
        retired.delete(name);
      }
      return due;
    },
    dropArtefact: async (name) => void artefacts.delete(name),
    insertPublication: async (publication) => {
      const taken = publications.get(publication.number);
      if (taken !== undefined) return publication.attempt !== undefined && taken.attempt === publication.attempt;
      publications.set(publication.number, publication);
      return true;
    },
    currentPublication: async () => {
      if (store.failure !== undefined) throw store.failure;
      return newestFirst()[0];
    },
    listPublications: async (limit) => newestFirst().slice(0, limit),
    close: async () => {},
  };
  return store;
};
