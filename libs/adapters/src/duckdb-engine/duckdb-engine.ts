import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type DuckDBValue, version as duckdbVersion } from '@duckdb/node-api';
import {
  type BatchEngine,
  BrokenStreamError,
  type Column,
  ComputationError,
  type Draft,
  type EngineFiles,
  type EngineOptions,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type ReadableTable,
  type SqlValue,
  type StagedLines,
  type Writing,
} from '@rushes/ports/batch-engine';
import { MACROS } from './macros.ts';
import { orderFaultsSelect } from './row-order.ts';
import { linesSelect } from './staged-lines.ts';
import { tableReferences } from './table-references.ts';

/** DuckDB holds a whole row group per thread while it writes; documents of a kilobyte make its default of 122,880 rows too many. */
const ROW_GROUP_ROWS = 20_480;

/**
 * The last row of every stream. A statement that fails while its rows are fetched gives no more rows and no error (DuckDB's C interface tells it apart, its
 * binding to Node does not), so rows would be missing in silence. No text of a table holds U+001E twice in a row.
 */
const END_OF_STREAM = '\u001e\u001eend of stream';

/** The tables that a SELECT reads, by its text: parsing it takes longer than many a small table, and a process runs the same models again and again. */
const REFERENCES = new Map<string, readonly string[]>();
const MOST_REFERENCES = 1_000;

/** By how much the bound of the buffers grows when a statement could not do with it. */
const MEMORY_GROWTH = 1.5;

/** Without `files` it reads and keeps nothing of a lake. */
export type DuckDbOptions = Omit<EngineOptions, 'files'> & { readonly files?: EngineFiles };

const NO_LAKE: EngineFiles = {
  localFile: ({ key }) => Promise.reject(new Error(`this engine has no lake to read ${key} from`)),
  storeFile: (prefix) => Promise.reject(new Error(`this engine has no lake to keep a file of ${prefix} in`)),
};

/** DuckDB in this process, in memory, spilling to a folder. Statements run one after the other, streams beside them. */
export const openDuckDb = async (options: DuckDbOptions): Promise<BatchEngine> => {
  options.signal?.throwIfAborted();
  await mkdir(options.folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: mebibytes(options.memoryLimitMb),
    threads: String(options.threads),
    temp_directory: join(options.folder, 'spill'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  for (const statement of ['SET integer_division = true', "SET default_null_order = 'nulls_last'", ...MACROS])
    await connection.run(statement);
  return new DuckDbEngine(instance, connection, { files: NO_LAKE, ...options });
};

const mebibytes = (megabytes: number): string => `${megabytes}MiB`;

const OUT_OF_MEMORY = 'Out of Memory Error';
const isOutOfMemory = (error: unknown): error is Error => error instanceof Error && error.message.startsWith(OUT_OF_MEMORY);

/** Names the macros among what rows depend on. */
const MACROS_HASH = createHash('sha256').update(JSON.stringify(MACROS)).digest('hex').slice(0, 8);

const readParquet = (paths: readonly string[]): string => `read_parquet([${paths.map(quoteLiteral).join(', ')}])`;

class DuckDbEngine implements BatchEngine {
  readonly version = `duckdb ${duckdbVersion()}, macros ${MACROS_HASH}`;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #streams = new Set<DuckDBConnection>();
  readonly #schemas = new Set<string>();
  readonly #options: EngineOptions;
  #memoryMb: number;
  #drafts = 0;
  /** Settles with the last statement of the connection that was asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, options: EngineOptions) {
    this.#instance = instance;
    this.#connection = connection;
    this.#options = options;
    this.#memoryMb = options.memoryLimitMb;
    options.signal?.addEventListener('abort', this.#interrupt);
  }

  async defineTable({ name, columns, files }: ReadableTable, where?: string): Promise<void> {
    const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
    const paths = await Promise.all(files.map((file) => this.#options.files.localFile(file)));
    const select =
      paths.length > 0
        ? `SELECT ${list} FROM ${readParquet(paths)}${where === undefined ? '' : ` WHERE ${where}`}`
        : `SELECT ${columns.map((column) => `CAST(NULL AS ${column.type}) AS ${quoteIdentifier(column.name)}`).join(', ')} WHERE false`;
    await this.defineView(name, select);
  }

  defineLines(name: string, lines: StagedLines): Promise<void> {
    return this.defineView(name, linesSelect(lines));
  }

  async defineView(name: string, select: string): Promise<void> {
    await this.#createSchema(name);
    await this.#run(() => this.#connection.run(`CREATE OR REPLACE VIEW ${quoteTable(name)} AS ${select}`));
  }

  async materialize(name: string, select: string): Promise<void> {
    await this.#createSchema(name);
    await this.#compute(name, () => this.#connection.run(`CREATE OR REPLACE TABLE ${quoteTable(name)} AS ${select}`));
  }

  async dropMaterialized(name: string): Promise<void> {
    await this.#run(() => this.#connection.run(`DROP TABLE IF EXISTS ${quoteTable(name)}`));
  }

  async references(select: string): Promise<readonly string[]> {
    const found = REFERENCES.get(select);
    if (found !== undefined) return found;
    const [row] = await this.rows(`SELECT json_serialize_sql(${quoteLiteral(select)}) AS tree`);
    const references = tableReferences(String(row?.['tree']));
    if (REFERENCES.size >= MOST_REFERENCES) REFERENCES.clear();
    REFERENCES.set(select, references);
    return references;
  }

  async describe(select: string): Promise<readonly Column[]> {
    const rows = await this.rows(`DESCRIBE ${select}`);
    return rows.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
  }

  async write({ table, select, orderBy }: Writing): Promise<Draft> {
    this.#drafts += 1;
    const path = join(this.#options.folder, `draft-${this.#drafts}.parquet`);
    const ordered = orderBy === undefined ? select : `SELECT * FROM (${select}) ORDER BY ${orderBy.map(quoteIdentifier).join(', ')}`;
    const result = await this.#compute(table, () =>
      this.#connection.runAndReadAll(
        `COPY (${ordered}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
      ),
    );
    return this.#draft(path, Number(result.getRowsJS()[0]?.[0]));
  }

  #draft(path: string, rows: number): Draft {
    const { files } = this.#options;
    return {
      rows,
      define: (name) => this.defineView(name, `SELECT * FROM ${readParquet([path])}`),
      ascends: async (columns) => {
        const [row] = await this.rows(orderFaultsSelect(readParquet([path]), columns));
        return row?.['faults'] === 0n;
      },
      async keep(prefix, partition) {
        const file = await files.storeFile(prefix, path, rows, partition);
        await rm(path, { force: true });
        return file;
      },
      discard: () => rm(path, { force: true }),
    };
  }

  async rows(select: string): Promise<readonly Readonly<Record<string, SqlValue>>[]> {
    const result = await this.#withMemory(() => this.#run(() => this.#connection.runAndReadAll(select)));
    return result.getRowObjects().map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)])));
  }

  async *streamText(select: string, signal?: AbortSignal): AsyncIterable<readonly string[]> {
    const connection = await this.#instance.connect();
    this.#streams.add(connection);
    const marked = `SELECT * FROM (${select}) UNION ALL SELECT ${quoteLiteral(END_OF_STREAM)}`;
    try {
      // A stream that sorts or gathers needs its memory before the first chunk; later it holds little more.
      const { result, first } = await this.#withMemory(() =>
        this.#interruptible(async () => {
          const begun = await connection.stream(marked);
          const chunk = await begun.fetchChunk();
          signal?.throwIfAborted();
          if (chunk === null || chunk.rowCount === 0) throw new Error(`${OUT_OF_MEMORY}: a stream ended before its first row`);
          return { result: begun, first: chunk };
        }),
      );
      let last: string | undefined;
      for (let chunk: DuckDBDataChunk | null = first; chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        signal?.throwIfAborted();
        const vector = chunk.getColumnVector(0);
        const texts: string[] = [];
        for (let row = 0; row < chunk.rowCount; row++) texts.push(String(vector.getItem(row)));
        last = texts.at(-1);
        if (last === END_OF_STREAM) texts.pop();
        if (texts.length > 0) yield texts;
      }
      signal?.throwIfAborted();
      if (last !== END_OF_STREAM)
        throw new BrokenStreamError(
          `the batch engine ended a stream before its end, which it does where ${this.#memoryMb} MiB of memory do not suffice`,
        );
    } finally {
      this.#streams.delete(connection);
      connection.closeSync();
    }
  }

  readonly #interrupt = (): void => {
    this.#connection.interrupt();
    for (const stream of this.#streams) stream.interrupt();
  };

  async close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#interrupt);
    for (const stream of this.#streams) stream.closeSync();
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  /**
   * A statement of the connection, which an abort interrupts; it throws the abort's reason then. One waits here for those before it, not in DuckDB: there an
   * abort would end only the one that runs, and begin the next.
   */
  #run<T>(statement: () => Promise<T>): Promise<T> {
    const run = this.#last.then(() => this.#interruptible(statement));
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #interruptible<T>(statement: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    try {
      return await statement();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** What makes the rows of a table: an error names it. */
  async #compute<T>(table: string, statement: () => Promise<T>): Promise<T> {
    try {
      return await this.#withMemory(() => this.#run(statement));
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      throw new ComputationError(table, error, error instanceof Error && error.message.includes(OUT_OF_MEMORY));
    }
  }

  /** What the joined keys and a sort's runs take is known only when they are there: a statement without side effects gets more, and begins again. */
  async #withMemory<T>(statement: () => Promise<T>): Promise<T> {
    for (;;) {
      const limitMb = this.#memoryMb;
      try {
        return await statement();
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        const more = Math.min(Math.ceil(limitMb * MEMORY_GROWTH), this.#options.mostMemoryMb ?? limitMb);
        // Another statement may have got more meanwhile.
        if (more <= limitMb && this.#memoryMb <= limitMb)
          throw new Error(`the batch engine needs more than ${limitMb} MiB of memory: ${error.message.split('\n')[0]}`, { cause: error });
        if (this.#memoryMb > limitMb) continue;
        await this.#connection.run(`SET memory_limit = '${mebibytes(more)}'`);
        this.#memoryMb = more;
        this.#options.onMoreMemory?.(more);
      }
    }
  }

  async #createSchema(name: string): Promise<void> {
    const schema = name.split('.')[0] ?? '';
    if (this.#schemas.has(schema)) return;
    await this.#connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`);
    this.#schemas.add(schema);
  }
}

const plainValue = (value: DuckDBValue): SqlValue => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return value;
  return String(value);
};
