import { ArtefactDamagedError } from '@rushes/ports';

import { isDamage, sqliteCode } from '../sqlite-access/error-codes.ts';

/** What was handed in cannot be an artefact or a query of one: doing it again will fail again. */
export class ArtefactFaultError extends Error {
  override readonly name = 'ArtefactFaultError';
}

const SQLITE_IOERR = 10;

/** SQLite's word that a file is not what it was written as, or ends before it should. It does not name the file. */
export const showsDamage = (error: unknown): error is Error => isDamage(error) || sqliteCode(error) === SQLITE_IOERR;

export const damaged = (path: string, how: string, cause?: unknown): ArtefactDamagedError =>
  new ArtefactDamagedError(`${path} is damaged (${how}): the next batch run builds it anew`, { cause });

/** Runs one operation on the file at `path`; damage that shows is thrown as such, with the file's name. */
export const onArtefact = <Result>(path: string, operation: () => Result): Result => {
  try {
    return operation();
  } catch (error) {
    if (showsDamage(error)) throw damaged(path, error.message, error);
    throw error;
  }
};
