import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DamagedRecordError, type Publication, sealJson, StoreFault, unsealJson } from '@rushes/ports';
import { isThereSync } from '../crash-safety/entries.ts';
import { isDamage } from '../sqlite-access/error-codes.ts';
import { fileAt } from '../sqlite-access/in-place.ts';
import { whileLocked } from '../sqlite-access/while-locked.ts';

/**
 * The publications, one row each under its unique number. They are only ever inserted; the disk has them when an insert returns. Who only reads opens
 * the file read-only, and finds no publications until there is one.
 *
 * The file has no write-ahead log, since that needs a folder that readers can write to. So a writer keeps readers out while it commits: they try again
 * until it has.
 */
export interface Publications {
  /** Returns whether the number was free. @throws StoreBusyError */
  insert(publication: Publication): Promise<boolean>;
  /** @throws StoreBusyError */
  newest(limit: number): Promise<readonly Publication[]>;
  close(): void;
}

const TABLE = 'CREATE TABLE IF NOT EXISTS publications (number INTEGER PRIMARY KEY, body TEXT NOT NULL)';
const SQLITE_READONLY_ROLLBACK = 776;
const NEWEST = 'SELECT number, body FROM publications ORDER BY number DESC LIMIT ?';

const hasTable = (database: DatabaseSync): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'publications'").get() !== undefined;

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
  opened(database, () => hasTable(database))?.close();
};

const openToRead = (path: string): DatabaseSync | undefined => {
  if (!isThereSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true });
  return opened(database, () => hasTable(database));
};

const openToWrite = (path: string): DatabaseSync | undefined => {
  const database = new DatabaseSync(path);
  return opened(database, () => {
    database.exec(`PRAGMA synchronous = EXTRA; ${TABLE}`);
    return true;
  });
};

export const openPublications = (folder: string, readOnly: boolean, lockWaitMs?: number): Publications => {
  const path = join(folder, 'publications.sqlite');
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

  const read = (limit: number): readonly Publication[] => {
    const rows = database()?.prepare(NEWEST).all(limit) ?? [];
    return rows.map((row) => {
      const number = Number(row['number']);
      const body = unsealJson(Buffer.from(String(row['body']))) as Publication; // as: written by `insert`
      // Those without a checksum were written before there were any, without their number.
      if ((body.number ?? number) !== number) throw new DamagedRecordError('is damaged: a publication has another number');
      return { ...body, number };
    });
  };
  const readRecovered = (limit: number): readonly Publication[] => {
    try {
      return read(limit);
    } catch (error) {
      const isUnfinished = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_READONLY_ROLLBACK;
      if (!isUnfinished) throw error;
      recover(path);
      return read(limit);
    }
  };
  return {
    insert: (publication) => {
      const body = Buffer.from(sealJson(publication)).toString();
      return whileLocked(
        path,
        () => database()?.prepare('INSERT OR IGNORE INTO publications VALUES (?, ?)').run(publication.number, body).changes === 1,
        lockWaitMs,
      );
    },
    async newest(limit) {
      try {
        return await whileLocked(path, () => readRecovered(limit), lockWaitMs);
      } catch (error) {
        if (!(error instanceof DamagedRecordError) && !(isDamage(error) && error instanceof Error)) throw error;
        throw new StoreFault({
          location: path,
          reason: `is damaged (${error.message})`,
          hint: 'Stop everything, delete it, and the next batch run publishes anew.',
          cause: error,
        });
      }
    },
    close() {
      file?.close();
      file = undefined;
    },
  };
};
