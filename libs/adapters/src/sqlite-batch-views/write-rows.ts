import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EncodedRow } from './encode-row.ts';
import type { PhysicalLayout } from './physical-layout.ts';

/** Writes rows at positions: several by one statement, which costs two thirds of one each. `flush` writes what is held back. */
export interface RowWriter {
  write(position: number, row: EncodedRow): void;
  flush(): void;
}

export const ROWS_PER_STATEMENT = 8;

/** Holds back values until they fill a statement of many rows; the rest goes one by one. */
const tableWriter = (database: DatabaseSync, table: string, width: number, together: number) => {
  const places = `(${Array.from({ length: width }, () => '?').join(',')})`;
  const prepare = (rows: number): StatementSync =>
    database.prepare(`INSERT INTO ${table} VALUES ${Array.from({ length: rows }, () => places).join(',')}`);
  const many = prepare(together);
  const one = prepare(1);
  let held: (string | number | null)[] = [];
  return {
    add(first: number, values: readonly (string | number | null)[]): void {
      held.push(first, ...values);
      if (held.length < width * together) return;
      many.run(...held);
      held = [];
    },
    flush(): void {
      for (let at = 0; at < held.length; at += width) one.run(...held.slice(at, at + width));
      held = [];
    },
  };
};

/** @param together rows that one statement writes; with 1, nothing is held back. */
export const rowWriter = (database: DatabaseSync, { layout, columns, sets }: PhysicalLayout, together: number): RowWriter => {
  const entries = tableWriter(database, 'entries', 2 + sets.length + columns.length, together);
  const documents = tableWriter(database, 'documents', 1 + layout.documents.length, together);
  const members = tableWriter(database, '_members', 3, together);
  return {
    write(position, row) {
      entries.add(position, row.entry);
      documents.add(position, row.documents);
      for (const [setNumber, code] of row.members) members.add(setNumber, [code, position]);
    },
    flush() {
      entries.flush();
      documents.flush();
      members.flush();
    },
  };
};
