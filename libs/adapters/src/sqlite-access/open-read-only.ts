/**
 * A file with a write-ahead log, read where nothing can be written: on a disk that is mounted read-only, say. Invariant: what is read is what was
 * committed, or it is refused.
 *
 * SQLite reads such a file beside its writers by the files that these keep there (`-wal`, `-shm`). Where there are none, nobody has it open: then it is
 * opened as one that does not change, and each read is checked against a writer that has come since.
 */
import { type BigIntStats, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import { StoreFault } from '@rushes/ports';

export interface ReadOnlyFile {
  readonly database: DatabaseSync;
  /** To be called behind each read. @throws OutdatedFileError if a writer came since the file was opened as one that does not change. */
  readonly check: () => void;
}

class OutdatedFileError extends StoreFault {
  override readonly name = 'OutdatedFileError';
  constructor(path: string) {
    super({
      location: path,
      reason: 'is in use by somebody who may write, and was not when it was opened',
      hint: 'Start again, then what is written is seen.',
    });
  }
}

const statOf = (path: string): BigIntStats | undefined => statSync(path, { bigint: true, throwIfNoEntry: false });
/** Whether somebody who may write has the file open, or had and was killed. */
const isInUse = (path: string): boolean => statOf(`${path}-shm`) !== undefined || (statOf(`${path}-wal`)?.size ?? 0n) > 0n;
const identityOf = (path: string): string => {
  const info = statOf(path);
  return info === undefined ? 'gone' : [info.dev, info.ino, info.size, info.mtimeNs].join(' ');
};

const opened = (path: string | URL): DatabaseSync => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** @throws SQLite's error if the file is not there or damaged, and where a writer has left a write-ahead log without its `-shm` file. */
export const openReadOnly = (path: string): ReadOnlyFile => {
  if (isInUse(path)) return { database: opened(path), check: () => undefined };
  const before = identityOf(path);
  const address = pathToFileURL(path);
  address.searchParams.set('immutable', '1');
  const database = opened(address);
  return {
    database,
    check: () => {
      if (isInUse(path) || identityOf(path) !== before) throw new OutdatedFileError(path);
    },
  };
};
