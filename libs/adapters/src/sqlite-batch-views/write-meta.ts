import type { DatabaseSync } from 'node:sqlite';
import type { ArtefactLayout } from '@rushes/ports';
import { type Dictionaries, dictionaryOf } from './encode-row.ts';
import { FORMAT, type PhysicalLayout } from './physical-layout.ts';

/** What a file says of itself beside its rows: format, layout, dictionaries, and how many rows each partition has. */

/** A layout as text: equal texts, equal files. */
export const layoutText = (layout: ArtefactLayout): string => {
  const { key, columns, documents, lookups, partition, sorts, filters } = layout;
  return JSON.stringify({ key, columns, documents, lookups, partition, sorts, filters });
};

/** Replaces what was there. */
export const writeMeta = (database: DatabaseSync, { layout }: PhysicalLayout, dictionaries: Dictionaries): void => {
  database.exec('DELETE FROM _meta; DELETE FROM _partitions; DELETE FROM _member_names');
  const meta = database.prepare('INSERT INTO _meta VALUES (?, ?)');
  meta.run('format', String(FORMAT));
  meta.run('layout', layoutText(layout));
  const partition = database.prepare('INSERT INTO _partitions VALUES (?, ?, ?)');
  for (const [value, code] of dictionaries.partitions.entries) {
    const rows = dictionaries.rows.get(code) ?? 0;
    if (rows > 0) partition.run(code, value, rows);
  }
  const member = database.prepare('INSERT INTO _member_names VALUES (?, ?, ?)');
  for (const [setNumber, set] of dictionaries.sets.entries()) {
    for (const [name, code] of set.entries) member.run(setNumber, code, name);
  }
};

export const emptyDictionaries = ({ sets }: PhysicalLayout): Dictionaries => ({
  partitions: dictionaryOf<string | number | null>([]),
  rows: new Map(),
  sets: sets.map(() => dictionaryOf<string>([])),
});

export const readDictionaries = (database: DatabaseSync, { sets }: PhysicalLayout): Dictionaries => {
  // as, here and below: the tables' columns
  const partitions = database.prepare('SELECT value, code, rows FROM _partitions').all();
  const members = database.prepare('SELECT set_number, member, code FROM _member_names').all();
  return {
    partitions: dictionaryOf(partitions.map((row) => [row['value'] as string | number | null, row['code'] as number] as const)),
    rows: new Map(partitions.map((row) => [row['code'] as number, row['rows'] as number] as const)),
    sets: sets.map((_, setNumber) =>
      dictionaryOf(
        members.filter((row) => row['set_number'] === setNumber).map((row) => [row['member'] as string, row['code'] as number] as const),
      ),
    ),
  };
};
