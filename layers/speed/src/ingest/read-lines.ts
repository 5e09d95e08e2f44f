/** A file's lines, plain or gzip (told by its first bytes, not by its name), read no faster than they are used: those that were there when it was looked at. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

import { TerminalError } from '@rushes/runtime';

import { createLineSplitter, type TextLine } from './line-splitter.ts';

export interface TextFile {
  readonly path: string;
  readonly isGzip: boolean;
  /** What is written to it later is not read. */
  readonly size: number;
}

/** A source ended before its end. What came before is in the log. */
export class BrokenSourceError extends TerminalError {
  override readonly name = 'BrokenSourceError';
}

/** @param bytesRead told how many of the file's bytes are behind the lines that came so far. */
export const readLines = async function* (
  { path, isGzip, size }: TextFile,
  bytesRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<readonly TextLine[]> {
  if (size === 0) return;
  const file = createReadStream(path, { end: size - 1 });
  const gunzip = isGzip ? createGunzip() : undefined;
  if (gunzip !== undefined) {
    file.on('error', (error) => gunzip.destroy(error));
    file.pipe(gunzip);
  }
  const splitter = createLineSplitter();
  let last = 0;
  const told = (lines: readonly TextLine[]): readonly TextLine[] => {
    last = lines.at(-1)?.line ?? last;
    return lines;
  };
  try {
    let bytes = 0;
    for await (const chunk of gunzip ?? file) {
      const read = chunk as Buffer; // as: neither stream has an encoding
      bytes += read.length;
      bytesRead(gunzip?.bytesWritten ?? bytes);
      yield told(splitter.push(read));
    }
    yield told(splitter.finish());
  } catch (cause) {
    throw new BrokenSourceError(`${path} cannot be read beyond line ${last}`, {
      hint: isGzip
        ? 'It is damaged or was cut off: fetch it again. What came before is in the log.'
        : 'See that it is a file and may be read.',
      cause,
    });
  } finally {
    file.destroy();
    gunzip?.destroy();
  }
};
