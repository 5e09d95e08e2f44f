/** What a column of a table is: the one place that all formats, and the API's description, take its name, type and meaning from. */
import type { TableCell } from '@rushes/views';

/** `integer`: 32 bits with a sign. `number`: a double. `texts`: a list of texts, never null, nor are its members. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'texts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Never so of a list. */
  readonly nullable: boolean;
  readonly description?: string;
  /** What the text is, in words of JSON Schema. */
  readonly format?: 'uuid';
}

/** A row's values in the order of its table's columns. */
export type TableRow = readonly TableCell[];

/** Names the column: a table says of what it holds only what is true. */
const wrongCell = ({ name, type, nullable }: Column, value: unknown): Error =>
  new Error(`the column ${name} (${type}${nullable ? ' or null' : ''}) cannot hold ${JSON.stringify(value)}`);

/** A column's values, by its type. */
export type ColumnValues =
  | { readonly type: 'text'; readonly values: readonly (string | null)[] }
  | { readonly type: 'integer' | 'number'; readonly values: readonly (number | null)[] }
  | { readonly type: 'boolean'; readonly values: readonly (boolean | null)[] }
  | { readonly type: 'texts'; readonly values: readonly (readonly string[])[] };

type Check = (value: TableCell) => boolean;

const CHECKS: Readonly<Record<ColumnType, Check>> = {
  text: (value) => typeof value === 'string',
  // Whatever does not fit into 32 bits is another number afterwards.
  integer: (value) => typeof value === 'number' && (value | 0) === value,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  texts: (value) => typeof value === 'object' && value !== null,
};

/** Gives a row's value in the column back. The result throws an Error naming the column if the value is none of its. */
export const cellChecker = (column: Column): ((value: TableCell | undefined) => TableCell) => {
  const isOfType = CHECKS[column.type];
  const { nullable } = column;
  return (value = null) => {
    if (value === null ? nullable : isOfType(value)) return value;
    throw wrongCell(column, value);
  };
};

/** @throws Error naming the column if a value is none of its. @param at the column's place in the rows. */
export const columnValues = (column: Column, at: number, rows: readonly TableRow[]): ColumnValues => {
  const check = cellChecker(column);
  return { type: column.type, values: rows.map((row) => check(row[at])) } as ColumnValues; // as: each has been checked to be of the type
};
