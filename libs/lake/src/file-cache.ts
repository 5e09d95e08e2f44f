/**
 * Local copies of the lake's files, named after their content, so that a run does not fetch what an earlier one has fetched. Used where the store is no
 * folder; a folder's files are read in place. Invariant: what is handed out was compared with its name. Whoever uses a copy gets a name of his own for it (a
 * hard link), so one that is removed meanwhile, because others are wanted more, stays readable for him.
 */
import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFile } from './content-hash.ts';
import type { StoredFile } from './stored-file.ts';

export interface FileCache {
  /**
   * Makes the file readable at `path`, where nothing must be. `fetch` writes it to the path that it is given, if there is no copy. Returns whether it has the
   * bytes that it was stored with; nothing is at `path` if not.
   */
  place(file: StoredFile, path: string, fetch: (path: string) => Promise<void>): Promise<boolean>;
}

export interface FileCacheOptions {
  readonly folder: string;
  /** Least recently used copies beyond so many bytes are removed. What is in use takes room besides. */
  readonly mostBytes: number;
}

const COPY = /^[0-9a-f]{64}$/;
const PART = /^part-/;
/** What is still being fetched after so long was given up by a process that died. */
const PART_EXPIRY_MS = 24 * 3_600_000;

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** Gives a file another name; `false` if it is not there. Where the folders are on two disks, it is copied. */
const linkOrCopy = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    if (!hasCode(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP')) throw error;
  }
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
};

/** Removes what was used least recently until the rest fits. */
const evict = async (folder: string, mostBytes: number, nowMs: number): Promise<void> => {
  const copies: { readonly path: string; readonly bytes: number; readonly usedMs: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) continue;
    if (COPY.test(name)) copies.push({ path, bytes: info.size, usedMs: info.mtimeMs });
    else if (PART.test(name) && nowMs - info.mtimeMs > PART_EXPIRY_MS) await rm(path, { force: true });
  }
  let bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  for (const copy of copies.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (bytes <= mostBytes) return;
    await rm(copy.path, { force: true });
    bytes -= copy.bytes;
  }
};

/** The folder is made with the first copy. Several processes may use it at once. */
export const openFileCache = ({ folder, mostBytes }: FileCacheOptions): FileCache => {
  /** Of callers that want the same file at once, one fetches it. */
  const fetching = new Map<string, Promise<boolean>>();

  const copyOf = (file: StoredFile): string => join(folder, file.sha256);

  const take = async (file: StoredFile, path: string): Promise<boolean> => {
    const copy = copyOf(file);
    if (!(await linkOrCopy(copy, path))) return false;
    if ((await hashFile(path)) === file.sha256) {
      const now = new Date();
      // Another process may have removed it meanwhile.
      await utimes(copy, now, now).catch(() => undefined);
      return true;
    }
    await Promise.all([rm(path, { force: true }), rm(copy, { force: true })]);
    return false;
  };

  const add = async (file: StoredFile, fetch: (path: string) => Promise<void>): Promise<boolean> => {
    await mkdir(folder, { recursive: true });
    const part = join(folder, `part-${randomUUID()}`);
    try {
      await fetch(part);
      if ((await hashFile(part)) !== file.sha256) return false;
      await rename(part, copyOf(file));
      return true;
    } finally {
      await rm(part, { force: true });
    }
  };

  return {
    async place(file, path, fetch) {
      await mkdir(dirname(path), { recursive: true });
      for (;;) {
        if (await take(file, path)) {
          await evict(folder, mostBytes, Date.now());
          return true;
        }
        let added = fetching.get(file.sha256);
        if (added === undefined) {
          added = add(file, fetch).finally(() => fetching.delete(file.sha256));
          fetching.set(file.sha256, added);
        }
        if (!(await added)) return false;
      }
    },
  };
};
