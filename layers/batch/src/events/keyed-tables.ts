/**
 * Keyed views of a version: the parent's states merged with the fold of what came since, or the fold of everything. Invariant: both give the same rows in
 * the same order, so the same bytes; a view without new events shares its parent's file.
 */
import { areSound, type Column, defineStored, hashJson } from '@rushes/lake';
import type { TableFile, TableRecord } from '@rushes/ports/manifest';
import { foldSelect, keyColumns, type KeyedView, mergeSelect } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import { EVENT_TABLES } from '../models/event-tables.ts';
import { type ParentVersion, type SilverEvents } from './silver-events.ts';

export interface KeyedTable {
  readonly table: TableRecord;
  readonly reused: boolean;
}

const keyedName = (view: KeyedView): string => `keyed.${view.name}`;

/** A view's table names the definition that it was folded by. */
const isOf = (view: KeyedView, table: TableRecord): boolean => table.derivation.startsWith(`${view.storedName} `);

const ADDED = 'scratch.added_events';
const EARLIER = 'scratch.earlier_states';
const LATER = 'scratch.later_states';

/** Builds one view's table and defines it. The silver tables have to be defined. @param parent `undefined`: fold everything. */
export const buildKeyedTable = async (
  context: RunContext,
  view: KeyedView,
  silver: SilverEvents,
  parent: ParentVersion | undefined,
): Promise<KeyedTable> => {
  const { lake, engine } = context;
  const earlier = parent?.tables.find((table) => table.name === keyedName(view));
  const base = earlier && !silver.isAnew && isOf(view, earlier) && (await areSound(lake, earlier.files)) ? earlier : undefined;
  if (base && silver.added[view.topic].length === 0) {
    await defineStored(lake, engine, base);
    return { table: base, reused: true };
  }
  const events = silver.tables[view.topic];
  const columns = await engine.describe(foldSelect(view, EVENT_TABLES[view.topic].name));
  let file: TableFile | undefined;
  if (base && base.rows > 0) {
    await defineStored(lake, engine, { ...events, name: ADDED, files: [...silver.added[view.topic]] });
    await defineStored(lake, engine, { ...base, name: EARLIER });
    await engine.defineView(LATER, foldSelect(view, ADDED));
    file = await store(context, view, mergeSelect(view, EARLIER, LATER));
  } else if (events.rows > 0) {
    file = await store(context, view, foldSelect(view, events.name));
  }
  const table = tableOf(view, columns, file);
  await defineStored(lake, engine, table);
  return { table, reused: false };
};

const store = async ({ lake, engine }: RunContext, view: KeyedView, select: string): Promise<TableFile | undefined> => {
  const path = lake.scratchPath(`${keyedName(view)}.parquet`);
  const rows = await engine.writeParquet(`SELECT * FROM (${select}) ORDER BY ${keyColumns(view).join(', ')}`, path);
  return rows === 0 ? undefined : lake.storeFile(`keyed/${view.name}`, path, rows);
};

const tableOf = (view: KeyedView, columns: readonly Column[], file: TableFile | undefined): TableRecord => ({
  name: keyedName(view),
  derivation: `${view.storedName} ${hashJson([columns, file?.sha256 ?? null]).slice(0, 24)}`,
  columns: [...columns],
  rows: file?.rows ?? 0,
  files: file ? [file] : [],
});
