import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type {
  ArtefactLayout,
  CellValue,
  Condition,
  ListQuery,
  ListedRow,
  SearchQuery,
  SearchResult,
  Selection,
  ViewRow,
} from '@rushes/ports';
import { checkConditions } from '../artefact-checks/conditions.ts';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { columnType } from '../artefact-checks/column-type.ts';
import { isThereSync } from '../crash-safety/entries.ts';
import { type ResolveMember } from './conditions.ts';
import { countRows, listRows } from './list.ts';
import { damaged, hasOtherSize, onArtefact, showsDamage } from './damage.ts';
import { type OpenFile, type RowShape, type Statements, asRows, cells, rowShape, statementsOf } from './open-file.ts';
import { FORMAT, MASK_BITS, physicalLayout, quoted } from './physical-layout.ts';
import { type Effort, LIMITS, type Limits, type Partition } from './plan.ts';
import { searchRows } from './word-index.ts';

/**
 * One open artefact, read on the calling thread. The file never changes, so it is opened as immutable: no locks, no look at a journal. It is not mapped
 * into memory: a mapped file that somebody cuts off ends the process, one that is read throws.
 */
export interface ArtefactFile {
  readonly layout: ArtefactLayout;
  readonly rows: number;
  /** By the key or a column of the layout's lookups. */
  find(column: string, value: string, select: Selection): ViewRow | undefined;
  /** The rows of those keys that exist, in the order of the keys, by one statement. */
  findMany(keys: readonly string[], select: Selection): readonly ViewRow[];
  /** `undefined`: this would take long; ask thoroughly, on another thread. */
  list(query: ListQuery, effort: Effort): readonly ListedRow[] | undefined;
  count(where: readonly Condition[], effort: Effort): number | undefined;
  /** May take long: not for a thread that must not wait. */
  search(query: SearchQuery): SearchResult;
  close(): void;
}

const KEPT_STATEMENTS = 256;

const readMeta = (database: DatabaseSync, name: string): string | undefined => {
  const value = database.prepare('SELECT value FROM _meta WHERE name = ?').get(name)?.['value'];
  return typeof value === 'string' ? value : undefined;
};

/** @throws ArtefactFaultError if the file was written by another version of this adapter. */
export const readLayout = (database: DatabaseSync, path: string): ArtefactLayout => {
  const format = readMeta(database, 'format');
  if (format !== String(FORMAT))
    throw new ArtefactFaultError(`${path} has format ${format}, this program reads ${FORMAT}: build the artefact anew`);
  return JSON.parse(readMeta(database, 'layout') ?? '{}') as ArtefactLayout; // as: written by `writeMeta` under this format's number
};

const readPartitions = (database: DatabaseSync, layout: ArtefactLayout): readonly Partition[] => {
  const isBoolean = layout.partition !== undefined && columnType(layout, layout.partition) === 'boolean';
  return database
    .prepare('SELECT code, value, rows FROM _partitions ORDER BY code')
    .all()
    .map((row) => {
      const value = row['value'] as CellValue; // as, here and below: the table's columns
      return { code: row['code'] as number, value: isBoolean && value !== null ? value === 1 : value, rows: row['rows'] as number };
    });
};

const viewRowOf = ({ key, columns, documents }: ListedRow): ViewRow => ({ key, columns, documents });

const memberResolver = (statements: Statements, sets: readonly string[]): ResolveMember => {
  const byName = 'SELECT code FROM _member_names WHERE set_number = ? AND member = ?';
  return (set, member) => {
    const setNumber = sets.indexOf(set);
    if (setNumber < 0) return undefined;
    const found = cells(statements.prepare(byName).get(setNumber, member));
    if (found === undefined) return 'unknown';
    const code = Number(found[0]);
    return code < MASK_BITS ? { setNumber, code, bit: code } : { setNumber, code };
  };
};

/** Throws SQLite's error if the file is not there; ArtefactDamagedError if it is not what was built; ArtefactFaultError if another version wrote it. */
export const openArtefactFile = (path: string, limits: Limits = LIMITS): ArtefactFile => {
  if (isThereSync(path) && hasOtherSize(path)) throw damaged(path, 'it has another size than it was built with');
  const address = pathToFileURL(path);
  address.searchParams.set('immutable', '1');
  const database = new DatabaseSync(address, { readOnly: true });
  try {
    const physical = physicalLayout(readLayout(database, path));
    const partitions = readPartitions(database, physical.layout);
    const statements = statementsOf(database, KEPT_STATEMENTS);
    const key = quoted(physical.layout.key);
    /** Most callers ask for one row after another by one and the same selection. */
    const shapes = new WeakMap<Selection, RowShape>();
    const shapeOf = (select: Selection): RowShape => {
      let shape = shapes.get(select);
      if (shape === undefined) shapes.set(select, (shape = rowShape(physical, select, [])));
      return shape;
    };
    const file: OpenFile = {
      physical,
      statements,
      facts: { partitions, resolve: memberResolver(statements, physical.sets), limits },
      positionOf: (wanted) =>
        Number(cells(statements.prepare(`SELECT _pos FROM entries WHERE ${key} <= ? ORDER BY ${key} DESC LIMIT 1`).get(wanted))?.[0] ?? 0),
    };
    return {
      layout: physical.layout,
      rows: partitions.reduce((sum, partition) => sum + partition.rows, 0),
      find: (column, value, select) => {
        if (column !== physical.layout.key && !physical.layout.lookups.includes(column)) {
          throw new ArtefactFaultError(`rows cannot be looked up by ${JSON.stringify(column)}`);
        }
        const shape = shapeOf(select);
        const sql = `SELECT ${shape.expressions} FROM entries e WHERE e.${quoted(column)} = ?`;
        const row = onArtefact(path, () => cells(statements.prepare(sql).get(value)));
        if (row === undefined) return undefined;
        return viewRowOf(shape.decode(row));
      },
      findMany: (wanted, select) => {
        const shape = shapeOf(select);
        // A cross join keeps the order of its left side.
        const sql = `SELECT ${shape.expressions} FROM json_each(?) k CROSS JOIN entries e ON e.${key} = k.value`;
        const rows = onArtefact(path, () => asRows(statements.prepare(sql).all(JSON.stringify(wanted))));
        return rows.map((row) => viewRowOf(shape.decode(row)));
      },
      list: (query, effort) => {
        checkConditions(physical.layout, query.where);
        return onArtefact(path, () => listRows(file, query, effort));
      },
      count: (where, effort) => {
        checkConditions(physical.layout, where);
        return onArtefact(path, () => countRows(file, where, effort));
      },
      search: (query) => {
        checkConditions(physical.layout, query.where);
        return onArtefact(path, () => searchRows(file, query));
      },
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    if (!showsDamage(error)) throw error;
    throw damaged(path, error.message, error);
  }
};
