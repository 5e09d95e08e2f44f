/**
 * The measure for a batch run: DuckDB by itself doing the same SQL on the same files, as one would write it in a script. It reads the `.gz` files
 * with its own CSV reader, numbers their lines, types, joins and writes Parquet; without hashes, quarantine files, validation, publication, or a memory limit.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASETS, IMDB_DATASET_NAMES } from '@rushes/domain';
import { MACROS } from '@rushes/lake';
import { DuckDBInstance } from '@duckdb/node-api';
import { orderModels } from '../layers/batch/src/models/order-models.ts';
import { TABLE_PLANS } from '../layers/batch/src/models/table-plans.ts';
import { SILVER_TABLES } from '../layers/batch/src/silver/silver-tables.ts';
import { readModels } from '../layers/batch/src/sql-files.ts';
import { tableReferences } from '../libs/lake/src/table-references.ts';

const [imdb = '', out = ''] = process.argv.slice(2);

const started = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const run = (sql: string) => connection.run(sql);
for (const statement of ['SET integer_division = true', "SET default_null_order = 'nulls_last'", ...MACROS]) await run(statement);
for (const schema of ['bronze', 'silver', 'gold', 'views', 'scratch']) {
  await run(`CREATE SCHEMA ${schema}`);
  await mkdir(join(out, schema), { recursive: true });
}

for (const dataset of IMDB_DATASET_NAMES) {
  const name = `bronze.${dataset.replace('.', '_')}`;
  const path = join(out, 'bronze', `${dataset}.parquet`);
  const columns = IMDB_DATASETS[dataset].map((column) => `'${column}': 'VARCHAR'`).join(', ');
  await run(
    `COPY (SELECT *, '${dataset}.tsv.gz' AS source_file, row_number() OVER () + 1 AS line_number, 'load' AS load_id FROM read_csv('${join(imdb, `${dataset}.tsv.gz`)}', ` +
      `auto_detect = false, header = true, delim = '\t', quote = '', escape = '', columns = {${columns}})) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  await run(`CREATE VIEW ${name} AS SELECT * FROM read_parquet('${path}')`);
}
const bronzeMs = performance.now() - started;

const silverModels = await readModels('silver');
for (const table of SILVER_TABLES) {
  const model = silverModels.find((candidate) => candidate.name === `silver.${table.name}`);
  await run(`CREATE TABLE scratch.checked AS ${model?.select}`);
  const order = table.orderBy.join(', ');
  const files: string[] = [];
  for (const [number, part] of (table.partitions ?? [{ where: 'true' }]).entries()) {
    const path = join(out, 'silver', `${table.name}-${number}.parquet`);
    await run(`COPY (SELECT * EXCLUDE (line_number, fault) FROM scratch.checked WHERE fault IS NULL AND ${part.where} ORDER BY ${order}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
    files.push(`'${path}'`);
  }
  await run('DROP TABLE scratch.checked');
  await run(`CREATE VIEW silver.${table.name} AS SELECT * FROM read_parquet([${files.join(', ')}])`);
}
const silverMs = performance.now() - started - bronzeMs;

const declared = new Set(SILVER_TABLES.map((table) => `silver.${table.name}`));
const models = [...silverModels.filter((model) => !declared.has(model.name)), ...(await readModels('gold')), ...(await readModels('views'))];
const reading = [];
for (const model of models) {
  const tree = await connection.runAndReadAll(`SELECT json_serialize_sql('${model.select.replaceAll("'", "''")}')`);
  reading.push({ ...model, reads: tableReferences(String(tree.getRowsJS()[0]?.[0])) });
}
let viewsMs = 0;
for (const model of orderModels(reading, declared)) {
  const before = performance.now();
  const path = join(out, model.name.replace('.', '/') + '.parquet');
  await run(`COPY (SELECT * FROM (${model.select}) ORDER BY ${TABLE_PLANS[model.name]?.orderBy.map((column) => `"${column}"`).join(', ')}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
  await run(`CREATE VIEW ${model.name} AS SELECT * FROM read_parquet('${path}')`);
  if (model.name.startsWith('views.')) viewsMs += performance.now() - before;
}
const totalMs = performance.now() - started;
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ totalMs, bronzeMs, silverMs, goldMs: totalMs - bronzeMs - silverMs - viewsMs, viewsMs, peakMb: process.resourceUsage().maxRSS / 1024 }));
