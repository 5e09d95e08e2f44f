/**
 * Opening the file, made if it is not there, for any number of processes at once. What was acknowledged is on the disk (`synchronous = FULL`): a
 * revocation is not taken back by a loss of power.
 */
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { StoreFault } from '@rushes/ports';

import { makeFolder } from '../crash-safety/sync.ts';
import { openReadOnly, type ReadOnlyFile } from '../sqlite-access/open-read-only.ts';
import { whileLocked } from '../sqlite-access/while-locked.ts';
import { storeFailure } from '../store-errors/store-failure.ts';
import { APPLICATION_ID, FORMAT, SCHEMA } from './schema.ts';

/** Hashes of secrets are nobody's business but the owner's. SQLite gives its files beside it the same rights. */
const OWNER_ONLY = 0o600;

const pragma = (database: DatabaseSync, name: 'application_id' | 'user_version'): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);

const prepareSchema = (path: string, database: DatabaseSync): void => {
  if (database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined) return database.exec(SCHEMA);
  if (pragma(database, 'application_id') !== APPLICATION_ID)
    throw new StoreFault({ location: path, reason: 'is a database of something else, not of API keys', hint: 'Name another file.' });
  const format = pragma(database, 'user_version');
  if (format !== FORMAT)
    throw new StoreFault({
      location: path,
      reason: `has format ${format}, this program reads and writes ${FORMAT}`,
      hint: "Open it with the program's version that wrote it.",
    });
};

/** Whether nothing has to be written before the file can be used: then opening it waits for no writer. */
const isPrepared = (database: DatabaseSync): boolean =>
  pragma(database, 'application_id') === APPLICATION_ID && pragma(database, 'user_version') === FORMAT;

const openOnce = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    if (isPrepared(database)) return database;
    database.exec('BEGIN IMMEDIATE');
    prepareSchema(path, database);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Runs one operation on the file, again later as long as another process has it locked. @throws StoreBusyError */
export const onFile = async <Result>(path: string, operation: () => Result, lockWaitMs?: number): Promise<Result> => {
  try {
    return await whileLocked(path, operation, lockWaitMs);
  } catch (error) {
    throw storeFailure(error, { location: path });
  }
};

/** @throws Error that names the file if it is damaged, of another format, or no store of keys at all. */
export const openFile = async (file: string, lockWaitMs?: number): Promise<DatabaseSync> => {
  const path = resolve(file);
  await makeFolder(dirname(path));
  await (await open(path, 'a', OWNER_ONLY)).close();
  return onFile(path, () => openOnce(path), lockWaitMs);
};

/** The same where nothing can be written: the file must be there, as this program makes it. */
export const openFileToRead = (path: string, lockWaitMs?: number): Promise<ReadOnlyFile> =>
  onFile(
    path,
    () => {
      const file = openReadOnly(path);
      if (isPrepared(file.database)) return file;
      file.database.close();
      throw new StoreFault({
        location: path,
        reason: 'was made by another version of Rushes, or holds no API keys',
        hint: "Open it with the program's version that wrote it, or name another file.",
      });
    },
    lockWaitMs,
  );
