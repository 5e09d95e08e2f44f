/**
 * Keyed views of a version: the states of its parent, or of the archive's opening balance, merged with the fold of what came since, or the fold of
 * everything. Invariant: all give the same rows in the same order, so the same bytes; a view without new events shares its parent's file.
 */
import { areSound, type Column, defineStored, hashJson } from '@rushes/lake';
import type { TableFile, TableRecord } from '@rushes/ports/manifest';
import { foldSelect, keyColumns, type KeyedView, mergeSelect } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import { EVENT_TABLES } from '../models/event-tables.ts';
import type { SilverEvents } from './silver-events.ts';

export interface KeyedTable {
  readonly table: TableRecord;
  readonly reused: boolean;
}

export const keyedName = (view: KeyedView): string => `keyed.${view.name}`;

/** A view's table names the definition that it was folded by. */
export const isOf = (view: KeyedView, table: TableRecord): boolean => table.derivation.startsWith(`${view.storedName} `);

const ADDED = 'scratch.added_events';
const EARLIER = 'scratch.earlier_states';
const LATER = 'scratch.later_states';

/** Builds one view's table and defines it. The silver tables have to be defined. */
export const buildKeyedTable = async (context: RunContext, view: KeyedView, silver: SilverEvents): Promise<KeyedTable> => {
  const { lake, engine } = context;
  const earlier = silver.base?.tables.find((table) => table.name === keyedName(view));
  const base = earlier && isOf(view, earlier) && (await areSound(lake, earlier.files)) ? earlier : undefined;
  if (base && silver.added[view.topic].length === 0) {
    await defineStored(lake, engine, base);
    return { table: base, reused: true };
  }
  const events = silver.tables[view.topic];
  let file: TableFile | undefined;
  if (base && base.rows > 0) {
    await defineStored(lake, engine, { ...events, name: ADDED, files: [...silver.added[view.topic]] });
    await defineStored(lake, engine, { ...base, name: EARLIER });
    await engine.defineView(LATER, foldSelect(view, ADDED));
    file = await storeStates(context, view, mergeSelect(view, EARLIER, LATER));
  } else if (events.rows > 0) {
    file = await storeStates(context, view, foldSelect(view, events.name));
  }
  const table = stateTable(view, await engine.describe(foldSelect(view, EVENT_TABLES[view.topic].name)), file);
  await defineStored(lake, engine, table);
  return { table, reused: false };
};

/** Writes a view's states, in the order of their keys. @returns `undefined` if there are none. */
export const storeStates = async (
  { lake, engine }: RunContext,
  view: KeyedView,
  select: string,
  prefix = `keyed/${view.name}`,
): Promise<TableFile | undefined> => {
  const path = lake.scratchPath(`${keyedName(view)}.parquet`);
  const rows = await engine.writeParquet(`SELECT * FROM (${select}) ORDER BY ${keyColumns(view).join(', ')}`, path);
  return rows === 0 ? undefined : lake.storeFile(prefix, path, rows);
};

export const stateTable = (view: KeyedView, columns: readonly Column[], file: TableFile | undefined): TableRecord => ({
  name: keyedName(view),
  derivation: `${view.storedName} ${hashJson([columns, file?.sha256 ?? null]).slice(0, 24)}`,
  columns: [...columns],
  rows: file?.rows ?? 0,
  files: file ? [file] : [],
});
