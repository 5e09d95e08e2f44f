/**
 * Silver: one typed row per key, or a row in quarantine that says why not. Every line of a file is in exactly one of the two.
 */
import { deriveTable, derivationOf, findDerived, type TableDefinition } from '@rushes/lake';
import { quoteIdentifier, quoteLiteral } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import { type BronzeTable, REJECT_COLUMNS } from '../bronze/load-dataset.ts';
import type { RunContext } from '../context/run-context.ts';
import type { SqlModel } from '../context/sql-files.ts';
import { type CheckedNames, keptSelect, namesOf, repeatedSelect } from './repeated-keys.ts';
import type { SilverTable } from './silver-tables.ts';
import { keepTyped, typeInOrder } from './typed-in-order.ts';

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
  const names = namesOf(silver);
  const rejects = await rejectsSelect(context, bronze);
  const good: TableDefinition = {
    name: `silver.${silver.name}`,
    select: keptSelect(names, columns),
    orderBy: silver.orderBy,
    ...(silver.partitions && { partitions: silver.partitions }),
  };
  const bad: TableDefinition = {
    name: 'silver.quarantine',
    select: quarantineSelect(silver, bronze, names, rejects),
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

  const typed = await typeInOrder(context, silver, model, columns);
  if (typed) {
    // Keys ascend, so none repeats: what is not there has a fault, and faults are looked for only where there are some.
    const faults =
      typed.draft.rows < bronze.table.rows ? faultsSelect(silver, bronze, `(SELECT line_number, fault FROM (${model.select}))`) : [];
    return {
      table: await keepTyped(context, good, goodDerivation, typed),
      quarantine: await deriveTable(lake, engine, { ...bad, select: [...faults, rejects].join(' UNION ALL ') }, badDerivation),
      reused: false,
    };
  }

  await engine.materialize(names.checked, model.select);
  await engine.materialize(names.repeated, repeatedSelect(silver, names));
  const built = {
    table: await deriveTable(lake, engine, good, goodDerivation),
    quarantine: await deriveTable(lake, engine, bad, badDerivation),
    reused: false,
  };
  await engine.dropMaterialized(names.checked);
  await engine.dropMaterialized(names.repeated);
  return built;
};

/** The parts of the one quarantine table of all data sets that this data set gives: faults, repeated keys, and lines that never became rows. */
const quarantineSelect = (silver: SilverTable, bronze: BronzeTable, names: CheckedNames, rejects: string): string =>
  [...faultsSelect(silver, bronze, names.checked), ...repeatsSelect(silver, bronze, names), rejects].join(' UNION ALL ');

const lineColumns = (silver: SilverTable): string => `${quoteLiteral(silver.dataset)} AS dataset, b.source_file, b.line_number`;

const rawText = (bronze: BronzeTable): string => {
  const fields = bronze.table.columns.filter((column) => !['source_file', 'line_number', 'load_id'].includes(column.name));
  return `concat_ws(chr(9), ${fields.map((column) => `b.${quoteIdentifier(column.name)}`).join(', ')})`;
};

/** `checked`: a table, or a SELECT in brackets, with `line_number` and `fault`. */
const faultsSelect = (silver: SilverTable, bronze: BronzeTable, checked: string): readonly [string] => [
  `SELECT ${lineColumns(silver)}, c.fault AS reason, ${rawText(bronze)} AS raw FROM ${checked} c JOIN ${bronze.table.name} b ON b.line_number = c.line_number WHERE c.fault IS NOT NULL`,
];

const repeatsSelect = (silver: SilverTable, bronze: BronzeTable, { checked, repeated, sameKey }: CheckedNames): readonly [string] => [
  `SELECT ${lineColumns(silver)}, 'repeats the key of line ' || r.first_line, ${rawText(bronze)} FROM ${repeated} r JOIN ${checked} c ON ${sameKey} AND c.line_number > r.first_line AND c.fault IS NULL ` +
    `JOIN ${bronze.table.name} b ON b.line_number = c.line_number`,
];

/** The lines that never became bronze rows, as a table of the same content-named files. */
const rejectsTable = (bronze: BronzeTable): TableRecord => ({
  name: `${bronze.table.name}_rejects`,
  derivation: bronze.table.derivation,
  columns: [...REJECT_COLUMNS],
  rows: bronze.rejects?.rows ?? 0,
  files: bronze.rejects ? [bronze.rejects] : [],
});

const rejectsSelect = async ({ engine }: Pick<RunContext, 'engine'>, bronze: BronzeTable): Promise<string> => {
  const table = rejectsTable(bronze);
  await engine.defineTable(table);
  const [dataset, file] = [bronze.dataset, bronze.dump.sourceFile ?? ''].map(quoteLiteral);
  return `SELECT ${dataset} AS dataset, ${file} AS source_file, line_number, reason, raw FROM ${table.name}`;
};

/** The quarantines of all data sets as one table. */
export const combineQuarantines = (parts: readonly TableRecord[]): TableRecord => ({
  name: 'silver.quarantine',
  derivation: parts.map((part) => part.derivation.slice(0, 12)).join('-'),
  columns: parts[0]?.columns ?? [],
  rows: parts.reduce((sum, part) => sum + part.rows, 0),
  files: parts.flatMap((part) => part.files),
});
