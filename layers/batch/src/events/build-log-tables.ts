/**
 * What a version has of the log: silver events and keyed views. The tables are there also where there is no log, without rows, so that models can read
 * them.
 */
import { offsetAt, type PartitionRange, PARTITIONS, TOPICS } from '@rushes/domain';

import type { CatalogEntry, TableRecord } from '@rushes/ports/manifest';
import type { DuplicateFilters } from '@rushes/ports';
import { KEYED_VIEWS } from '@rushes/views';
import { keyedEntry, lateEntry, logEntries } from '../models/catalog-entries.ts';
import { LATE_EVENTS } from '../models/event-tables.ts';
import type { RunContext } from '../context/run-context.ts';
import type { StepLog } from '../context/steps.ts';
import { buildKeyedTable } from './keyed-tables.ts';
import { buildLateEvents, lateFigures } from './late-events.ts';
import { LANDINGS_FIGURE, type LandedLog } from '../archive/land-log.ts';
import { landedOf } from '../archive/landing.ts';
import { buildSilverEvents, eventFigures, type ParentVersion } from './silver-events.ts';

export interface BuiltLog {
  readonly tables: readonly TableRecord[];
  readonly catalog: readonly CatalogEntry[];
  readonly figures: Readonly<Record<string, number>>;
  /** What was gone from the log before it was archived: no version has it. */
  readonly gaps: readonly PartitionRange[];
}

export interface BuildLogOptions {
  readonly landed: LandedLog;
  readonly parent: ParentVersion | undefined;
  readonly full: boolean;
  readonly duplicateFilters: DuplicateFilters;
}

export const buildLogTables = async (context: RunContext, options: BuildLogOptions, steps: StepLog): Promise<BuiltLog> => {
  const { engine } = context;
  const { landed, parent, full, duplicateFilters } = options;
  const silver = await steps.step(
    'silver events',
    () => buildSilverEvents(context, duplicateFilters, landed, parent, full),
    ({ added }) => {
      const rows = TOPICS.flatMap((topic) => added[topic]).reduce((sum, file) => sum + file.rows, 0);
      return { rows, reused: rows === 0 };
    },
  );
  const tables: TableRecord[] = [...TOPICS.map((topic) => silver.tables[topic]), silver.quarantine];
  for (const table of tables) await engine.defineTable(table);
  for (const view of KEYED_VIEWS) {
    const { table } = await steps.step(
      `keyed.${view.name}`,
      () => buildKeyedTable(context, view, silver),
      ({ table: built, reused }) => ({ rows: built.rows, reused }),
    );
    tables.push(table);
  }
  const late = await steps.step(
    LATE_EVENTS.name,
    () => buildLateEvents(context, silver),
    ({ table, reused }) => ({ rows: table.rows, reused }),
  );
  await engine.defineTable(late.table);
  tables.push(late.table);
  const figures = { ...eventFigures(silver.counts), ...lateFigures(late.counts), [LANDINGS_FIGURE]: landed.archive.last?.number ?? 0 };
  return { tables, catalog: [...logEntries(), ...KEYED_VIEWS.map(keyedEntry), lateEntry], figures, gaps: gapsOf(landed) };
};

const gapsOf = ({ archive, cut }: LandedLog): readonly PartitionRange[] =>
  PARTITIONS.flatMap((partition) =>
    landedOf(archive.last, partition)
      .gaps.filter(({ from }) => from < offsetAt(cut, partition))
      .map(({ from, to }) => ({ partition, from, to })),
  );
