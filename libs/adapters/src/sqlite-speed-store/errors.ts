/** What SQLite says, in words that name the file and what to do about it. Nothing but this store's content is lost with the file. */

import { StoreFault } from '@rushes/ports';

import { whileLocked } from '../sqlite-access/while-locked.ts';
import { storeFailure } from '../store-errors/store-failure.ts';

export const ADVICE = 'Stop everything, delete it with its -wal and -shm files, and the speed layer projects it again from the log.';

export const unusable = (path: string, reason: string): StoreFault => new StoreFault({ location: path, reason, hint: ADVICE });

/**
 * Runs one operation on the file at `path`, again later as long as another process has it locked; what goes wrong in SQLite is thrown with the file's
 * name.
 * @throws StoreBusyError after `lockWaitMs`.
 */
export const onFile = async <Result>(path: string, operation: () => Result | Promise<Result>, lockWaitMs?: number): Promise<Result> => {
  try {
    return await whileLocked(path, operation, lockWaitMs);
  } catch (error) {
    throw storeFailure(error, { location: path, onDamage: ADVICE });
  }
};
