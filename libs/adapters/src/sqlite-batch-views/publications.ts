import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Publication } from '@rushes/ports';

/**
 * The publications, one row each under its unique number. They are only ever inserted; the disk has them when an insert returns. Who only reads opens
 * the file read-only, and finds no publications until there is one.
 */
export interface Publications {
  insert(publication: Publication): boolean;
  newest(limit: number): readonly Publication[];
  close(): void;
}

const BUSY_MS = 10_000;

const openFile = (path: string, readOnly: boolean): DatabaseSync => {
  const database = new DatabaseSync(path, { readOnly, timeout: BUSY_MS });
  if (!readOnly)
    database.exec('PRAGMA synchronous = EXTRA; CREATE TABLE IF NOT EXISTS publications (number INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  return database;
};

export const openPublications = (folder: string, readOnly: boolean): Publications => {
  const path = join(folder, 'publications.sqlite');
  let opened: DatabaseSync | undefined;
  const database = (): DatabaseSync | undefined => {
    if (opened === undefined && (!readOnly || existsSync(path))) opened = openFile(path, readOnly);
    return opened;
  };
  return {
    insert({ number, ...body }) {
      const result = database()?.prepare('INSERT OR IGNORE INTO publications VALUES (?, ?)').run(number, JSON.stringify(body));
      return result?.changes === 1;
    },
    newest(limit) {
      const rows = database()?.prepare('SELECT number, body FROM publications ORDER BY number DESC LIMIT ?').all(limit) ?? [];
      // as: written by `insert`
      return rows.map((row) => ({
        number: row['number'] as number,
        ...(JSON.parse(row['body'] as string) as Omit<Publication, 'number'>),
      }));
    },
    close() {
      opened?.close();
      opened = undefined;
    },
  };
};
