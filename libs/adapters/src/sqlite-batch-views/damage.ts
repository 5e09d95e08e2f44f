import { readdirSync, statSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ArtefactDamagedError } from '@rushes/ports';
import { isDamage, sqliteCode } from '../sqlite-access/error-codes.ts';

/** How it is told that a file is not what was built: by what SQLite says, and by the size and checksum that its build left beside it. */

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

/**
 * What builds left, kept apart from it, so that a damaged file cannot vouch for itself: an empty file `<artefact>.<sha256>.<bytes>.seal` for each build of
 * an artefact, there before the artefact is. Of builders that race each leaves one, and the file is one of theirs.
 */
interface Seal {
  readonly sha256: string;
  readonly bytes: number;
}

const SEAL = /^([a-z0-9_-]{1,100})\.([0-9a-f]{64})\.([0-9]{1,16})\.seal$/;

const sealsIn = (names: readonly string[], artefact: string): readonly Seal[] =>
  names.flatMap((name) => {
    const [, of, sha256, bytes] = SEAL.exec(name) ?? [];
    return of === artefact && sha256 !== undefined ? [{ sha256, bytes: Number(bytes) }] : [];
  });

const artefactOf = (path: string): string => basename(path, '.sqlite');

export const readSeals = (path: string): readonly Seal[] => sealsIn(readdirSync(dirname(path)), artefactOf(path));

/** The caller waits until the folder is on the disk. */
export const putSeal = async (path: string, { sha256, bytes }: Seal): Promise<void> =>
  (await open(join(dirname(path), `${artefactOf(path)}.${sha256}.${bytes}.seal`), 'a')).close();

/** Removes the seals of an artefact that is gone. */
export const removeSeals = async (path: string): Promise<void> => {
  for (const name of await readdir(dirname(path)))
    if (sealsIn([name], artefactOf(path)).length > 0) await rm(join(dirname(path), name), { force: true });
};

/** Whether a file that is there has a size that no build left. Where nothing is sealed, nothing is known. */
export const hasOtherSize = (path: string): boolean => {
  const seals = readSeals(path);
  return seals.length > 0 && !seals.some(({ bytes }) => bytes === statSync(path).size);
};
