/**
 * What is to be known of a file before its lines are read. Its name derives from its content, all of it, so the same file under another name or in
 * another place is the same source, and a file that changed anywhere is another one.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { UsageError } from '@rushes/runtime';

import type { TextFile } from './read-lines.ts';

const HEAD_BYTES = 1 << 20;
const NAME_DIGITS = 24;

export interface LookedAt extends TextFile {
  readonly modifiedMs: number;
  /** The name that its content gives it; `undefined` where it was not asked for. */
  readonly contentName: string | undefined;
  /** What names derived from before, where that is another name: the first MiB and the size. */
  readonly formerName: string | undefined;
}

const headOf = async (handle: FileHandle, size: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(Math.min(HEAD_BYTES, size));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};

const nameOf = (content: Hash, size: number): string => `file-${content.update(`\n${size}`).digest('hex').slice(0, NAME_DIGITS)}`;

const hashRest = async (path: string, from: number, size: number, content: Hash): Promise<void> => {
  if (from >= size) return;
  for await (const chunk of createReadStream(path, { start: from, end: size - 1 })) content.update(chunk as Buffer); // as: the stream has no encoding
};

const look = async (handle: FileHandle, path: string, isNamed: boolean): Promise<LookedAt> => {
  const found = await handle.stat();
  if (!found.isFile()) throw new UsageError(`${path} is no file`, { hint: 'Name the file with the events; replays read one at a time.' });
  const { size } = found;
  const head = await headOf(handle, size);
  const known = { path, size, isGzip: head[0] === 0x1f && head[1] === 0x8b, modifiedMs: Math.floor(found.mtimeMs) };
  if (isNamed) return { ...known, contentName: undefined, formerName: undefined };
  const content = createHash('sha256').update(head);
  const former = content.copy();
  await hashRest(path, head.length, size, content);
  return { ...known, contentName: nameOf(content, size), formerName: size > HEAD_BYTES ? nameOf(former, size) : undefined };
};

/**
 * @param isNamed somebody gave it a name: its content need not be read for one.
 * @throws UsageError if there is no such file.
 */
export const lookAt = async (path: string, isNamed: boolean): Promise<LookedAt> => {
  const handle = await open(path).catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be opened`, { hint: 'Name the file with the events to replay.', cause });
  });
  try {
    return await look(handle, path, isNamed);
  } finally {
    await handle.close();
  }
};
