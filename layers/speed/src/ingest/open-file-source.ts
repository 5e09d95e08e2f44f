/**
 * A file as a source. Its name derives from its content (the first MiB and the size), so the same file under another name or in another place is the
 * same source, and a file that changed is another one, unless it is given a name.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';

import { UsageError } from '@rushes/runtime';

import { recognizeFormat } from './formats/recognize-format.ts';
import type { TextLine } from './line-splitter.ts';
import { readLines, type TextFile } from './read-lines.ts';
import { itemId, type Source, SOURCE_NAME, type SourceItem } from './source.ts';

const HASHED_BYTES = 1 << 20;
const NAME_DIGITS = 24;

export interface FileSourceOptions {
  /** For a file that grows: what ids derive from in place of its content. */
  readonly name?: string;
  /** One of the formats' names; else it is recognized. */
  readonly format?: string;
  /** When observed ratings were so; else the time of the file's last change. */
  readonly atMs?: number;
}

export interface FileSource extends Source {
  readonly format: string;
}

interface LookedAt extends TextFile {
  readonly contentName: string;
  readonly size: number;
  readonly modifiedMs: number;
}

const look = async (handle: FileHandle, path: string): Promise<LookedAt> => {
  const found = await handle.stat();
  if (!found.isFile()) throw new UsageError(`${path} is no file`, { hint: 'Name the file with the events; replays read one at a time.' });
  const buffer = Buffer.alloc(Math.min(HASHED_BYTES, found.size));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  const head = buffer.subarray(0, filled);
  const digest = createHash('sha256').update(head).update(`\n${found.size}`).digest('hex');
  return {
    path,
    isGzip: head[0] === 0x1f && head[1] === 0x8b,
    contentName: `file-${digest.slice(0, NAME_DIGITS)}`,
    size: found.size,
    modifiedMs: Math.floor(found.mtimeMs),
  };
};

const lookAt = async (path: string): Promise<LookedAt> => {
  const handle = await open(path).catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be opened`, { hint: 'Name the file with the events to replay.', cause });
  });
  try {
    return await look(handle, path);
  } finally {
    await handle.close();
  }
};

const firstLineOf = async (file: TextFile): Promise<TextLine | undefined> => {
  for await (const [first] of readLines(file)) if (first !== undefined) return first;
  return undefined;
};

/** @throws UsageError if there is no such file, or it is in no known format. */
export const openFileSource = async (givenPath: string, options: FileSourceOptions = {}): Promise<FileSource> => {
  const file = await lookAt(resolve(givenPath));
  const { path, size } = file;
  const name = options.name ?? file.contentName;
  if (!SOURCE_NAME.test(name))
    throw new UsageError(`${JSON.stringify(name)} cannot be a source's name`, {
      hint: 'Use letters, digits, dots, hyphens and underscores.',
    });
  const header = (await firstLineOf(file))?.text ?? '';
  const format = recognizeFormat(path, header, options.format);
  const parse = format.parser(header, options.atMs ?? file.modifiedMs);
  let read = 0;

  const itemOf = ({ line, text, fault }: TextLine): SourceItem => {
    if (fault !== undefined) return { line, text, fault };
    const parsed = parse(text);
    if ('fault' in parsed) return { line, text, fault: parsed.fault };
    return { line, text, event: parsed.event, id: itemId(name, line, parsed.ownId), atMs: parsed.atMs };
  };
  const items = async function* (after: number): AsyncGenerator<SourceItem> {
    const from = Math.max(after, format.hasHeader ? 1 : 0);
    for await (const lines of readLines(file, (bytes) => (read = bytes)))
      for (const one of lines) if (one.line > from && (one.text.trim() !== '' || one.fault !== undefined)) yield itemOf(one);
  };
  return { name, location: path, format: format.name, items, progress: () => ({ read, total: size }) };
};
