/**
 * Keyed views of a version: the states of its parent, or of the archive's opening balance, merged with the fold of what came since, or the fold of
 * everything. Invariant: all give the same rows in the same order, so the same bytes; a view without new events shares its parent's file.
 */
import { areSound, hashJson } from '@rushes/lake';
import type { Column } from '@rushes/ports/batch-engine';
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
    await engine.defineTable(base);
    return { table: base, reused: true };
  }
  const events = silver.tables[view.topic];
  let file: TableFile | undefined;
  if (base && base.rows > 0) {
    await engine.defineTable({ ...events, name: ADDED, files: [...silver.added[view.topic]] });
    await engine.defineTable({ ...base, name: EARLIER });
    await engine.defineView(LATER, foldSelect(view, ADDED));
    file = await storeStates(context, view, mergeSelect(view, EARLIER, LATER));
  } else if (events.rows > 0) {
    file = await storeStates(context, view, foldSelect(view, events.name));
  }
  const table = stateTable(view, await engine.describe(foldSelect(view, EVENT_TABLES[view.topic].name)), file);
  await engine.defineTable(table);
  return { table, reused: false };
};

/** Writes a view's states, in the order of their keys. @returns `undefined` if there are none. */
export const storeStates = async (
  { engine }: RunContext,
  view: KeyedView,
  select: string,
  prefix = `keyed/${view.name}`,
): Promise<TableFile | undefined> => {
  const draft = await engine.write({ table: keyedName(view), select, orderBy: keyColumns(view) });
  if (draft.rows > 0) return draft.keep(prefix);
  await draft.discard();
  return undefined;
};

export const stateTable = (view: KeyedView, columns: readonly Column[], file: TableFile | undefined): TableRecord => ({
  name: keyedName(view),
  derivation: `${view.storedName} ${hashJson([columns, file?.sha256 ?? null]).slice(0, 24)}`,
  columns: [...columns],
  rows: file?.rows ?? 0,
  files: file ? [file] : [],
});
