import { randomUUID } from 'node:crypto';
import { join, dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { DEAD_LETTERS, isPartitionId, type LogPartition, type PartitionId, PARTITIONS } from '@rushes/domain';
import { makeFolder } from '../crash-safety/sync.ts';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { isBusy } from '../sqlite-access/error-codes.ts';
import { openReadOnly } from '../sqlite-access/open-read-only.ts';
import { LOCK_WAIT_MS, whileLocked } from '../sqlite-access/while-locked.ts';
import { storeFailure } from '../store-errors/store-failure.ts';
import { APPLICATION_ID, CHECKSUM_FUNCTION, FORMAT, SCHEMA, UPGRADES } from './schema.ts';

/** Out of damage. */
export const WAY_OUT =
  'stop everything, then restore it from a backup, or, if there is none, `rushes log restart` begins a log in its place with what is archived ' +
  'and what can still be read of this one';

/** The same as a sentence. */
export const ON_DAMAGE = `S${WAY_OUT.slice(1)}.`;

/** The error in terms of the log's file; anything but SQLite's and the system's own errors comes back as it is. */
const explained = (path: string, error: unknown): unknown => storeFailure(error, { location: path, onDamage: ON_DAMAGE });

/**
 * An open log file. A transaction's work is synchronous: nothing of this process comes between its statements. Where another process has a lock, the
 * transaction is begun again later, and the event loop goes on until then.
 */
export interface LogFile {
  readonly path: string;
  /** Which log it is. */
  readonly id: string;
  readonly database: DatabaseSync;
  /** @throws RangeError if there is no such partition. */
  numberOf(partition: LogPartition): number;
  /** Of all partitions, the dead letters included. */
  readonly numbers: ReadonlyMap<LogPartition, number>;
  /** By number. The dead letters are none of them: no barriers, no trimming. */
  readonly partitions: ReadonlyMap<number, PartitionId>;
  /** One snapshot for several reads. Does not wait for writers. */
  reading<Result>(work: () => Result): Promise<Result>;
  /** All of it, on the disk on return, or nothing of it. Waits while another process writes. @throws StoreBusyError */
  writing<Result>(work: () => Result): Promise<Result>;
  /** The same without waiting: `undefined` if another process writes. */
  writingNow<Result>(work: () => Result): { readonly result: Result } | undefined;
  /** How long a call waits for another process. */
  readonly lockWaitMs: number;
  /** Behind each read that is no transaction: throws if it may not count. */
  readonly check: () => void;
}

interface LogFileParts {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly id: string;
  readonly partitions: ReadonlyMap<number, LogPartition>;
  readonly lockWaitMs: number;
  /** Behind each read: throws if it may not count. */
  readonly check?: () => void;
}

const logFile = ({ path, database, id, partitions: all, lockWaitMs, check = () => undefined }: LogFileParts): LogFile => {
  const numbers = new Map([...all].map(([number, partition]) => [partition, number]));
  const partitions = new Map([...all].flatMap(([number, partition]) => (isPartitionId(partition) ? [[number, partition] as const] : [])));
  const [begin, beginImmediate, commit] = ['BEGIN', 'BEGIN IMMEDIATE', 'COMMIT'].map((sql) => database.prepare(sql)) as [
    StatementSync,
    StatementSync,
    StatementSync,
  ]; // as: one for each

  const transaction = <Result>(start: StatementSync, work: () => Result): Result => {
    if (!database.isOpen) throw new Error(`${path} was closed`);
    start.run();
    try {
      const result = work();
      commit.run();
      check();
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  const whenUnlocked = async <Result>(start: StatementSync, work: () => Result): Promise<Result> => {
    try {
      return await whileLocked(path, () => transaction(start, work), lockWaitMs);
    } catch (error) {
      throw explained(path, error);
    }
  };

  return {
    path,
    id,
    database,
    numbers,
    partitions,
    lockWaitMs,
    check,
    numberOf(partition) {
      const number = numbers.get(partition);
      if (number === undefined) throw new RangeError(`${path} has no partition ${JSON.stringify(partition)}`);
      return number;
    },
    reading: (work) => whenUnlocked(begin, work),
    writing: (work) => whenUnlocked(beginImmediate, work),
    writingNow(work) {
      try {
        return { result: transaction(beginImmediate, work) };
      } catch (error) {
        if (isBusy(error)) return undefined;
        throw explained(path, error);
      }
    },
  };
};

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
