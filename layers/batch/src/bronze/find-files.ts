import type { Stats } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASET_NAMES, type ImdbDataset } from '@rushes/domain';
import type { ObjectStore } from '@rushes/ports';
import { statIfThere, TerminalError } from '@rushes/runtime';
import type { ImdbSource, SourceFile } from './imdb-source.ts';

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

/** The names that a data set's file may have. */
const namesOf = (dataset: ImdbDataset): readonly { readonly name: string; readonly compressed: boolean }[] => [
  { name: `${dataset}.tsv`, compressed: false },
  { name: `${dataset}.tsv.gz`, compressed: true },
];

const inFolder = async (folder: string, dataset: ImdbDataset): Promise<readonly SourceFile[]> => {
  const found: SourceFile[] = [];
  for (const { name, compressed } of namesOf(dataset)) {
    const path = join(folder, name);
    const info = await lookFor(path);
    if (info) found.push({ dataset, path, bytes: info.size, compressed, modifiedMs: info.mtimeMs });
  }
  return found;
};

/** By a listing: of an object that there is not, it needs no answer for each name. */
const inStore = async (objects: ObjectStore, dataset: ImdbDataset): Promise<readonly SourceFile[]> => {
  const found: SourceFile[] = [];
  for await (const { key, bytes, modifiedAt } of objects.list(`${dataset}.tsv`)) {
    const named = namesOf(dataset).find(({ name }) => name === key);
    if (named) found.push({ dataset, path: key, bytes, compressed: named.compressed, modifiedMs: modifiedAt.getTime(), objects });
  }
  return found;
};

/**
 * IMDb's files in a folder or a store, each plain (`title.basics.tsv`) or compressed (`title.basics.tsv.gz`). Any but `title.basics` may be absent.
 * @throws TerminalError if the folder or `title.basics` is missing, if a data set is there twice, or if one is there and cannot be read; the store's errors.
 */
export const findFiles = async (source: ImdbSource): Promise<readonly SourceFile[]> => {
  if (typeof source === 'string') await checkFolder(source);
  const where = typeof source === 'string' ? source : source.location;
  const found: SourceFile[] = [];
  for (const dataset of IMDB_DATASET_NAMES) {
    const candidates = await (typeof source === 'string' ? inFolder(source, dataset) : inStore(source, dataset));
    if (candidates.length > 1)
      throw new TerminalError(`${dataset} is in ${where} twice, plain and compressed`, { hint: 'remove the one that is out of date' });
    found.push(...candidates);
  }
  if (!found.some((file) => file.dataset === 'title.basics'))
    throw new TerminalError(`no title.basics.tsv or title.basics.tsv.gz in ${where}`, {
      hint: 'every other file may be absent, this one not; fetch it with `rushes download`',
    });
  return found;
};
