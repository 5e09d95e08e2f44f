import { DamagedRecordError, type Publication, sealJson, StoreFault, unsealJson } from '@rushes/ports';
import { isDamage } from '../sqlite-access/error-codes.ts';
import type { StoreFile } from './store-file.ts';

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
