/** What readers that nobody here wrote find in the bytes of a table, in the shape of the JSON list. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';

export type Rows = readonly Readonly<Record<string, unknown>>[];

export const readNdjson = (bytes: Buffer): Rows =>
  bytes
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>); // as: an object a line, or the comparison fails

/** All cells are texts. */
export const readCsv = (bytes: Buffer): Rows => parse(bytes, { columns: true, record_delimiter: '\r\n' });

/** The JSON list as CSV has it. @param doubles names of columns that hold doubles. */
export const asTexts = (rows: Rows, doubles = /rating|score/i): Rows =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (Array.isArray(value)) return [name, value.map((member) => String(member).replaceAll(/[\\|]/g, '\\$&')).join('|')];
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        const isDouble = doubles.test(name) && Number.isInteger(value);
        return [name, value === null ? '' : isDouble ? `${text}.0` : text];
      }),
    ),
  );

const plain = (value: unknown): unknown => {
  if (value !== null && typeof value === 'object' && Symbol.iterator in value) return [...(value as Iterable<unknown>)]; // as: just looked
  return value;
};

export const readArrow = (bytes: Buffer): Rows => {
  const table = tableFromIPC(bytes);
  const names = table.schema.fields.map(({ name }) => name);
  return table.toArray().map((row: Record<string, unknown>) => Object.fromEntries(names.map((name) => [name, plain(row[name])])));
};

export const readParquet = async (bytes: Buffer): Promise<Rows> => {
  const file = new Uint8Array(bytes).buffer;
  return parquetReadObjects({ file });
};

/** Does something with the bytes as a file. */
const asFile = async <T>(bytes: Buffer, extension: string, use: (path: string, folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-table-'));
  try {
    const path = join(folder, `table.${extension}`);
    await writeFile(path, bytes);
    return await use(path, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** What DuckDB makes of a file. @param reader name of its table function. */
export const readByDuckdb = (bytes: Buffer, extension: string, reader: 'read_parquet' | 'read_csv'): Promise<Rows> =>
  asFile(bytes, extension, async (path, folder) => {
    const engine = await openDuckDb({ memoryLimitMb: 256, threads: 1, folder });
    try {
      const rows = await engine.rows(`SELECT CAST(to_json(t) AS VARCHAR) AS row FROM ${reader}('${path}') t`);
      return rows.map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>); // as: an object a row
    } finally {
      await engine.close();
    }
  });

const PYTHON = process.env['RUSHES_TEST_PYTHON'] ?? 'python3';

/** Whether Python has a package. */
export const pythonHas = (name: string): boolean => spawnSync(PYTHON, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;

/** What a program in Python makes of a file: it gets the path as its argument, and prints the rows as a JSON list. */
export const readByPython = (bytes: Buffer, extension: string, program: string): Promise<Rows> =>
  asFile(bytes, extension, async (path) => {
    const { stdout, stderr, status } = spawnSync(PYTHON, ['-c', program, path], { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Rows; // as: printed by the program
  });
