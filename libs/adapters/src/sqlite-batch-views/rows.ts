import type { CellValue, SortColumn } from '@rushes/ports';
import type { Sql } from './conditions.ts';
import type { Statements } from './statements.ts';
import { compareUtf8 } from '@rushes/domain';

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
