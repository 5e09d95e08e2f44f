/**
 * Where tests put their files. Most of their time on disk goes into fsync, which shows nothing as long as no machine loses power: in memory the whole
 * suite is quicker by a fifth. Not where there is too little of it, nor where `TMPDIR` names a place.
 */
import { accessSync, constants, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const PREFIX = 'rushes-tests-';
/** Several times what all files of a run hold at once. */
const LEAST_FREE_BYTES = 4 * 1024 ** 3;

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // as: what Node throws
  }
};

/** Of a run in another container, which may have the same memory, the process is not seen from here: but something is written all the time. */
const QUIET_MS = 3_600_000;

/** What a run that was killed has left takes memory. */
const removeAbandoned = (): void => {
  for (const name of readdirSync(MEMORY)) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(MEMORY, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > QUIET_MS) rmSync(folder, { recursive: true, force: true });
  }
};

const hasRoom = (): boolean => {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= LEAST_FREE_BYTES;
  } catch {
    return false;
  }
};

/** Makes a folder in memory the one for temporary files, of this process and of those that it starts. @returns what removes it. */
export const useMemoryForTemporaryFiles = (): (() => void) => {
  if (process.env['TMPDIR'] !== undefined || !hasRoom()) return () => {};
  removeAbandoned();
  const folder = mkdtempSync(join(MEMORY, `${PREFIX}${process.pid}-`));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
};
