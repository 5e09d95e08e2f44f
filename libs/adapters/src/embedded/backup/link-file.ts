import { link, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { hasCode } from '../../crash-safety/entries.ts';
import { createFileHashes } from '../../file-hash/file-hash.ts';
import { copyFile, OWNERS_FOLDER } from './copy-file.ts';
import type { KeepFile } from './copy-turn.ts';

/** Whether files of all these folders can have a second name in `target`: links do not reach from one disk to another. A folder that is not there has none. */
export const areOnOneDisk = async (folders: readonly string[], target: string): Promise<boolean> => {
  const { dev } = await stat(target);
  for (const folder of folders) {
    const found = await stat(folder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (found !== undefined && found.dev !== dev) return false;
  }
  return true;
};

/**
 * Gives a file that is never written to again a second name: it takes no room, and stays when the first name is removed. For files that are replaced as a whole
 * that is a copy.
 */
export const linkFile: KeepFile = async (source, target, options) => {
  const { signal, onBytes } = options;
  await mkdir(dirname(target), { recursive: true, mode: OWNERS_FOLDER });
  await rm(target, { force: true });
  try {
    await link(await realpath(source), target);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    return copyFile(source, target, options); // a folder within that somebody has moved
  }
  const sha256 = await createFileHashes().of(target, { signal, onBytes });
  if (sha256 === undefined) throw new Error(`${target} is gone: somebody else works in this folder`);
  return { bytes: (await stat(target)).size, sha256 };
};
