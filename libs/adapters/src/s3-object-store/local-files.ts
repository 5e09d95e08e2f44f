/** The caller's own files, from which objects are made and to which they are copied. What goes wrong with them is not the store's trouble. */
import { type FileHandle, open, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import type { CallOptions } from '@rushes/ports';

import { sync } from '../crash-safety/sync.ts';
import { temporaryFile } from '../crash-safety/temporary-files.ts';
import { storeFailure } from '../store-errors/store-failure.ts';
import type { S3Connection } from './connection.ts';
import { readWhole } from './read-object.ts';

/** Its errors name the file. */
export const onFile = async <Result>(path: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw storeFailure(error, { location: path });
  }
};

const writeAll = async (file: FileHandle, chunk: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
};

const labelOf = (path: string): string =>
  basename(path)
    .replaceAll(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 60);

/**
 * Copies an object to `path`, which gets its name when the bytes are complete, verified and on the disk. Returns whether there is such an object.
 */
export const copyToFile = async (s3: S3Connection, key: string, path: string, options: CallOptions): Promise<boolean> => {
  const part = temporaryFile(dirname(path), labelOf(path));
  try {
    const copied = await readWhole(s3, key, options, async ({ chunks }) => {
      const file = await onFile(path, () => open(part.path, 'w'));
      try {
        let at = 0;
        for await (const chunk of chunks) {
          const position = at;
          await onFile(path, () => writeAll(file, chunk, position));
          at += chunk.length;
        }
        await onFile(path, () => file.sync());
      } finally {
        await file.close();
      }
      return true;
    });
    if (copied === undefined) return false;
    options.signal?.throwIfAborted();
    await onFile(path, async () => {
      await rename(part.path, path);
      await sync(dirname(path));
    });
    return true;
  } finally {
    await part.remove();
  }
};
