/**
 * Who may read a data folder: its owner alone, for in it are what people wrote and who they are. Invariant: what a process makes there after
 * `makeDataFolder` is readable by nobody else, whatever umask it was started with; what is there already is closed, and what cannot be closed is named.
 */
import { access, chmod, constants, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

import { hasCode } from '../crash-safety/entries.ts';

export interface FolderAccess {
  /** Paths that others could read or enter before, and cannot any more. */
  readonly closed: readonly string[];
  /** Paths that others can still read or enter: they belong to somebody else, or lie on a disk that is not written to. */
  readonly open: readonly string[];
}

const OTHERS = 0o077;

/** What Rushes puts into a data folder. A folder that holds anything else too is not for Rushes alone, and stays as it is. */
const OWN = /^(?:lake|views|replays|tmp|sample|(?:log|speed|keys)(?:\.[^/]*)?\.sqlite(?:[.-][^/]*)?)$/;

const isOpen = async (path: string): Promise<boolean> => ((await stat(path)).mode & OTHERS) !== 0;

const close = async (path: string): Promise<keyof FolderAccess | undefined> => {
  try {
    if (!(await isOpen(path))) return undefined;
    await chmod(path, (await stat(path)).mode & 0o7777 & ~OTHERS);
    // Some file systems take the change and do not make it.
    return (await isOpen(path)) ? 'open' : 'closed';
  } catch (error) {
    // Gone meanwhile, as what SQLite keeps beside its files, or a link to nothing, which whoever opens it finds.
    if (hasCode(error, 'ENOENT', 'ELOOP', 'ENOTDIR')) return undefined;
    if (hasCode(error, 'EPERM', 'EACCES', 'EROFS', 'ENOTSUP')) return 'open';
    throw error;
  }
};

/** Makes the folder if it is not there, and sees that nobody but its owner can read what is in it and what will be. */
export const makeDataFolder = async (folder: string): Promise<FolderAccess> => {
  // For every file, whoever makes it: SQLite, the SQL engine, a library.
  if (isMainThread) process.umask(OTHERS);
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  const own = names.filter((name) => OWN.test(name));
  const outcomes = { closed: [] as string[], open: [] as string[] };
  for (const path of [...(own.length === names.length ? [folder] : []), ...own.map((name) => join(folder, name))]) {
    const outcome = await close(path);
    if (outcome !== undefined) outcomes[outcome].push(path);
  }
  return outcomes;
};

/** Whether nothing can be made in the folder, by this user at least. */
export const isReadOnlyFolder = async (folder: string): Promise<boolean> => {
  try {
    await access(folder, constants.W_OK);
    return false;
  } catch (error) {
    if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return true;
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
};
