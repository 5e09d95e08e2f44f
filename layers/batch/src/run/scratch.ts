import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDead } from '../publish/claim.ts';

const pattern = /^run-([0-9]+)-([0-9]+)$/;

/** A folder of local files that belongs to one run: `run-<version>-<pid>`. */
export const openScratch = async (workFolder: string, version: number): Promise<string> => {
  const folder = join(workFolder, `run-${version}-${process.pid}`);
  await mkdir(folder, { recursive: true });
  return folder;
};

/** Removes the folders of runs whose process died. The work folder is local, so its runs are of this machine. */
export const removeDeadScratch = async (workFolder: string): Promise<void> => {
  for (const name of await readdir(workFolder)) {
    const match = pattern.exec(name);
    if (match && isDead({ pid: Number(match[2]), host: hostname() })) await rm(join(workFolder, name), { recursive: true, force: true });
  }
};
