/** What a column of a table is: the one place that all formats, and the API's description, take its name, type and meaning from. */
import type { TableCell } from '@rushes/views';

/** `integer`: 32 bits with a sign. `number`: a double. `texts`: a list of texts, never null, nor are its members. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'texts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly description?: string;
  /** What the text is, in words of JSON Schema. */
  readonly format?: 'uuid';
}

/** A row's values in the order of its table's columns. */
export type TableRow = readonly TableCell[];

/** The values of one column. */
export const valuesOf = (rows: readonly TableRow[], at: number): TableCell[] => rows.map((row) => row[at] ?? null);

/** @throws Error naming the column: a table says of what it holds only what is true. */
export const wrongCell = ({ name, type, nullable }: Column, value: unknown): Error =>
  new Error(`the column ${name} (${type}${nullable ? ' or null' : ''}) cannot hold ${JSON.stringify(value)}`);

const MAX_INTEGER = 2 ** 31 - 1;

/** Whether a value is one of the column's. */
export const isCellOf = ({ type, nullable }: Column, value: TableCell): boolean => {
  if (value === null) return nullable;
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'texts':
      return Array.isArray(value);
  }
};
