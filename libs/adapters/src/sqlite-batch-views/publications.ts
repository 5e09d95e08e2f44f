import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Publication } from '@rushes/ports';
import { isThereSync } from '../crash-safety/entries.ts';
import { isDamage } from './errors.ts';

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
const TABLE = 'CREATE TABLE IF NOT EXISTS publications (number INTEGER PRIMARY KEY, body TEXT NOT NULL)';
const SQLITE_READONLY_ROLLBACK = 776;
const NEWEST = 'SELECT number, body FROM publications ORDER BY number DESC LIMIT ?';

const hasTable = (database: DatabaseSync): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'publications'").get() !== undefined;

/** Opening for writing takes back what a writer that died had not finished. */
const recover = (path: string): void => {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  hasTable(database);
  database.close();
};

const openToRead = (path: string): DatabaseSync | undefined => {
  if (!isThereSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  if (hasTable(database)) return database;
  database.close();
  return undefined;
};

const openToWrite = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  database.exec(`PRAGMA synchronous = EXTRA; ${TABLE}`);
  return database;
};

export const openPublications = (folder: string, readOnly: boolean): Publications => {
  const path = join(folder, 'publications.sqlite');
  let opened: DatabaseSync | undefined;
  const database = (): DatabaseSync | undefined => (opened ??= readOnly ? openToRead(path) : openToWrite(path));

  const read = (limit: number): readonly Publication[] => {
    const rows = database()?.prepare(NEWEST).all(limit) ?? [];
    // as: written by `insert`
    return rows.map((row) => ({
      number: row['number'] as number,
      ...(JSON.parse(row['body'] as string) as Omit<Publication, 'number'>),
    }));
  };
  return {
    insert({ number, ...body }) {
      const result = database()?.prepare('INSERT OR IGNORE INTO publications VALUES (?, ?)').run(number, JSON.stringify(body));
      return result?.changes === 1;
    },
    newest(limit) {
      try {
        return read(limit);
      } catch (error) {
        if (isDamage(error))
          throw new Error(`${path} is damaged (${error.message}): stop everything, delete it, and the next batch run publishes anew`, {
            cause: error,
          });
        const isUnfinished = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_READONLY_ROLLBACK;
        if (!isUnfinished) throw error;
        recover(path);
        return read(limit);
      }
    },
    close() {
      opened?.close();
      opened = undefined;
    },
  };
};
