import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { CopyOptions } from '../../sqlite-copy/copy-sqlite-file.ts';

export interface Content {
  readonly bytes: number;
  readonly sha256: string;
}

/** Backups hold hashes of keys and everything that was posted: for nobody but the owner. */
export const OWNERS_FILE = 0o600;
export const OWNERS_FOLDER = 0o700;

const CHUNK_BYTES = 1_048_576;

/** Copies a file, and the folders above it; it is on the disk on return. Returns what was read. */
export const copyFile = async (source: string, target: string, { signal, onBytes }: CopyOptions): Promise<Content> => {
  const from = await open(source, 'r');
  try {
    await mkdir(dirname(target), { recursive: true, mode: OWNERS_FOLDER });
    const to = await open(target, 'w', OWNERS_FILE);
    try {
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      let bytes = 0;
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead } = await from.read(buffer, 0, CHUNK_BYTES, null);
        if (bytesRead === 0) break;
        const part = buffer.subarray(0, bytesRead);
        hash.update(part);
        await to.writeFile(part);
        bytes += bytesRead;
        onBytes(bytesRead);
      }
      await to.sync();
      return { bytes, sha256: hash.digest('hex') };
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
};
