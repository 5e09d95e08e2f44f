/**
 * When dumps were so whose rows are weighed against observations in the log. Invariant: the time follows from the content of the file alone, once it was
 * loaded, so a version says the same however often, and in which order, it is computed.
 */
import { derivationOf, deriveTable, findDerived } from '@rushes/lake';
import { quoteLiteral } from '@rushes/ports/batch-engine';
import type { Dump, TableRecord } from '@rushes/ports/manifest';
import type { RunContext } from '../context/run-context.ts';

export const DUMP_TIMES = {
  name: 'silver.dump_times',
  columns: [
    { name: 'dataset', type: 'VARCHAR' },
    { name: 'observed_ms', type: 'BIGINT' },
  ],
  meaning:
    'When the ratings of IMDb in this version were so, in milliseconds since 1970: what was observed later replaces them, what was observed before does not.',
} as const;

/** Ratings alone: IMDb says nothing else in two ways. */
const WEIGHED = 'title.ratings';

const rowOf = ({ dataset, observedAt }: Dump): string =>
  `SELECT ${quoteLiteral(dataset)} AS dataset, CAST(${observedAt === undefined ? 'NULL' : Date.parse(observedAt)} AS BIGINT) AS observed_ms`;

export const buildDumpTimes = async (
  { lake, engine, known: tables }: Pick<RunContext, 'lake' | 'engine' | 'known'>,
  dumps: readonly Dump[],
): Promise<{ readonly table: TableRecord; readonly reused: boolean }> => {
  const found = dumps.find(({ dataset, present }) => dataset === WEIGHED && present);
  const select = found === undefined ? `${rowOf({ dataset: WEIGHED, present: false })} WHERE false` : rowOf(found);
  const definition = { name: DUMP_TIMES.name, select, orderBy: ['dataset'] };
  const derivation = derivationOf(definition, engine.version, []);
  const known = await findDerived(lake, derivation, tables);
  return { table: known ?? (await deriveTable(lake, engine, definition, derivation)), reused: known !== undefined };
};
