/**
 * One open artefact. Invariant: every answer comes from one statement on one table, which is whole or gone; where it is gone because the artefact was built anew,
 * the reader goes on with the new one, which has the same rows.
 */
import {
  ArtefactNotFoundError,
  type ArtefactReader,
  type CallOptions,
  type CellValue,
  type ListedRow,
  searchCollector,
  type Selection,
  type ViewRow,
} from '@rushes/ports';

import { checkConditions } from '../artefact-checks/conditions.ts';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import type { Cell, Connections, Rows, Statement } from '../postgres-access/connections.ts';
import { lacksTables } from '../postgres-access/format.ts';
import { quoted } from '../postgres-access/identifiers.ts';
import { showsDamage } from '../postgres-access/postgres-failure.ts';
import { storedText, textOfStored } from '../postgres-access/stored-text.ts';
import { type ArtefactEntry, type Catalog, tableName } from './catalog.ts';
import { checkList, countStatement, listStatement, partitionsOf, shapeSql } from './list-sql.ts';
import { ROWS_AT_ONCE, searchStatement } from './search-sql.ts';
import { nameOf } from './statement-name.ts';
import type { Verified } from './verify.ts';

/** Keys that one statement asks for. */
const KEYS_AT_ONCE = 5_000;

const valueOf = (cell: Cell | undefined): CellValue => (typeof cell === 'string' ? textOfStored(cell) : (cell ?? null));

const documentOf = (cell: Cell | undefined): string | null => (typeof cell === 'string' ? textOfStored(cell) : null);

/** A row whose first cell is the key. */
const viewRowOf = (row: readonly Cell[], { columns = [], documents = [] }: Selection): ViewRow => {
  const behindColumns = 1 + columns.length;
  return {
    key: textOfStored(String(row[0])),
    columns: row.slice(1, behindColumns).map(valueOf),
    documents: row.slice(behindColumns, behindColumns + documents.length).map(documentOf),
  };
};

export interface ReaderPlace {
  readonly connections: Connections;
  /** Quoted. */
  readonly schema: string;
  readonly catalog: Catalog;
  readonly verified: Verified;
}

export const artefactReader = ({ connections, schema, catalog, verified }: ReaderPlace, opened: ArtefactEntry): ArtefactReader => {
  const { location } = connections;
  const { name, layout } = opened;
  const { key, lookups } = layout;
  let entry = opened;
  let isClosed = false;

  /** Asks the table that the artefact has now. */
  const ask = async (make: (table: string) => Statement, { signal }: CallOptions = {}): Promise<Rows> => {
    if (isClosed) throw new Error(`the reader of ${name} in ${location} was closed: open the artefact again`);
    for (;;) {
      const asked = entry;
      try {
        return await connections.read(make(`${schema}.${tableName(asked.number)}`), { signal });
      } catch (error) {
        if (showsDamage(error)) throw verified.distrust(asked, error.message);
        if (!lacksTables(error)) throw connections.failure(error, 'read');
        const now = await catalog.find(name);
        if (now === undefined) throw new ArtefactNotFoundError(location, name);
        if (now.number === asked.number) throw verified.distrust(asked, 'its table is gone');
        entry = now;
      }
    }
  };

  /** The statement is prepared: one row by a unique index is found alike whatever is asked. */
  const find = async (column: string, value: string, select: Selection): Promise<ViewRow | undefined> => {
    const shape = shapeSql(layout, select).join(', ');
    const [row] = await ask((table) => {
      const text = `SELECT ${shape} FROM ${table} WHERE ${quoted(column)} = $1`;
      return { text, name: nameOf(text), values: [storedText(value)] };
    });
    return row && viewRowOf(row, select);
  };

  const someRows = async (keys: readonly string[], select: Selection, options: CallOptions): Promise<ReadonlyMap<string, ViewRow>> => {
    const shape = shapeSql(layout, select).join(', ');
    const rows = await ask((table) => {
      const text = `SELECT ${shape} FROM ${table} WHERE ${quoted(key)} = ANY($1::text[])`;
      return { text, name: nameOf(text), values: [keys.map(storedText)] };
    }, options);
    return new Map(rows.map((row) => viewRowOf(row, select)).map((row) => [row.key, row] as const));
  };

  return {
    layout,
    get: (value, select) => find(key, value, select),
    async lookup(column, value, select) {
      if (!lookups.includes(column)) throw new ArtefactFaultError(`${name} has no lookup by ${JSON.stringify(column)}`);
      return find(column, value, select);
    },
    async getMany(keys, select, options = {}) {
      options.signal?.throwIfAborted();
      const rows: ViewRow[] = [];
      for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
        const some = keys.slice(from, from + KEYS_AT_ONCE);
        const found = await someRows([...new Set(some)], select, options);
        for (const one of some) {
          const row = found.get(one);
          if (row !== undefined) rows.push(row);
        }
      }
      return rows;
    },
    async list(query, options = {}) {
      options.signal?.throwIfAborted();
      checkConditions(layout, query.where);
      checkList(layout, query);
      const partitions = partitionsOf(layout, entry.partitions, query.where);
      shapeSql(layout, query, query.sort);
      if (query.limit <= 0 || partitions.length === 0) return [];
      const rows = await ask((table) => listStatement(layout, table, query, partitions, entry.partitions?.length ?? 0), options);
      const sortsAt = 2 + (query.columns?.length ?? 0) + (query.documents?.length ?? 0);
      let part = 0;
      return rows.map((row): ListedRow => {
        if (Number(row[0]) < part) throw new Error(`${location} has read the parts of a list of ${name} out of their order`);
        part = Number(row[0]);
        return { ...viewRowOf(row.slice(1), query), sortValues: row.slice(sortsAt).map(valueOf) };
      });
    },
    async count(where, options = {}) {
      options.signal?.throwIfAborted();
      checkConditions(layout, where);
      const partitions = partitionsOf(layout, entry.partitions, where);
      if (partitions !== 'any' && where.every(({ column }) => column === layout.partition))
        return partitions.reduce((sum, { rows }) => sum + rows, 0);
      if (where.length === 0) return entry.rows;
      if (partitions.length === 0) return 0;
      const [row] = await ask((table) => countStatement(layout, table, where, partitions), options);
      return Number(row?.[0]);
    },
    async search(query, options = {}) {
      options.signal?.throwIfAborted();
      checkConditions(layout, query.where);
      const collector = searchCollector(layout, query);
      let behind: string | undefined;
      for (;;) {
        const from = behind;
        const rows = await ask((table) => searchStatement(layout, table, query, collector.columns, from), options);
        for (const row of rows) collector.add(row.map(valueOf));
        const last = rows.length < ROWS_AT_ONCE ? undefined : rows.at(-1)?.[0];
        if (typeof last !== 'string') return collector.result();
        behind = textOfStored(last);
      }
    },
    async close() {
      isClosed = true;
    },
  };
};
