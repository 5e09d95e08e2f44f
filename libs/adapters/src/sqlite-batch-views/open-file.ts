import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CellValue, ListedRow, Selection, SortColumn } from '@rushes/ports';
import { compareUtf8 } from '@rushes/domain';
import { columnType } from '../artefact-checks/column-type.ts';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { type PhysicalLayout, documentColumn, quoted } from './physical-layout.ts';
import type { Facts } from './plan.ts';
import type { Sql } from './conditions.ts';

/** An open artefact's statements, and the rows that they give: as SQLite has them, and as the port does. */

/** Prepared statements of one connection, by their text: the least recently used are let go beyond a bound. Rows come as arrays. */
export interface Statements {
  prepare(sql: string): StatementSync;
}

export const statementsOf = (database: DatabaseSync, bound: number): Statements => {
  const kept = new Map<string, StatementSync>();
  return {
    prepare(sql) {
      let statement = kept.get(sql);
      if (statement === undefined) {
        statement = database.prepare(sql);
        statement.setReturnArrays(true);
        const oldest = kept.size >= bound ? kept.keys().next().value : undefined;
        if (oldest !== undefined) kept.delete(oldest);
      } else {
        kept.delete(sql);
      }
      kept.set(sql, statement);
      return statement;
    },
  };
};

/** What the statements of a list or a count are run with. */
export interface OpenFile {
  readonly physical: PhysicalLayout;
  readonly statements: Statements;
  readonly facts: Facts;
  /** `_pos` of the last row whose key is not behind `key`; 0 if there is none. */
  positionOf(key: string): number;
}

/** Rows come as arrays from the statements kept here; the declared type is the one of objects. */
export const cells = (row: ReturnType<StatementSync['get']>): readonly unknown[] | undefined => row as readonly unknown[] | undefined;

/** What is selected of each row, and how a row as SQLite gives it becomes the port's. */
export interface RowShape {
  /** `_pos`, the key, the sort columns, the selected columns, the documents. */
  readonly expressions: string;
  /** The first of these, which tell where the row stands in the list. */
  readonly orderExpressions: string;
  readonly decode: (values: readonly unknown[]) => ListedRow;
}

const entryColumns = (names: readonly string[]): readonly string[] => ['e._pos', ...names.map((name) => `e.${quoted(name)}`)];

/** Throws `ArtefactFaultError` for columns or documents that the layout lacks. */
export const rowShape = ({ layout }: PhysicalLayout, select: Selection, sort: readonly SortColumn[]): RowShape => {
  const sorted = sort.map(({ column }) => column);
  const wanted = [...sorted, ...(select.columns ?? [])];
  const documents = select.documents ?? [];
  const booleans = wanted.map((column) => {
    const type = columnType(layout, column);
    if (type === undefined) throw new ArtefactFaultError(`there is no column ${JSON.stringify(column)} to select or sort by`);
    return type === 'boolean';
  });
  for (const name of documents) {
    if (!layout.documents.includes(name)) throw new ArtefactFaultError(`there is no document ${JSON.stringify(name)} to select`);
  }
  const documentsAt = 2 + wanted.length;
  return {
    expressions: entryColumns([layout.key, ...wanted, ...documents.map(documentColumn)]).join(', '),
    orderExpressions: entryColumns([layout.key, ...sorted]).join(', '),
    decode: (row) => {
      const values = booleans.map((isBoolean, n): CellValue => {
        const cell = row[2 + n] as CellValue; // as: the file's columns hold texts, integers and nulls alone
        return isBoolean && cell !== null ? cell === 1 : cell;
      });
      return {
        key: row[1] as string, // as: the key column is never null
        columns: values.slice(sorted.length),
        documents: row.slice(documentsAt) as (string | null)[], // as: documents are texts
        sortValues: values.slice(0, sorted.length),
      };
    },
  };
};

/** A row as a list's statements give it: `_pos`, the key, the sort columns, then what else was selected. */
export type Row = readonly unknown[];

export const asRows = (rows: unknown): Row[] => rows as Row[]; // as: the statements give arrays, the declared type is the one of objects

export const readRows = (statements: Statements, sql: Sql, limit: number): Row[] =>
  asRows(statements.prepare(sql.text).all(...sql.values, limit));

/** The order of a list. */
export const rowOrder =
  (sort: readonly SortColumn[]) =>
  (a: Row, b: Row): number => {
    for (const [n, { desc }] of sort.entries()) {
      const left = a[2 + n] as CellValue; // as, here and below: the file's columns hold texts, integers and nulls alone
      const right = b[2 + n] as CellValue;
      if (left === right) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      const order = typeof left === 'string' ? compareUtf8(left, String(right)) : Number(left) - Number(right);
      if (order !== 0) return desc ? -order : order;
    }
    return Number(a[0]) - Number(b[0]);
  };
