/** A compressed text file that is written bit by bit in bounded memory. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { TerminalError } from '@rushes/runtime';

/** Low: compressing at level 6 takes several times as long as making up the text. */
const LEVEL = 1;
const BUFFER_BYTES = 1 << 18;
const PENDING_CHARACTERS = 1 << 17;

export interface GzipTextFile {
  /** Keeps the text to be written. */
  add(text: string): void;
  /** Writes what is kept, if it is much; waits until there is room for more. */
  drain(): Promise<void>;
  /** Writes the rest. Returns the size of the file in bytes. */
  finish(): Promise<number>;
  /** Gives the file up, as it is. */
  abandon(): Promise<void>;
}

export const createGzipTextFile = (path: string): GzipTextFile => {
  const gzip = createGzip({ level: LEVEL, chunkSize: BUFFER_BYTES });
  const file = createWriteStream(path, { highWaterMark: BUFFER_BYTES });
  const written = pipeline(gzip, file).catch((cause: unknown) => {
    throw new TerminalError(`${path} could not be written`, {
      hint: 'see that there is room for it and that the folder may be written to',
      cause,
    });
  });
  // Looked at in `drain` and `finish`; without this a fault in between would end the process.
  written.catch(() => undefined);
  let pending = '';
  const send = async (): Promise<void> => {
    const text = pending;
    pending = '';
    if (!gzip.write(text)) await Promise.race([new Promise((resolve) => gzip.once('drain', resolve)), written]);
  };
  return {
    add: (text) => {
      pending += text;
    },
    drain: async () => {
      if (pending.length >= PENDING_CHARACTERS) await send();
    },
    finish: async () => {
      gzip.end(pending);
      await written;
      return file.bytesWritten;
    },
    abandon: async () => {
      gzip.destroy();
      await written.catch(() => undefined);
    },
  };
};
