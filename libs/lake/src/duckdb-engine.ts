import { mkdir } from 'node:fs/promises';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type DuckDBValue, version as duckdbVersion } from '@duckdb/node-api';
import { hashJson } from './content-hash.ts';
import { type BatchEngine, BrokenStreamError, type Column, type SqlValue } from './engine.ts';
import { MACROS } from './macros.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from './sql-text.ts';
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

export interface DuckDbOptions {
  /** Bound of DuckDB's buffers in MiB; what does not fit is spilled to `tempFolder`. */
  readonly memoryLimitMb: number;
  /** What the bound may grow to, by half each time, when a statement fails for want of memory; without it, the bound stands. */
  readonly mostMemoryMb?: number | undefined;
  readonly onMoreMemory?: ((limitMb: number) => void) | undefined;
  readonly threads: number;
  readonly tempFolder: string;
}

/** DuckDB in this process, in memory, spilling to a folder. Statements run one after the other, streams beside them. */
export const openDuckDb = async (options: DuckDbOptions): Promise<BatchEngine> => {
  await mkdir(options.tempFolder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: mebibytes(options.memoryLimitMb),
    threads: String(options.threads),
    temp_directory: options.tempFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  for (const statement of ['SET integer_division = true', "SET default_null_order = 'nulls_last'", ...MACROS])
    await connection.run(statement);
  return new DuckDbEngine(instance, connection, options);
};

const mebibytes = (megabytes: number): string => `${megabytes}MiB`;

const isOutOfMemory = (error: unknown): error is Error => error instanceof Error && error.message.startsWith('Out of Memory Error');

class DuckDbEngine implements BatchEngine {
  readonly version = `duckdb ${duckdbVersion()}, macros ${hashJson(MACROS).slice(0, 8)}`;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #streams = new Set<DuckDBConnection>();
  readonly #schemas = new Set<string>();
  readonly #options: DuckDbOptions;
  #memoryMb: number;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, options: DuckDbOptions) {
    this.#instance = instance;
    this.#connection = connection;
    this.#options = options;
    this.#memoryMb = options.memoryLimitMb;
  }

  async defineTable(name: string, columns: readonly Column[], paths: readonly string[], where?: string): Promise<void> {
    const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
    const select =
      paths.length > 0
        ? `SELECT ${list} FROM read_parquet([${paths.map(quoteLiteral).join(', ')}])${where === undefined ? '' : ` WHERE ${where}`}`
        : `SELECT ${columns.map((column) => `CAST(NULL AS ${column.type}) AS ${quoteIdentifier(column.name)}`).join(', ')} WHERE false`;
    await this.defineView(name, select);
  }

  async defineView(name: string, select: string): Promise<void> {
    await this.#createSchema(name);
    await this.#connection.run(`CREATE OR REPLACE VIEW ${quoteTable(name)} AS ${select}`);
  }

  async materialize(name: string, select: string): Promise<void> {
    await this.#createSchema(name);
    await this.#withMemory(() => this.#connection.run(`CREATE OR REPLACE TABLE ${quoteTable(name)} AS ${select}`));
  }

  async dropMaterialized(name: string): Promise<void> {
    await this.#connection.run(`DROP TABLE IF EXISTS ${quoteTable(name)}`);
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

  async writeParquet(select: string, path: string): Promise<number> {
    const result = await this.#withMemory(() =>
      this.#connection.runAndReadAll(
        `COPY (${select}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
      ),
    );
    return Number(result.getRowsJS()[0]?.[0]);
  }

  async rows(select: string): Promise<readonly Readonly<Record<string, SqlValue>>[]> {
    const result = await this.#withMemory(() => this.#connection.runAndReadAll(select));
    return result.getRowObjects().map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)])));
  }

  async *streamText(select: string, signal?: AbortSignal): AsyncIterable<readonly string[]> {
    const connection = await this.#instance.connect();
    this.#streams.add(connection);
    const marked = `SELECT * FROM (${select}) UNION ALL SELECT ${quoteLiteral(END_OF_STREAM)}`;
    try {
      // A stream that sorts or gathers needs its memory before the first chunk; later it holds little more.
      const { result, first } = await this.#withMemory(async () => {
        const begun = await connection.stream(marked);
        const chunk = await begun.fetchChunk();
        signal?.throwIfAborted();
        if (chunk === null || chunk.rowCount === 0) throw new Error('Out of Memory Error: a stream ended before its first row');
        return { result: begun, first: chunk };
      });
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

  interrupt(): void {
    this.#connection.interrupt();
    for (const stream of this.#streams) stream.interrupt();
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.closeSync();
    this.#connection.closeSync();
    this.#instance.closeSync();
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
