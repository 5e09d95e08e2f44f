/**
 * The measure for a batch run: DuckDB by itself doing the same SQL on the same files, as one would write it in a script: `bare-lake.ts IMDB OUT`.
 * It reads the `.gz` files with its own CSV reader, numbers their lines, types, joins, sorts and writes zstd Parquet, with two threads; without
 * hashes, a check for repeated keys, quarantine, slices, a memory limit, validation, views, or publication.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { IMDB_DATASETS, IMDB_DATASET_NAMES } from '@rushes/domain';
import { MACROS } from '@rushes/adapters/duckdb-engine';
import { quoteIdentifier, quoteLiteral } from '@rushes/ports/batch-engine';
import { foldSelect, KEYED_VIEWS } from '@rushes/views';

import { EVENT_QUARANTINE, EVENT_TABLES } from '../layers/batch/src/models/event-tables.ts';
import { orderModels } from '../layers/batch/src/models/order-models.ts';
import { TABLE_PLANS } from '../layers/batch/src/models/table-plans.ts';
import { DUMP_TIMES } from '../layers/batch/src/silver/dump-times.ts';
import { SILVER_TABLES } from '../layers/batch/src/silver/silver-tables.ts';
import { readModels } from '../layers/batch/src/context/sql-files.ts';
import { tableReferences } from '../libs/adapters/src/duckdb-engine/table-references.ts';
import { type MeasuredRun, partOf, PARTS, withRest } from './batch/measured-run.ts';
import { usage } from './process/usage.ts';

const [imdb = '', out = ''] = process.argv.slice(2);

const started = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const run = (sql: string) => connection.run(sql);
const firstCell = async (sql: string): Promise<unknown> => (await connection.runAndReadAll(sql)).getRowsJS()[0]?.[0];

const rows: Record<string, number> = {};
const steps: Record<string, number> = {};
const step = async (name: string, work: () => Promise<void>): Promise<void> => {
  const before = performance.now();
  await work();
  steps[name] = performance.now() - before;
};

/** Writes a SELECT to a file that is then read under the table's name; several files may make one table. */
const copy = async (select: string, file: string): Promise<number> =>
  Number(await firstCell(`COPY (${select}) TO ${quoteLiteral(join(out, file))} (FORMAT parquet, COMPRESSION zstd)`));
const define = async (table: string, files: readonly string[]): Promise<void> => {
  await run(`CREATE VIEW ${table} AS SELECT * FROM read_parquet([${files.map((file) => quoteLiteral(join(out, file))).join(', ')}])`);
};
const sorted = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');

for (const statement of ['SET integer_division = true', "SET default_null_order = 'nulls_last'", ...MACROS]) await run(statement);
for (const schema of ['bronze', 'silver', 'keyed', 'gold', 'scratch']) {
  await run(`CREATE SCHEMA ${schema}`);
  await mkdir(join(out, schema), { recursive: true });
}

for (const dataset of IMDB_DATASET_NAMES) {
  await step(`bronze.${dataset}`, async () => {
    const columns = IMDB_DATASETS[dataset].map((column) => `${quoteLiteral(column)}: 'VARCHAR'`).join(', ');
    const source = `${dataset}.tsv.gz`;
    const lines =
      `read_csv(${quoteLiteral(join(imdb, source))}, auto_detect = false, header = true, delim = '\t', quote = '', escape = '', ` +
      `columns = {${columns}})`;
    const file = `bronze/${dataset}.parquet`;
    await copy(
      `SELECT *, ${quoteLiteral(source)} AS source_file, row_number() OVER () + 1 AS line_number, 'load' AS load_id FROM ${lines}`,
      file,
    );
    await define(`bronze.${dataset.replace('.', '_')}`, [file]);
  });
}

const silverModels = await readModels('silver');
for (const table of SILVER_TABLES) {
  const name = `silver.${table.name}`;
  await step(name, async () => {
    const model = silverModels.find((candidate) => candidate.name === name);
    if (!model) throw new Error(`there is no model ${name}`);
    await run(`CREATE TABLE scratch.checked AS ${model.select}`);
    const files: string[] = [];
    for (const [number, part] of (table.partitions ?? [{ where: 'true' }]).entries()) {
      const file = `silver/${table.name}-${number}.parquet`;
      const kept = `SELECT * EXCLUDE (line_number, fault) FROM scratch.checked WHERE fault IS NULL AND ${part.where}`;
      await copy(`${kept} ORDER BY ${sorted(table.orderBy)}`, file);
      files.push(file);
    }
    await run('DROP TABLE scratch.checked');
    await define(name, files);
  });
}

// There is no log to read: its tables are empty. So is that of the dumps' times, which only matter beside observations.
const logTables = [...Object.values(EVENT_TABLES), EVENT_QUARANTINE, DUMP_TIMES];
for (const { name, columns } of logTables)
  await run(`CREATE TABLE ${name} (${columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`).join(', ')})`);
for (const view of KEYED_VIEWS) await run(`CREATE VIEW keyed.${view.name} AS ${foldSelect(view, EVENT_TABLES[view.topic].name)}`);

const declared = new Set([
  ...SILVER_TABLES.map((table) => `silver.${table.name}`),
  ...logTables.map(({ name }) => name),
  ...KEYED_VIEWS.map((view) => `keyed.${view.name}`),
]);
const models = [...silverModels.filter((model) => !declared.has(model.name)), ...(await readModels('gold'))];
const reading = [];
for (const model of models) {
  const tree = await firstCell(`SELECT json_serialize_sql(${quoteLiteral(model.select)})::VARCHAR`);
  if (typeof tree !== 'string') throw new Error(`${model.name} cannot be parsed`);
  reading.push({ ...model, reads: tableReferences(tree) });
}
for (const model of orderModels(reading, declared)) {
  await step(model.name, async () => {
    const plan = TABLE_PLANS[model.name];
    if (!plan) throw new Error(`${model.name} has no order of rows`);
    if ('computed' in plan) {
      await run(`CREATE VIEW ${model.name} AS ${model.select}`);
      return;
    }
    const file = `${model.name.replace('.', '/')}.parquet`;
    rows[model.name] = await copy(`SELECT * FROM (${model.select}) ORDER BY ${sorted(plan.orderBy)}`, file);
    await define(model.name, [file]);
  });
}

connection.closeSync();
instance.closeSync();
const wallMs = performance.now() - started;
const inPart = (part: string): number =>
  Object.entries(steps)
    .filter(([name]) => partOf(name) === part)
    .reduce((sum, [, ms]) => sum + ms, 0);
const measured: MeasuredRun = {
  wallMs,
  ...usage(),
  rows,
  parts: withRest(wallMs, Object.fromEntries(PARTS.map((part) => [part, inPart(part)]))),
  steps,
};
console.log(JSON.stringify(measured));
