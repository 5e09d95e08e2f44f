import type { Stats } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASET_NAMES, type ImdbDataset } from '@rushes/domain';
import { statIfThere, TerminalError } from '@rushes/runtime';

export interface SourceFile {
  readonly dataset: ImdbDataset;
  readonly path: string;
  readonly bytes: number;
  readonly compressed: boolean;
  readonly modifiedMs: number;
}

const unreadable = (path: string, cause: unknown): TerminalError =>
  new TerminalError(`${path} is there, but cannot be read`, {
    hint: 'make it readable, or remove it: what is in the folder is never taken for absent',
    cause,
  });

/** A data set's file; `undefined` only if there is no entry of this name. */
const lookFor = async (path: string): Promise<Stats | undefined> => {
  let info: Stats | undefined;
  try {
    info = await statIfThere(path);
    if (info !== undefined) await access(path, constants.R_OK);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (info?.isFile() === false) throw unreadable(path, new Error(info.isDirectory() ? 'it is a folder' : 'it is no file'));
  return info;
};

const checkFolder = async (folder: string): Promise<void> => {
  const what = `the folder of IMDb's files ${folder}`;
  const hint = 'name a folder that holds title.basics.tsv.gz with --imdb, or fetch the files with `rushes download`';
  const info = await statIfThere(folder).catch((cause: unknown) => {
    throw new TerminalError(`${what} is there, but cannot be read`, { hint, cause });
  });
  if (!info?.isDirectory()) throw new TerminalError(`${what} ${info ? 'is not a folder' : 'does not exist'}`, { hint });
};

/**
 * IMDb's files in a folder, each plain (`title.basics.tsv`) or compressed (`title.basics.tsv.gz`). Any but `title.basics` may be absent.
 * @throws TerminalError if the folder or `title.basics` is missing, if a data set is there twice, or if one is there and cannot be read.
 */
export const findFiles = async (folder: string): Promise<readonly SourceFile[]> => {
  await checkFolder(folder);
  const found: SourceFile[] = [];
  for (const dataset of IMDB_DATASET_NAMES) {
    const candidates = [];
    for (const [name, compressed] of [
      [`${dataset}.tsv`, false],
      [`${dataset}.tsv.gz`, true],
    ] as const) {
      const path = join(folder, name);
      const info = await lookFor(path);
      if (info) candidates.push({ dataset, path, bytes: info.size, compressed, modifiedMs: info.mtimeMs });
    }
    if (candidates.length > 1)
      throw new TerminalError(`${dataset} is in ${folder} twice, plain and compressed`, { hint: 'remove the one that is out of date' });
    found.push(...candidates);
  }
  if (!found.some((file) => file.dataset === 'title.basics'))
    throw new TerminalError(`no title.basics.tsv or title.basics.tsv.gz in ${folder}`, {
      hint: 'every other file may be absent, this one not; fetch it with `rushes download`',
    });
  return found;
};
