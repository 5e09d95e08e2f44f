/** What `backup` and `restore` are given is looked at before anything is made. */
import { lstat, readdir } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';

import { formatAmount, freeBytes, TransientError, UsageError } from '@rushes/runtime';

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Makes sure that a backup has a name of its own, outside of what it copies. */
export const checkNewFolder = async (folder: string, dataFolder: string): Promise<void> => {
  if (await isThere(folder))
    throw new UsageError(`${folder} is there already`, {
      hint: 'Name a folder that is not there yet with --out; the ones above it are made.',
    });
  const between = relative(resolve(dataFolder), resolve(folder));
  if (between !== '' && !between.startsWith('..') && !isAbsolute(between))
    throw new UsageError(`${folder} lies in the data folder: it would be lost with it`, {
      hint: 'Name a folder elsewhere with --out, best on another disk.',
    });
};

export const checkBackup = async (folder: string): Promise<void> => {
  if (!(await isThere(folder))) throw new UsageError(`there is no folder ${folder}`, { hint: 'Name the folder of a backup with --from.' });
};

/** Makes sure that nothing is restored over something. What a restore left that was killed begins with a dot. */
export const checkEmptyFolder = async (folder: string): Promise<void> => {
  const names = await readdir(folder).catch(() => []);
  const [first] = names.filter((name) => !name.startsWith('.restore.'));
  if (first !== undefined)
    throw new UsageError(`${folder} is not empty: ${first} is in it, and nothing is restored over it`, {
      hint: 'Stop what uses it and move it aside, or name another folder with --data.',
    });
};

/** @throws TransientError if there is no room for so much. */
export const requireRoom = async (folder: string, bytes: number, what: string): Promise<void> => {
  const free = await freeBytes(folder);
  if (free < bytes)
    throw new TransientError(`${what} needs ${formatAmount(bytes, 'bytes')}, ${formatAmount(free, 'bytes')} are free for ${folder}`, {
      hint: 'Free some space, or name a folder on another disk.',
    });
};
