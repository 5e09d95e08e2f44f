/**
 * Folders of local files, one for each run. Invariant: the folder of a living process is never removed by another: it touches a file in it all the time, and
 * only a folder whose file is old goes. In a container every process has the same number, so that says nothing.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FOLDER = /^run-[0-9]+-[0-9a-f-]+$/;
const ALIVE = 'alive';

const EVERY_MS = 10_000;
/** Less than after which a run counts as ended, so that the run that follows a dead one removes its folder. */
const EXPIRY_MS = 45_000;
/** Folders of earlier versions of this code have no such file. */
const UNMARKED_EXPIRY_MS = 24 * 3_600_000;

export interface Scratch {
  readonly folder: string;
  /** Makes the folder. */
  open(): Promise<void>;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/** What the engine has of a run's folder. */
export const engineFolderIn = (folder: string): string => join(folder, 'engine');

/** A folder for the run that has this number; 0 for what is no run. Nothing is there before it is opened. */
export const scratchOf = (workFolder: string, version: number, id: string = randomUUID()): Scratch => {
  const folder = join(workFolder, `run-${version}-${id}`);
  const alive = join(folder, ALIVE);
  const ended = new AbortController();
  let touching: Promise<void> | undefined;
  const touch = async (): Promise<void> => {
    for (;;) {
      // An error here is another process's that cleans up, or the disk's: the run notices by itself.
      await sleep(EVERY_MS, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
      if (ended.signal.aborted) return;
      const now = new Date();
      await utimes(alive, now, now).catch(() => undefined);
    }
  };
  return {
    folder,
    async open() {
      await mkdir(folder, { recursive: true });
      await writeFile(alive, '');
      touching ??= touch();
    },
    async remove() {
      ended.abort();
      await touching;
      await rm(folder, { recursive: true, force: true });
    },
  };
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

const isDead = async (folder: string, nowMs: number): Promise<boolean> => {
  const mark = await stat(join(folder, ALIVE)).catch(() => undefined);
  if (mark) return nowMs - mark.mtimeMs > EXPIRY_MS;
  const unmarked = await stat(folder).catch(() => undefined);
  return unmarked !== undefined && nowMs - unmarked.mtimeMs > UNMARKED_EXPIRY_MS;
};

/** Removes the folders of runs whose process died. The clock is the one by which the files of the work folder get their times. */
export const removeDeadScratch = async (workFolder: string, nowMs: number = Date.now()): Promise<void> => {
  for (const name of await readdir(workFolder)) {
    const folder = join(workFolder, name);
    if (FOLDER.test(name) && (await isDead(folder, nowMs))) await rm(folder, { recursive: true, force: true });
  }
};
