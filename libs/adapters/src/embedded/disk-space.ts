/** How much room the stores of a data folder take, and how much is left. */
import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';

export interface DiskSpace {
  /** What whoever runs this may still fill. */
  readonly freeBytes: number;
  readonly sizeBytes: number;
  /** What the folder takes. */
  readonly usedBytes: number;
}

const BLOCK_BYTES = 512;
/** A folder is gone through again after so long. */
const USED_FOR_MS = 300_000;

/** What lies in a folder and below, in bytes of the disk; what disappears meanwhile does not count. */
const bytesIn = async (folder: string): Promise<number> => {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesIn(path);
    else bytes += ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * BLOCK_BYTES;
  }
  return bytes;
};

/** Measures the disk of a folder each time, and the folder once in a while: nobody waits for that after the first time. */
export const diskSpace = (folder: string, elapsedMs: () => number = () => performance.now()): (() => Promise<DiskSpace>) => {
  let used: { readonly bytes: Promise<number>; readonly atMs: number } | undefined;
  let lastBytes: number | undefined;
  const usedBytes = async (): Promise<number> => {
    if (used === undefined || elapsedMs() - used.atMs >= USED_FOR_MS) {
      used = { bytes: bytesIn(folder), atMs: elapsedMs() };
      void used.bytes.then((bytes) => {
        lastBytes = bytes;
      });
    }
    return lastBytes ?? used.bytes;
  };
  return async () => {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize, usedBytes: await usedBytes() };
  };
};
