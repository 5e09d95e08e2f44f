/**
 * Silver: one typed row per key, or a row in quarantine that says why not. Every line of a file is in exactly one of the two.
 */
import { defineStored, deriveTable, derivationOf, findDerived, quoteIdentifier, quoteLiteral, type TableDefinition } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import type { BronzeTable } from '../bronze/load-dataset.ts';
import type { RunContext } from '../context/run-context.ts';
import type { SqlModel } from '../context/sql-files.ts';
import type { SilverTable } from './silver-tables.ts';

export interface BuiltSilver {
  readonly table: TableRecord;
  readonly quarantine: TableRecord;
  readonly reused: boolean;
}

/** The model's own columns, without those that only serve the checks. */
const CHECK_COLUMNS = new Set(['line_number', 'fault']);

/**
 * Types one data set. `model` yields a row per line of bronze with `line_number`, the typed columns, and `fault`.
 * Bronze has to be defined in the engine already.
 */
export const buildSilverTable = async (
  context: RunContext,
  silver: SilverTable,
  model: SqlModel,
  bronze: BronzeTable,
  full: boolean,
): Promise<BuiltSilver> => {
  const { lake, engine } = context;
  const columns = (await engine.describe(model.select)).filter((column) => !CHECK_COLUMNS.has(column.name));
  const checked = `scratch.${silver.name}_checked`;
  const repeated = `scratch.${silver.name}_repeated`;
  const key = silver.key.map(quoteIdentifier).join(', ');
  const sameKey = silver.key.map((column) => `r.${quoteIdentifier(column)} = c.${quoteIdentifier(column)}`).join(' AND ');

  const good: TableDefinition = {
    name: `silver.${silver.name}`,
    select:
      `SELECT ${columns.map((column) => `c.${quoteIdentifier(column.name)}`).join(', ')} FROM ${checked} c ` +
      `WHERE c.fault IS NULL AND NOT EXISTS (SELECT 1 FROM ${repeated} r WHERE ${sameKey} AND c.line_number > r.first_line)`,
    orderBy: silver.orderBy,
    ...(silver.partitions && { partitions: silver.partitions }),
  };
  const bad: TableDefinition = {
    name: 'silver.quarantine',
    select: quarantineSelect(silver, bronze, checked, repeated, sameKey, await rejectsSelect(context, bronze)),
    orderBy: ['line_number'],
    partitions: [{ name: `dataset=${silver.dataset}`, where: 'true' }],
  };
  const inputs = [bronze.table, rejectsTable(bronze)];
  const [goodDerivation, badDerivation] = [good, bad].map((definition) =>
    derivationOf({ ...definition, select: `${model.select}\n${definition.select}` }, engine.version, inputs),
  ) as [string, string]; // as: two in, two out
  if (!full) {
    const [table, quarantine] = await Promise.all(
      [goodDerivation, badDerivation].map((derivation) => findDerived(lake, derivation, context.known)),
    );
    if (table && quarantine) return { table, quarantine, reused: true };
  }

  await engine.materialize(checked, model.select);
  await engine.materialize(
    repeated,
    `SELECT ${key}, min(line_number) AS first_line FROM ${checked} WHERE fault IS NULL GROUP BY ${key} HAVING count(*) > 1`,
  );
  const built = {
    table: await deriveTable(lake, engine, good, goodDerivation),
    quarantine: await deriveTable(lake, engine, bad, badDerivation),
    reused: false,
  };
  await engine.dropMaterialized(checked);
  await engine.dropMaterialized(repeated);
  return built;
};

/** Columns of the one quarantine table of all data sets. */
const quarantineSelect = (
  silver: SilverTable,
  bronze: BronzeTable,
  checked: string,
  repeated: string,
  sameKey: string,
  rejects: string,
): string => {
  const fields = bronze.table.columns.filter((column) => !['source_file', 'line_number', 'load_id'].includes(column.name));
  const raw = `concat_ws(chr(9), ${fields.map((column) => `b.${quoteIdentifier(column.name)}`).join(', ')})`;
  const columns = `${quoteLiteral(silver.dataset)} AS dataset, b.source_file, b.line_number`;
  const file = quoteLiteral(bronze.dump.sourceFile ?? '');
  return (
    `SELECT ${columns}, c.fault AS reason, ${raw} AS raw FROM ${checked} c JOIN ${bronze.table.name} b ON b.line_number = c.line_number WHERE c.fault IS NOT NULL ` +
    `UNION ALL SELECT ${columns}, 'repeats the key of line ' || r.first_line, ${raw} FROM ${repeated} r JOIN ${checked} c ON ${sameKey} AND c.line_number > r.first_line AND c.fault IS NULL ` +
    `JOIN ${bronze.table.name} b ON b.line_number = c.line_number ` +
    `UNION ALL SELECT ${quoteLiteral(silver.dataset)}, ${file}, line_number, reason, raw FROM ${rejects}`
  );
};

/** The lines that never became bronze rows, as a table of the same content-named files. */
const rejectsTable = (bronze: BronzeTable): TableRecord => ({
  name: `${bronze.table.name}_rejects`,
  derivation: bronze.table.derivation,
  columns: [
    { name: 'line_number', type: 'BIGINT' },
    { name: 'reason', type: 'VARCHAR' },
    { name: 'raw', type: 'VARCHAR' },
  ],
  rows: bronze.rejects?.rows ?? 0,
  files: bronze.rejects ? [bronze.rejects] : [],
});

const rejectsSelect = async ({ lake, engine }: RunContext, bronze: BronzeTable): Promise<string> => {
  const table = rejectsTable(bronze);
  await defineStored(lake, engine, table);
  return table.name;
};

/** The quarantines of all data sets as one table. */
export const combineQuarantines = (parts: readonly TableRecord[]): TableRecord => ({
  name: 'silver.quarantine',
  derivation: parts.map((part) => part.derivation.slice(0, 12)).join('-'),
  columns: parts[0]?.columns ?? [],
  rows: parts.reduce((sum, part) => sum + part.rows, 0),
  files: parts.flatMap((part) => part.files),
});
