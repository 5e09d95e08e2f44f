import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DamagedRecordError, type Publication, StoreFault, sealJson, unsealJson } from '@rushes/ports';
import { isThereSync } from '../crash-safety/entries.ts';
import { fileAt } from '../sqlite-access/in-place.ts';
import { whileLocked } from '../sqlite-access/while-locked.ts';
import { isDamage } from '../sqlite-access/error-codes.ts';

/**
 * The file that the folder's publications and retired artefacts stand in. Who only reads opens it read-only, and finds nothing until there is one.
 *
 * It has no write-ahead log, since that needs a folder that readers can write to. So a writer keeps readers out while it commits: they try again until it
 * has.
 */
export interface StoreFile {
  readonly path: string;
  isThere(): boolean;
  /** One statement or more, at once. Without a file to read, `work` gets none. @throws StoreBusyError */
  use<Result>(work: (database: DatabaseSync | undefined) => Result): Promise<Result>;
  /** Work that others wait for with what they want to write; what it wrote is committed when it ends. @throws StoreBusyError */
  alone<Result>(work: (database: DatabaseSync) => Promise<Result>): Promise<Result>;
  close(): void;
}

export const STORE_FILE = 'publications';

const TABLES = `
  CREATE TABLE IF NOT EXISTS publications (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS retired (artefact TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
`;
const SQLITE_READONLY_ROLLBACK = 776;

/** Files of earlier versions have no table of retired artefacts. */
export const hasTable = (database: DatabaseSync, name: 'publications' | 'retired'): boolean =>
  database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;

/** The database if `prepare` says that it can be used; closed otherwise. */
const opened = (database: DatabaseSync, prepare: () => boolean): DatabaseSync | undefined => {
  let isUsable = false;
  try {
    isUsable = prepare();
  } finally {
    if (!isUsable) database.close();
  }
  return isUsable ? database : undefined;
};

/** Opening for writing takes back what a writer that died had not finished. */
const recover = (path: string): void => {
  const database = new DatabaseSync(path);
  opened(database, () => hasTable(database, 'publications'))?.close();
};

const openToRead = (path: string): DatabaseSync | undefined => {
  if (!isThereSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true });
  return opened(database, () => hasTable(database, 'publications'));
};

const openToWrite = (path: string): DatabaseSync | undefined => {
  const database = new DatabaseSync(path);
  return opened(database, () => {
    database.exec(`PRAGMA synchronous = EXTRA; ${TABLES}`);
    return true;
  });
};

export const openStoreFile = (folder: string, readOnly: boolean, lockWaitMs?: number): StoreFile => {
  const path = join(folder, `${STORE_FILE}.sqlite`);
  let file: DatabaseSync | undefined;
  let identity: string | undefined;
  const database = (): DatabaseSync | undefined => {
    const now = file && fileAt(path);
    if (file !== undefined && now === undefined)
      throw new StoreFault({
        location: path,
        reason: 'is gone while it was in use',
        hint: 'Put it back, or stop everything, and the next batch run publishes anew.',
      });
    if (file !== undefined && now !== identity) {
      file.close();
      file = undefined;
    }
    if (file === undefined) {
      file = readOnly ? openToRead(path) : openToWrite(path);
      identity = fileAt(path);
    }
    return file;
  };
  const recovered = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      const isUnfinished = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_READONLY_ROLLBACK;
      if (!isUnfinished) throw error;
      recover(path);
      return work();
    }
  };
  return {
    path,
    isThere: () => isThereSync(path),
    use: (work) => whileLocked(path, () => recovered(() => work(database())), lockWaitMs),
    async alone(work) {
      // A connection of its own: what others of this process write meanwhile is no part of this transaction.
      const own = await whileLocked(
        path,
        () => {
          const connection = openToWrite(path);
          if (connection === undefined) throw new Error(`${path} cannot be opened`);
          try {
            connection.exec('BEGIN IMMEDIATE');
          } catch (error) {
            connection.close();
            throw error;
          }
          return connection;
        },
        lockWaitMs,
      );
      try {
        const result = await work(own);
        await whileLocked(path, () => own.exec('COMMIT'), lockWaitMs);
        return result;
      } finally {
        // Takes back what was not committed.
        own.close();
      }
    },
    close() {
      file?.close();
      file = undefined;
    },
  };
};

/** The publications, one row each under its unique number. They are only ever inserted; the disk has them when an insert returns. */

const NEWEST = 'SELECT number, body FROM publications ORDER BY number DESC LIMIT ?';

const publicationIn = (row: Readonly<Record<string, unknown>>): Publication => {
  const number = Number(row['number']);
  const body = unsealJson(Buffer.from(String(row['body']))) as Publication; // as: written by `insertPublication`
  // Those without a checksum were written before there were any, without their number.
  if ((body.number ?? number) !== number) throw new DamagedRecordError('is damaged: a publication has another number');
  return { ...body, number };
};

/** Returns whether the number was free, or taken by this very attempt. @throws StoreBusyError */
export const insertPublication = (file: StoreFile, publication: Publication): Promise<boolean> => {
  const body = Buffer.from(sealJson(publication)).toString();
  return file.use((database) => {
    if (database?.prepare('INSERT OR IGNORE INTO publications VALUES (?, ?)').run(publication.number, body).changes === 1) return true;
    const taken = database?.prepare('SELECT number, body FROM publications WHERE number = ?').get(publication.number);
    return taken !== undefined && publication.attempt !== undefined && publicationIn(taken).attempt === publication.attempt;
  });
};

/** @throws StoreBusyError */
export const newestPublications = async (file: StoreFile, limit: number): Promise<readonly Publication[]> => {
  try {
    return await file.use((database) => (database?.prepare(NEWEST).all(limit) ?? []).map(publicationIn));
  } catch (error) {
    if (!(error instanceof DamagedRecordError) && !(isDamage(error) && error instanceof Error)) throw error;
    throw new StoreFault({
      location: file.path,
      reason: `is damaged (${error.message})`,
      hint: 'Stop everything, delete it, and the next batch run publishes anew.',
      cause: error,
    });
  }
};
