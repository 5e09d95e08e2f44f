import { randomUUID } from 'node:crypto';
import { join, dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DEAD_LETTERS, type LogPartition, PARTITIONS } from '@rushes/domain';
import { makeFolder } from '../crash-safety/sync.ts';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { openReadOnly } from '../sqlite-access/open-read-only.ts';
import { LOCK_WAIT_MS, whileLocked } from '../sqlite-access/while-locked.ts';
import { type LogFile, logFile } from './database.ts';
import { explained } from './errors.ts';
import { APPLICATION_ID, CHECKSUM_FUNCTION, FORMAT, SCHEMA, UPGRADES } from './schema.ts';

/**
 * Opening a log's file, made if it is not there. An acknowledged append is on the disk: with a write-ahead log and `synchronous = FULL`, each commit
 * waits for it, so neither the death of a process nor a loss of power takes it back.
 */
const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 67108864;
`;

const SUFFIX = '.sqlite';
const FILE = `events${SUFFIX}`;

/** A path that ends in `.sqlite` is the file itself, any other is the folder that it lies in. */
const pathOf = (folderOrFile: string): string => {
  const path = resolve(folderOrFile);
  return path.endsWith(SUFFIX) ? path : join(path, FILE);
};

const pragma = (database: DatabaseSync, name: 'application_id' | 'user_version'): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);

type SummedValues = Parameters<typeof recordChecksum>[0];

/** Makes a file of an earlier format one of this format. */
const liftFormat = (path: string, database: DatabaseSync): void => {
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    throw new Error(`${path} is a database of something else, not an event log: name another folder for the log`);
  }
  database.function(CHECKSUM_FUNCTION, { varargs: true, deterministic: true }, (...values) => recordChecksum(values as SummedValues)); // as: columns of numbers and texts
  let format = pragma(database, 'user_version');
  for (let upgrade = UPGRADES[format]; upgrade !== undefined; upgrade = UPGRADES[++format])
    database.exec(`${upgrade} PRAGMA user_version = ${format + 1}`);
  if (format !== FORMAT) {
    throw new Error(
      `${path} has format ${format}, this program reads and writes ${FORMAT}: open it with the program's version that wrote it, or a newer one`,
    );
  }
};

/** Of processes that make one file at once, the first to write gives it its id. */
const idOf = (database: DatabaseSync, newId: () => string): string => {
  const known = database.prepare('SELECT id FROM identity').get();
  if (known !== undefined) return String(known['id']);
  const id = newId();
  database.prepare('INSERT INTO identity VALUES (?)').run(id);
  return id;
};

const namesOf = (database: DatabaseSync): ReadonlyMap<number, LogPartition> =>
  new Map(
    database
      .prepare('SELECT number, name FROM partitions')
      .all()
      .map((row) => [Number(row['number']), row['name'] as LogPartition]), // as: written here
  );

const EXPECTED: readonly LogPartition[] = [...PARTITIONS, DEAD_LETTERS];

/** Makes the file what this program expects, within a transaction. */
const prepareFile = (path: string, database: DatabaseSync, newId: () => string): void => {
  const isNew = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (isNew) database.exec(`${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}`);
  else liftFormat(path, database);
  idOf(database, newId);
  const add = database.prepare('INSERT OR IGNORE INTO partitions (name) VALUES (?)');
  for (const partition of EXPECTED) add.run(partition);
};

/** Whether nothing has to be written before the file can be used: then opening it waits for no writer. */
const isPrepared = (database: DatabaseSync): boolean => {
  if (pragma(database, 'application_id') !== APPLICATION_ID || pragma(database, 'user_version') !== FORMAT) return false;
  const names = new Set(namesOf(database).values());
  return EXPECTED.every((partition) => names.has(partition)) && database.prepare('SELECT 1 FROM identity').get() !== undefined;
};

export interface OpenFileOptions {
  /** For a file that has no id yet. */
  readonly newId?: (() => string) | undefined;
  readonly lockWaitMs?: number;
  /** Nothing is made, changed or locked: for a file that cannot be written to. */
  readonly readOnly?: boolean;
}

const openToRead = (path: string, lockWaitMs: number): LogFile => {
  const { database, check } = openReadOnly(path);
  try {
    if (!isPrepared(database))
      throw new Error(`${path} was made by another version of Rushes: start this version once where the file can be written to`);
    const id = String(database.prepare('SELECT id FROM identity').get()?.['id']);
    return logFile({ path, database, id, partitions: namesOf(database), lockWaitMs, check });
  } catch (error) {
    database.close();
    throw error;
  }
};

/** @throws Error that names the file and the way out if it is damaged, of another format, or no log at all. */
export const openFile = async (folderOrFile: string, options: OpenFileOptions = {}): Promise<LogFile> => {
  const { newId = randomUUID, lockWaitMs = LOCK_WAIT_MS, readOnly = false } = options;
  const path = pathOf(folderOrFile);
  const openOnce = (): LogFile => {
    const database = new DatabaseSync(path);
    try {
      database.exec(SETTINGS);
      if (!isPrepared(database)) {
        database.exec('BEGIN IMMEDIATE');
        prepareFile(path, database, newId);
        database.exec('COMMIT');
      }
      return logFile({ path, database, id: idOf(database, newId), partitions: namesOf(database), lockWaitMs });
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    if (!readOnly) await makeFolder(dirname(path));
    return await whileLocked(path, readOnly ? () => openToRead(path, lockWaitMs) : openOnce, lockWaitMs);
  } catch (error) {
    throw explained(path, error);
  }
};
