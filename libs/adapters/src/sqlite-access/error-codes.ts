/** What SQLite's errors say. Their messages name neither the file nor a way out. */

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** SQLite's primary code, which is the low byte of an extended one; `undefined` for any other error. */
export const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;

/** Another connection has a lock that this one needs. */
export const isBusy = (error: unknown): boolean => sqliteCode(error) === SQLITE_BUSY;

export const isFull = (error: unknown): boolean => sqliteCode(error) === SQLITE_FULL;

/** The file is not what SQLite wrote, or no database at all. */
export const isDamage = (error: unknown): boolean => {
  const code = sqliteCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
};
