/**
 * What is at a path, for code that does without it where it is absent. Invariant: only an entry that does not exist counts as absent; one that is there
 * and cannot be looked at (no permission, a link that leads nowhere or in a circle, a parent that is no folder) is an error.
 */
import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';

export const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** The file or folder at `path`, links followed; `undefined` if there is no entry of this name. Throws for an entry that cannot be looked at. */
export const statIfThere = async (path: string): Promise<Stats | undefined> => {
  try {
    return await stat(path);
  } catch (error) {
    // A link that leads nowhere says ENOENT as well, but is an entry.
    if (!isMissing(error) || (await isEntry(path))) throw error;
    return undefined;
  }
};

const isEntry = async (path: string): Promise<boolean> => {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};
