/**
 * Opening the file, made if it is not there, for any number of processes at once. What was acknowledged is on the disk (`synchronous = FULL`): a
 * revocation is not taken back by a loss of power.
 */
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

import { makeFolder } from '../crash-safety/sync.ts';
import { APPLICATION_ID, FORMAT, SCHEMA } from './schema.ts';

/** How long a statement waits while another process writes. */
const BUSY_MS = 10_000;
const RETRY_MS = 20;
const SQLITE_BUSY = 5;
/** Hashes of secrets are nobody's business but the owner's. SQLite gives its files beside it the same rights. */
const OWNER_ONLY = 0o600;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_BUSY;

const pragma = (database: DatabaseSync, name: 'application_id' | 'user_version'): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);

const prepareSchema = (path: string, database: DatabaseSync): void => {
  if (database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined) return database.exec(SCHEMA);
  if (pragma(database, 'application_id') !== APPLICATION_ID)
    throw new Error(`${path} is a database of something else, not of API keys: name another file`);
  const format = pragma(database, 'user_version');
  if (format !== FORMAT)
    throw new Error(
      `${path} has format ${format}, this program reads and writes ${FORMAT}: open it with the program's version that wrote it`,
    );
};

const openOnce = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    prepareSchema(path, database);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** SQLite's errors do not name the file. */
export const explained = (path: string, error: unknown): unknown =>
  error instanceof Error && 'errcode' in error ? new Error(`the API keys in ${path}: ${error.message}`, { cause: error }) : error;

/** @throws Error that names the file if it is damaged, of another format, or no store of keys at all. */
export const openFile = async (file: string): Promise<DatabaseSync> => {
  const path = resolve(file);
  await makeFolder(dirname(path));
  await (await open(path, 'a', OWNER_ONLY)).close();
  // Two processes that make a file at once: SQLite refuses one of them without waiting.
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      return openOnce(path);
    } catch (error) {
      if (!isBusy(error) || waitedMs >= BUSY_MS) throw explained(path, error);
    }
    await setTimeout(RETRY_MS);
  }
};
