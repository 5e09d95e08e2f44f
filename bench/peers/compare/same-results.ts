/** Times are worth comparing only if the same was computed: results of two programs over the same files, row by row. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { quoteIdentifier, quoteLiteral } from '@rushes/ports/batch-engine';
import type { Manifest } from '@rushes/ports/manifest';

import { RESULT_TABLES, type ResultTable } from './result-tables.ts';

/** Whose results they are, and the Parquet files of each table. */
export interface Results {
  readonly of: string;
  files(table: string): readonly string[];
}

/** What a peer wrote: a folder for each table. */
export const peerResults = (of: string, folder: string): Results => ({ of, files: (table) => [join(folder, 'gold', table, '*.parquet')] });

/** What the first run in a data folder published. */
export const publishedResults = async (data: string): Promise<Results> => {
  const manifest = JSON.parse(await readFile(join(data, 'lake/manifests/manifest-1.json'), 'utf8')) as Manifest; // as: written by the run
  return {
    of: 'Rushes',
    files: (table) => {
      const found = manifest.tables.find(({ name }) => name === `gold.${table}`);
      if (!found) throw new Error(`Rushes has no table gold.${table}`);
      return found.files.map(({ key }) => join(data, 'lake', key));
    },
  };
};

const list = (texts: readonly string[], separator = ', '): string => texts.join(separator);

/** The first row of a result, as the texts of its cells; `undefined` if there is none. */
type FirstRow = (sql: string) => Promise<readonly string[] | undefined>;

/** The first key that occurs several times. */
const repeatedKey = (firstRow: FirstRow, rows: string, key: readonly string[]): Promise<readonly string[] | undefined> =>
  firstRow(`SELECT ${list(key.map((name) => `CAST(${name} AS VARCHAR)`))} FROM ${rows} GROUP BY ${list(key)} HAVING count(*) > 1 LIMIT 1`);

/** The first row, by its key, that one side alone has, or that differs: table, key and both rows. `undefined` if there is none. */
const difference = async (firstRow: FirstRow, table: ResultTable, sides: readonly [Results, Results]): Promise<string | undefined> => {
  const key = table.key.map(quoteIdentifier);
  const columns = [...key, ...table.columns.map(quoteIdentifier)];
  const keyOf = (values: readonly string[]): string => list(table.key.map((name, at) => `${name} = ${values[at]}`));
  const rows: string[] = [];
  for (const side of sides) {
    const of = `(SELECT ${list(columns)} FROM read_parquet([${list(side.files(table.name).map(quoteLiteral))}]))`;
    const repeated = await repeatedKey(firstRow, of, key);
    if (repeated) return `${table.name}: ${side.of} has ${keyOf(repeated)} several times`;
    rows.push(of);
  }
  const where = (of: string): string => `CASE WHEN ${of}.${key[0]} IS NULL THEN 'no such row' ELSE CAST(to_json(${of}) AS VARCHAR) END`;
  const found = await firstRow(`
    SELECT ${where('a')}, ${where('b')}, ${list(key.map((name) => `CAST(coalesce(a.${name}, b.${name}) AS VARCHAR)`))}
    FROM ${list(
      rows.map((of, at) => `${of} ${'ab'[at]}`),
      ' FULL JOIN ',
    )}
    ON ${list(
      key.map((name) => `a.${name} = b.${name}`),
      ' AND ',
    )}
    WHERE ${list(
      columns.map((name) => `a.${name} IS DISTINCT FROM b.${name}`),
      ' OR ',
    )}
    ORDER BY ${list(key.map((name) => `coalesce(a.${name}, b.${name})`))}
    LIMIT 1`);
  if (!found) return undefined;
  const [left, right, ...values] = found;
  return `${table.name} differs at ${keyOf(values)}:\n  ${sides[0].of}: ${left}\n  ${sides[1].of}: ${right}`;
};

/** @throws with the table, the key and both rows of the first difference. */
export const requireSameResults = async (a: Results, b: Results, tables: readonly ResultTable[] = RESULT_TABLES): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const firstRow: FirstRow = async (sql) => (await connection.runAndReadAll(sql)).getRowsJS()[0]?.map(String);
    for (const table of tables) {
      const found = await difference(firstRow, table, [a, b]);
      if (found !== undefined) throw new Error(found);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
