/**
 * A copy of a SQLite file that others write to meanwhile: as it was at one moment. Invariant: the copy holds everything that was committed before the
 * call, and nothing of a transaction that was not.
 */
import { stat } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';

import { sync } from '../crash-safety/sync.ts';
import { isFull, sqliteCode } from '../sqlite-access/error-codes.ts';
import { storeFailure } from '../store-errors/store-failure.ts';
import { whileLocked } from '../sqlite-access/while-locked.ts';

export interface CopyOptions {
  readonly signal: AbortSignal;
  /** So many bytes more are copied. */
  readonly onBytes: (bytes: number) => void;
}

/** Pages that are copied before progress is told and a stop is noticed: a few megabytes. */
const PAGES_PER_STEP = 1_000;

const explained = (source: string, target: string, error: unknown): unknown => {
  if (!(error instanceof Error) || sqliteCode(error) === undefined) return error;
  return storeFailure(error, { location: isFull(error) ? target : source }, 'copy');
};

/**
 * A transaction that reads keeps the file as it is now for this connection. Without it a copy begins anew with every write of another process, and
 * never ends where these do not. Returns the size in pages, and that of a page.
 */
const holdStill = (database: DatabaseSync): { readonly pages: number; readonly pageBytes: number } => {
  if (!database.isTransaction) database.exec('BEGIN');
  const count = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  return { pages: count, pageBytes: Number(database.prepare('PRAGMA page_size').get()?.['page_size']) };
};

/**
 * @param target a file that is not there or empty; it is on the disk on return.
 * @throws whatever the signal was aborted with.
 */
export const copySqliteFile = async (source: string, target: string, { signal, onBytes }: CopyOptions): Promise<void> => {
  await stat(source); // SQLite would make one that is not there
  let rest: number;
  try {
    const database = new DatabaseSync(source);
    try {
      const { pages, pageBytes } = await whileLocked(source, () => holdStill(database));
      let told = 0;
      await backup(database, target, {
        rate: PAGES_PER_STEP,
        progress: ({ totalPages, remainingPages }) => {
          signal.throwIfAborted();
          onBytes((totalPages - remainingPages - told) * pageBytes);
          told = totalPages - remainingPages;
        },
      });
      rest = Math.max(0, pages - told) * pageBytes;
    } finally {
      database.close();
    }
  } catch (error) {
    throw explained(source, target, error);
  }
  await sync(target);
  onBytes(rest);
};
