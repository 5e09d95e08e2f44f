/** Tables of the log: defined also where there is no log, so that models can read them. */
import { TOPICS } from '@rushes/domain';
import { defineStored, type TableRecord } from '@rushes/lake';
import { foldSelect, KEYED_VIEWS } from '@rushes/views';
import type { RunContext } from '../run-context.ts';
import { emptyTable, EVENT_QUARANTINE, EVENT_TABLES } from './event-tables.ts';
import { RATING_CHANGES } from './rating-changes.ts';

export const buildLogTables = async ({ lake, engine }: RunContext): Promise<readonly TableRecord[]> => {
  const tables: TableRecord[] = [...TOPICS.map((topic) => EVENT_TABLES[topic]), EVENT_QUARANTINE, RATING_CHANGES].map(({ name, columns }) =>
    emptyTable(name, 'none', columns),
  );
  for (const table of tables) await defineStored(lake, engine, table);
  for (const view of KEYED_VIEWS) {
    const table = emptyTable(`keyed.${view.name}`, 'none', await engine.describe(foldSelect(view, EVENT_TABLES[view.topic].name)));
    await defineStored(lake, engine, table);
    tables.push(table);
  }
  return tables;
};
