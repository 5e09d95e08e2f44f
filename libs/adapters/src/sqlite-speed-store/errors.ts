/** What SQLite says, in words that name the file and what to do about it. Nothing but this store's content is lost with the file. */

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** SQLite's error code without its extension. */
const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;

export const isBusy = (error: unknown): boolean => codeOf(error) === SQLITE_BUSY;

const ADVICE = 'stop everything, delete it with its -wal and -shm files, and the speed layer projects it again from the log';

export const unusable = (path: string, reason: string, cause?: unknown): Error =>
  new Error(`${path} ${reason}: ${ADVICE}`, cause === undefined ? undefined : { cause });

/** Runs one operation on the file at `path`; what goes wrong in SQLite is thrown with the file's name. */
export const onFile = <Result>(path: string, operation: () => Result): Result => {
  try {
    return operation();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) throw unusable(path, `is damaged (${error.message})`, error);
    throw new Error(`the speed store ${path}: ${error.message}`, { cause: error });
  }
};
