/** What SQLite says, in words that name the file and what to do about it. Nothing but this store's content is lost with the file. */

import { isDamage, sqliteCode } from '../sqlite-access/error-codes.ts';
import { whileLocked } from '../sqlite-access/while-locked.ts';

const ADVICE = 'stop everything, delete it with its -wal and -shm files, and the speed layer projects it again from the log';

export const unusable = (path: string, reason: string, cause?: unknown): Error =>
  new Error(`${path} ${reason}: ${ADVICE}`, cause === undefined ? undefined : { cause });

const explained = (path: string, error: unknown): unknown => {
  if (sqliteCode(error) === undefined || !(error instanceof Error)) return error;
  if (isDamage(error)) return unusable(path, `is damaged (${error.message})`, error);
  return new Error(`the speed store ${path}: ${error.message}`, { cause: error });
};

/**
 * Runs one operation on the file at `path`, again later as long as another process has it locked; what goes wrong in SQLite is thrown with the file's
 * name.
 * @throws StoreBusyError after `lockWaitMs`.
 */
export const onFile = async <Result>(path: string, operation: () => Result, lockWaitMs?: number): Promise<Result> => {
  try {
    return await whileLocked(path, operation, lockWaitMs);
  } catch (error) {
    throw explained(path, error);
  }
};
