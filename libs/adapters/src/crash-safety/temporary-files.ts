import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Files, and folders, that are being written carry in their names who writes them (host, process, a random part), so that what a dead process left can be told from
 * what a living one is writing. In doubt a file is kept for a day.
 */

const SUFFIX = '.writing';
const KEPT_MS = 24 * 3_600_000;
const host = hostname().replaceAll(/[^A-Za-z0-9]/g, '_');
const beingWritten = new Set<string>();

export interface TemporaryFile {
  readonly path: string;
  /** Removes what is still there under the name. */
  remove(): Promise<void>;
  /** The same at once. @throws where a file that is open cannot be removed. */
  removeNow(): void;
}

/** @param label tells people what the file is; letters, digits, `_` and `-`. */
export const temporaryFile = (folder: string, label: string): TemporaryFile => {
  const name = `.${label}.${host}.${process.pid}.${randomUUID()}${SUFFIX}`;
  beingWritten.add(name);
  const path = join(folder, name);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      beingWritten.delete(name);
    },
    removeNow() {
      rmSync(path, { force: true });
      beingWritten.delete(name);
    },
  };
};

export interface Witness {
  readonly host: string;
  readonly processId: number;
  /** Whether this very process is writing the file. */
  readonly isWriting: (name: string) => boolean;
  /** Whether a process of this host is alive. */
  readonly isAlive: (processId: number) => boolean;
  readonly nowMs: number;
}

/** Whether a file was left by a writer that is gone. Any other name is none. */
export const isLeftover = (name: string, modifiedMs: number, witness: Witness): boolean => {
  const parts = name.split('.');
  if (!name.startsWith('.') || !name.endsWith(SUFFIX) || parts.length !== 6 || witness.isWriting(name)) return false;
  const [, , writerHost, processId] = parts;
  if (witness.nowMs - modifiedMs > KEPT_MS) return true;
  if (writerHost !== witness.host) return false;
  return Number(processId) === witness.processId || !witness.isAlive(Number(processId));
};

const isAlive = (processId: number): boolean => {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** Removes what dead writers left in a folder. */
export const removeLeftovers = async (folder: string, now: () => number = Date.now): Promise<void> => {
  const witness: Witness = { host, processId: process.pid, isWriting: (name) => beingWritten.has(name), isAlive, nowMs: now() };
  for (const name of await readdir(folder)) {
    if (!name.endsWith(SUFFIX)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && isLeftover(name, found.mtimeMs, witness)) await rm(path, { recursive: true, force: true });
  }
};
