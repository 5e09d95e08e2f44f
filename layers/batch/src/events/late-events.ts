/**
 * The ledger of late events of a version: its parent's files and a new one for what came late since. Where the parent has none of this form, and in full runs,
 * it is made anew from all typed events. Invariant: both give the same rows, since each follows from the events before it alone.
 */
import { TOPICS } from '@rushes/domain';
import { areSound, defineStored, hashJson, quoteIdentifier } from '@rushes/lake';
import type { TableFile, TableRecord } from '@rushes/ports/manifest';
import { LATE_RULES, type LateRule, lateSelect } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import { LATE_EVENTS } from '../models/event-tables.ts';
import { isOf, keyedName } from './keyed-tables.ts';
import { mergeFiles } from './merge-files.ts';
import type { SilverEvents } from './silver-events.ts';

export interface LateEvents {
  readonly table: TableRecord;
  readonly reused: boolean;
}

/** Changes when the same events would give other rows. */
const LEDGER_VERSION = 1;
const FORM = `late ${hashJson([LEDGER_VERSION, LATE_RULES.map(({ kind, view }) => [kind, view.storedName, Object.keys(view.measures)])]).slice(0, 12)}`;

const record = (files: readonly TableFile[]): TableRecord => ({
  name: LATE_EVENTS.name,
  derivation: `${FORM} ${hashJson(files.map((file) => file.sha256)).slice(0, 24)}`,
  columns: [...LATE_EVENTS.columns],
  rows: files.reduce((sum, file) => sum + file.rows, 0),
  files: [...files],
});

/** The states of a rule's view that the added events come after, if they are there as the view is defined now. */
const statesBefore = async ({ lake }: RunContext, { base }: SilverEvents, { view }: LateRule): Promise<TableRecord | undefined> => {
  const table = base?.tables.find(({ name }) => name === keyedName(view));
  return table && isOf(view, table) && (await areSound(lake, table.files)) ? table : undefined;
};

/** The ledger that the added events' rows can be put to. */
const ledgerBefore = async (context: RunContext, silver: SilverEvents): Promise<TableRecord | undefined> => {
  const ledger = silver.base?.tables.find(({ name }) => name === LATE_EVENTS.name);
  if (!ledger?.derivation.startsWith(`${FORM} `) || !(await areSound(context.lake, ledger.files))) return undefined;
  for (const rule of LATE_RULES) if (!(await statesBefore(context, silver, rule))) return undefined;
  return ledger;
};

const EVENTS = 'scratch.late_of';
const EARLIER = 'scratch.late_after';

/** Computes the rows of one rule. @param added of the added events alone. @returns the table that has them; `undefined` if there are no events to look at. */
const findLate = async (context: RunContext, silver: SilverEvents, rule: LateRule, added: boolean): Promise<string | undefined> => {
  const { lake, engine } = context;
  const events = silver.tables[rule.view.topic];
  const files = added ? silver.added[rule.view.topic] : events.files;
  if (files.length === 0) return undefined;
  await defineStored(lake, engine, { ...events, name: EVENTS, files: [...files] });
  const states = added ? await statesBefore(context, silver, rule) : undefined;
  if (states) await defineStored(lake, engine, { ...states, name: EARLIER });
  const table = `scratch.late_${rule.kind === 'bucket' ? rule.view.name : rule.source}`;
  await engine.materialize(table, lateSelect(rule, EVENTS, states && EARLIER));
  return table;
};

/** Builds the table. The silver tables have to be defined. */
export const buildLateEvents = async (context: RunContext, silver: SilverEvents): Promise<LateEvents> => {
  const before = await ledgerBefore(context, silver);
  if (before && TOPICS.every((topic) => silver.added[topic].length === 0)) return { table: before, reused: true };
  const found: string[] = [];
  for (const rule of LATE_RULES) {
    const table = await findLate(context, silver, rule, before !== undefined);
    if (table !== undefined) found.push(table);
  }
  const file = found.length === 0 ? undefined : await storeLate(context, found);
  for (const table of found) await context.engine.dropMaterialized(table);
  const files = before?.files ?? [];
  return { table: record(file ? await mergeFiles(context, LATE_EVENTS, [...files, file]) : files), reused: before !== undefined && !file };
};

const storeLate = async ({ lake, engine }: RunContext, tables: readonly string[]): Promise<TableFile | undefined> => {
  const columns = LATE_EVENTS.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const path = lake.scratchPath(`${LATE_EVENTS.name}.parquet`);
  const select = tables.map((table) => `SELECT ${columns} FROM ${table}`).join(' UNION ALL ');
  const rows = await engine.writeParquet(`SELECT * FROM (${select}) ORDER BY ${LATE_EVENTS.orderBy.map(quoteIdentifier).join(', ')}`, path);
  return rows === 0 ? undefined : lake.storeFile(LATE_EVENTS.name.replace('.', '/'), path, rows);
};
