import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { HashOptions } from '@rushes/ports';
import { hasCode, leadsNowhere } from '../crash-safety/entries.ts';

/**
 * Hashes of files, each computed once by this process and remembered as long as the file is the same by inode, size and the times of its last changes.
 * What changes a file without changing any of these (a disk that gives back other bytes than a moment before) is noticed only by hashing it again.
 */
export interface FileHashes {
  /** SHA-256 of the file's bytes, in hex; `undefined` if there is no file. */
  of(path: string, options?: HashOptions): Promise<string | undefined>;
}

const CHUNK_BYTES = 1 << 20;

const openIfThere = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOTDIR') || (hasCode(error, 'ENOENT') && !(await leadsNowhere(path)))) return undefined;
    throw error;
  }
};

/** What a file is told by: any write to it gives it another one. */
const identityOf = async (handle: FileHandle): Promise<string | undefined> => {
  const info = await handle.stat({ bigint: true });
  return info.isFile() ? [info.dev, info.ino, info.size, info.mtimeNs, info.ctimeNs].join(' ') : undefined;
};

const hashOpen = async (path: string, handle: FileHandle, { signal, onBytes }: HashOptions): Promise<string> => {
  const hash = createHash('sha256');
  // Each read allocates a whole chunk: over many small files that alone would keep the garbage collector busy.
  const highWaterMark = Math.min(CHUNK_BYTES, (await handle.stat()).size + 1);
  const bytes = createReadStream(path, { fd: handle, autoClose: false, start: 0, highWaterMark });
  if (onBytes) bytes.on('data', (chunk) => onBytes(chunk.length));
  await pipeline(bytes, hash, signal ? { signal } : {});
  return hash.digest('hex');
};

export const createFileHashes = (): FileHashes => {
  const known = new Map<string, { readonly identity: string; readonly sha256: Promise<string> }>();
  const of: FileHashes['of'] = async (path, options = {}) => {
    const handle = await openIfThere(path);
    if (handle === undefined) {
      known.delete(path);
      return undefined;
    }
    try {
      const identity = await identityOf(handle);
      if (identity === undefined) return undefined;
      const remembered = known.get(path);
      if (options.again !== true && remembered?.identity === identity) return await remembered.sha256;
      const sha256 = hashOpen(path, handle, options);
      known.set(path, { identity, sha256 });
      const isUnchanged = await sha256.then(
        async () => (await identityOf(handle)) === identity,
        () => false,
      );
      // What was interrupted, or written to meanwhile, is no answer for the next who asks.
      if (!isUnchanged && known.get(path)?.identity === identity) known.delete(path);
      return await sha256;
    } finally {
      await handle.close();
    }
  };
  return { of };
};
