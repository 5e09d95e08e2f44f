import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDead } from '../publish/claim.ts';

const pattern = /^run-([0-9]+)-([0-9]+)$/;

/** The folder of local files that belongs to one run: `run-<version>-<pid>`. */
export const scratchFolderOf = (workFolder: string, version: number): string => join(workFolder, `run-${version}-${process.pid}`);

export const openScratch = async (workFolder: string, version: number): Promise<string> => {
  const folder = scratchFolderOf(workFolder, version);
  await mkdir(folder, { recursive: true });
  return folder;
};

/** More than a report takes, with the folder's own entries. */
const RESERVE_BYTES = 512 * 1024;

/**
 * Takes room on the disk that is given back when the scratch folder is removed: where a run fills the disk, its report still finds a place. Random bytes,
 * which no file system keeps in less.
 */
export const reserveRoom = async (scratch: string): Promise<void> => {
  const handle = await open(join(scratch, 'reserve'), 'w');
  try {
    await handle.writeFile(randomBytes(RESERVE_BYTES));
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Removes the folders of runs whose process died. The work folder is local, so its runs are of this machine. */
export const removeDeadScratch = async (workFolder: string): Promise<void> => {
  for (const name of await readdir(workFolder)) {
    const match = pattern.exec(name);
    if (match && isDead({ pid: Number(match[2]), host: hostname() })) await rm(join(workFolder, name), { recursive: true, force: true });
  }
};
