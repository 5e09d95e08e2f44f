/**
 * Where IMDb's files are: in a folder, or as objects of a store. Invariant: one is absent only where there is nothing under its name; what is there and cannot
 * be read is an error of whoever reads it.
 */
import { createReadStream } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import type { ImdbDataset } from '@rushes/domain';
import { hashFile } from '@rushes/lake';
import type { ObjectStore } from '@rushes/ports';
import type { Origin } from '@rushes/ports/manifest';
import { type Progress, TransientError } from '@rushes/runtime';
import { SAMPLE_MARK } from '@rushes/sources';

/** The path of a folder, or a store whose keys are the files' names; it is only read. */
export type ImdbSource = string | ObjectStore;

export interface SourceFile {
  readonly dataset: ImdbDataset;
  /** In `objects` its key. */
  readonly path: string;
  readonly bytes: number;
  readonly compressed: boolean;
  readonly modifiedMs: number;
  /** The store that it is an object of; without one it is a local file. */
  readonly objects?: ObjectStore | undefined;
}

const CHUNK_BYTES = 1 << 20;

/** The source by name, as reports keep it. */
export const nameOfSource = (source: ImdbSource): string => (typeof source === 'string' ? resolve(source) : source.location);

/** What the source holds: a sample is marked as one by whoever wrote it. A folder that cannot be looked at fails the run by itself. */
export const originOfSource = async (source: ImdbSource): Promise<Origin> => {
  if (typeof source !== 'string') return (await source.head(SAMPLE_MARK)) === undefined ? 'files' : 'sample';
  try {
    await lstat(join(source, SAMPLE_MARK));
    return 'sample';
  } catch {
    return 'files';
  }
};

/** The file's bytes, packed as they are. */
export const bytesOf = ({ objects, path }: SourceFile, signal: AbortSignal): AsyncIterable<Uint8Array> =>
  objects ? objects.read(path, { signal }) : createReadStream(path, { highWaterMark: CHUNK_BYTES });

/** When the file was last changed, as it is now. */
export const modifiedMsOf = async ({ objects, path, modifiedMs }: SourceFile): Promise<number> =>
  objects ? ((await objects.head(path))?.modifiedAt.getTime() ?? modifiedMs) : (await stat(path)).mtimeMs;

/** SHA-256 of the file's bytes. A store remembers that of an object which it has read before. */
export const hashOf = async (
  file: SourceFile,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<string> => {
  const { objects, path, bytes } = file;
  if (!objects) return hashFile(path, signal);
  const task = progress.task({ name: `compare ${basename(path)}`, unit: 'bytes', total: bytes });
  const sha256 = await objects.sha256(path, { signal, onBytes: (count) => task.advance(count) });
  if (sha256 === undefined)
    throw new TransientError(`${path} was removed from ${objects.location} while the run went on`, {
      hint: 'run again once the files are complete',
    });
  task.finish();
  return sha256;
};
