/**
 * What the batch layer needs of a SQL engine. Models only read; every statement that writes is made here, around a model's SELECT.
 * Tables are named `schema.table` (`bronze.title_basics`, `silver.titles`).
 */
export interface Column {
  readonly name: string;
  /** The engine's name of the type, such as `VARCHAR` or `INTEGER`. */
  readonly type: string;
}

export type SqlValue = string | number | boolean | bigint | null;

export interface BatchEngine {
  /** Name and version: part of what derived tables are named after. */
  readonly version: string;
  /** Makes Parquet files readable as one table, or those of their rows that satisfy `where`; without files, an empty table with these columns. */
  defineTable(name: string, columns: readonly Column[], paths: readonly string[], where?: string): Promise<void>;
  /** Makes a SELECT readable under a name; computed again by whoever reads it. */
  defineView(name: string, select: string): Promise<void>;
  /** Computes a SELECT once and keeps its rows as a table, spilling to disk, until dropped. */
  materialize(name: string, select: string): Promise<void>;
  dropMaterialized(name: string): Promise<void>;
  /** Names of all tables that a SELECT reads, in `schema.table` form, without its own common table expressions. */
  references(select: string): Promise<readonly string[]>;
  describe(select: string): Promise<readonly Column[]>;
  /** Writes the rows of a SELECT to a Parquet file (zstd), in the SELECT's order. Returns the number of rows. */
  writeParquet(select: string, path: string): Promise<number>;
  /** A SELECT's rows, for small results. */
  rows(select: string): Promise<readonly Readonly<Record<string, SqlValue>>[]>;
  /** The values of a SELECT's only column, a text, in batches and in order. Made for large results. @throws BrokenStreamError */
  streamText(select: string, signal?: AbortSignal): AsyncIterable<readonly string[]>;
  /** Ends the running statements; they fail. */
  interrupt(): void;
  close(): Promise<void>;
}

/** A stream of rows broke off: its rows so far are not all there are. The engine does not say why. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}

/** How lines of a staged file (`line-stager.ts` of the batch layer) become a table: field names in order, the first being the line number. */
export const stagedFileSelect = (path: string, columns: readonly string[], literal: (text: string) => string): string => {
  const types = ['line_number', ...columns]
    .map((name) => `${literal(name)}: ${literal(name === 'line_number' ? 'BIGINT' : 'VARCHAR')}`)
    .join(', ');
  return (
    `SELECT * FROM read_csv(${literal(path)}, auto_detect = false, header = false, delim = '\t', quote = '', escape = '', ` +
    `new_line = '\\n', max_line_size = 2097152, buffer_size = 8388608, columns = {${types}}, force_not_null = [${columns.map(literal).join(', ')}])`
  );
};
