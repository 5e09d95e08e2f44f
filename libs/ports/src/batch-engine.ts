/**
 * What a batch run needs of a SQL engine. Models only read: whatever writes is made by the engine, around a model's SELECT. Tables are named `schema.table`
 * (`bronze.title_basics`, `silver.titles`); names under `scratch.` are nobody's but the run's.
 *
 * An engine knows of the lake only what it is told: tables by their records, and where files are to be had and left. Which paths, buckets or temporary tables
 * it works with is its own affair. Invariant: what is written is nobody's until it is kept, and then it is whole.
 */
import type { TableFile } from './table-record.ts';

export * from './sql-text.ts';

export interface Column {
  readonly name: string;
  /**
   * As tables' records have it, whatever the engine calls it: `VARCHAR`, `INTEGER`, `BIGINT`, `DOUBLE`, `BOOLEAN`, `DECIMAL(p,s)`, `TIMESTAMP` (microseconds),
   * lists as `VARCHAR[]`, structs as `STRUCT(name VARCHAR, n BIGINT)`.
   */
  readonly type: string;
}

/** Integers that take 64 bits or more are bigints, exact at any size; decimals, instants, lists and structs are texts. */
export type SqlValue = string | number | boolean | bigint | null;

/** What of a table's record an engine reads it by. */
export interface ReadableTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly files: readonly TableFile[];
}

/** A local file of lines: what does not come out of the lake and is to become a table. */
export type StagedLines =
  /** Values between tabs, without quotes or escapes; an empty text is an empty text. */
  | { readonly format: 'tsv'; readonly path: string; readonly columns: readonly Column[] }
  /** Objects with these members; texts are well-formed Unicode. @see longestLineBytes buffers are sized by it. */
  | { readonly format: 'json'; readonly path: string; readonly columns: readonly Column[]; readonly longestLineBytes: number };

/** What is to be written into a file of a table. */
export interface Writing {
  /** The table's name: errors tell it. */
  readonly table: string;
  readonly select: string;
  /**
   * Columns by which rows are sorted: ascending, texts by their UTF-8 bytes, nulls last. Without it, rows stay in the order in which the SELECT gives them,
   * which has to come from staged lines or from one file.
   */
  readonly orderBy?: readonly string[];
}

/** Rows that were written and are in no table of the lake yet. What is neither kept nor discarded goes away with the engine. */
export interface Draft {
  readonly rows: number;
  /** Makes it readable under a name, until it is kept or discarded. */
  define(name: string): Promise<void>;
  /**
   * Whether its rows come in strictly ascending order of these columns as they were written, so that no two have the same values. A null is in no order.
   * `false` also where an engine cannot tell.
   */
  ascends(columns: readonly string[]): Promise<boolean>;
  /** Stores it as `<prefix>/<sha256>.parquet`: all of it, or nothing. @param partition what distinguishes its rows from those of the table's other files. */
  keep(prefix: string, partition?: string): Promise<TableFile>;
  discard(): Promise<void>;
}

export interface BatchEngine {
  /** Name and version: part of what derived tables are named after. */
  readonly version: string;
  /** Makes a table of the lake readable under its name, or those of its rows that satisfy `where`; one without files has no rows. */
  defineTable(table: ReadableTable, where?: string): Promise<void>;
  /** Makes staged lines readable under a name, in their order. The file has to stay until they were read. */
  defineLines(name: string, lines: StagedLines): Promise<void>;
  /** Makes a SELECT readable under a name; computed again by whoever reads it. */
  defineView(name: string, select: string): Promise<void>;
  /** Computes a SELECT once and keeps its rows, in no order, until they are dropped. @throws ComputationError */
  materialize(name: string, select: string): Promise<void>;
  dropMaterialized(name: string): Promise<void>;
  /** Names of all tables that a SELECT reads, in `schema.table` form, without its own common table expressions, sorted. */
  references(select: string): Promise<readonly string[]>;
  describe(select: string): Promise<readonly Column[]>;
  /** Writes the rows of a SELECT into one file. @throws ComputationError */
  write(writing: Writing): Promise<Draft>;
  /** A SELECT's rows, for small results. */
  rows(select: string): Promise<readonly Readonly<Record<string, SqlValue>>[]>;
  /** The values of a SELECT's only column, a text, in batches and in the SELECT's order. Made for large results. @throws BrokenStreamError */
  streamText(select: string, signal?: AbortSignal): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
}

/** The lake's files, as an engine on this machine reads them and leaves its own. */
export interface EngineFiles {
  /** A local path at which a file of the lake can be read. @throws if it is not what was stored. */
  localFile(file: TableFile): Promise<string>;
  /** Moves a local file into the lake as `<prefix>/<sha256>.parquet`. */
  storeFile(prefix: string, path: string, rows: number, partition?: string): Promise<TableFile>;
}

export interface EngineOptions {
  readonly files: EngineFiles;
  /** A local folder for what spills from memory and for drafts; it is made, and belongs to this engine alone. */
  readonly folder: string;
  /** Bound of the memory for rows, in MiB. */
  readonly memoryLimitMb: number;
  /** What the bound may grow to where a statement could not do with it; without it, the bound stands. */
  readonly mostMemoryMb?: number | undefined;
  /** Told of each new bound. */
  readonly onMoreMemory?: ((limitMb: number) => void) | undefined;
  readonly threads: number;
  /** Ends the statements under way, and refuses further ones: they throw its reason. */
  readonly signal?: AbortSignal | undefined;
}

export type OpenEngine = (options: EngineOptions) => Promise<BatchEngine>;

/** The rows of a table could not be computed. */
export class ComputationError extends Error {
  override readonly name = 'ComputationError';
  readonly table: string;
  /** Whether more memory would help. */
  readonly isOutOfMemory: boolean;
  constructor(table: string, cause: unknown, isOutOfMemory = false) {
    super(`computing ${table} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.table = table;
    this.isOutOfMemory = isOutOfMemory;
  }
}

/** A stream of rows broke off: its rows so far are not all there are. The engine does not say why. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}
