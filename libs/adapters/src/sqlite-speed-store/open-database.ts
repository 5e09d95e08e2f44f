/**
 * Opens the file, made if it is not there, for any number of processes at once.
 *
 * Every call of the store is one transaction in a write-ahead log. A killed process loses nothing that was acknowledged. The log is not synced at each
 * commit (synchronous = NORMAL), so a loss of power may take the last acknowledged transactions back; what is left is a prefix of them, because the
 * frames of the log are checksummed as a chain and it ends where the chain breaks. So rows, change record, position keep their order, the writer
 * goes on from the position that it reads, and what was lost is projected again.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { openReadOnly, type ReadOnlyFile } from '../sqlite-access/open-read-only.ts';
import { onFile, unusable } from './errors.ts';
import { defineChecksum } from './checksums.ts';
import { APPLICATION_ID, FORMAT, SCHEMA } from './schema.ts';
import { inTransaction } from './transaction.ts';
import { upgrade } from './upgrades.ts';

const CACHE_KIB = 32_768;
/** What the write-ahead log is cut back to after it was longer. */
const LOG_BYTES = 16_777_216;
/** Pages in the write-ahead log at which a commit copies them into the file and syncs: more of them save copies, and make that commit longer. */
const CHECKPOINT_PAGES = 1_000;
/** Of a new file. Larger than usual: states of up to two kilobytes lie in the page of their key, and a batch touches fewer pages. */
const PAGE_BYTES = 8_192;

const pragma = (database: DatabaseSync, name: 'application_id' | 'user_version'): unknown =>
  database.prepare(`PRAGMA ${name}`).get()?.[name];

const isEmpty = (database: DatabaseSync): boolean => database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;

const prepareSchema = (database: DatabaseSync, path: string): void => {
  if (isEmpty(database)) return database.exec(SCHEMA);
  if (pragma(database, 'application_id') !== APPLICATION_ID)
    throw new Error(`${path} is a database, but not a speed store: name another file`);
  const found = pragma(database, 'user_version');
  const format = upgrade(database, found);
  if (format === FORMAT) {
    if (format !== found) database.exec(`PRAGMA user_version = ${FORMAT}`);
    return;
  }
  throw unusable(path, `has format ${String(format)}, this program reads and writes format ${FORMAT}`);
};

/** Whether nothing has to be written before the file can be used: then opening it waits for no writer. */
const isPrepared = (database: DatabaseSync): boolean =>
  pragma(database, 'application_id') === APPLICATION_ID && pragma(database, 'user_version') === FORMAT;

const openOnce = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY`);
    database.exec(
      `PRAGMA cache_size = -${CACHE_KIB}; PRAGMA journal_size_limit = ${LOG_BYTES}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    );
    defineChecksum(database);
    if (!isPrepared(database)) inTransaction(database, () => prepareSchema(database, path));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** The change to a write-ahead log does not wait for others that do the same, so it is tried again. */
export const openDatabase = async (path: string, lockWaitMs?: number): Promise<DatabaseSync> => {
  await onFile(path, () => mkdir(dirname(path), { recursive: true }));
  return onFile(path, () => openOnce(path), lockWaitMs);
};

/** The same where nothing can be written: the file must be there, as this program makes it. */
export const openDatabaseToRead = (path: string, lockWaitMs?: number): Promise<ReadOnlyFile> =>
  onFile(
    path,
    () => {
      const file = openReadOnly(path);
      defineChecksum(file.database);
      if (isPrepared(file.database)) return file;
      file.database.close();
      throw unusable(path, 'was made by another version of Rushes, or is no speed store');
    },
    lockWaitMs,
  );
