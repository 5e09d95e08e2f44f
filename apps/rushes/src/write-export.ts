/** Where an export goes. Invariant: under the file's own name there is the whole or what was there before, however the writing ends. */
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes all bytes, no faster than they are taken. The stream stays open. */
export const writeToStream = (bytes: AsyncIterable<Uint8Array>, to: Writable, signal: AbortSignal): Promise<void> =>
  pipeline(bytes, to, { signal, end: false });

/** Writes beside the file first, and puts that in its place once it is whole and on the disk. @returns the number of bytes. */
export const writeToFile = async (bytes: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<number> => {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `.${basename(path)}.${process.pid}.writing`);
  try {
    const file = createWriteStream(unfinished, { flags: 'wx' });
    await pipeline(bytes, file, { signal });
    const handle = await open(unfinished, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
    return file.bytesWritten;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
};
