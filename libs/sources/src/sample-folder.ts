/**
 * Folders that samples are written to. Invariant: a sample replaces nothing but a sample, since its files are named like those that somebody
 * may have fetched for an hour.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASET_NAMES } from '@rushes/domain';
import { UsageError } from '@rushes/runtime';
import { datasetFileName } from './imdb-files.ts';

export const SAMPLE_MARK = 'SAMPLE.txt';

const MARK_TEXT =
  "The files in this folder were written by `rushes sample` or `rushes up`, in the form of IMDb's. They may be replaced without asking:\nkeep nothing else here.\n";

/** Folders in the making, of a sample that was interrupted or is being written. */
export const UNFINISHED_PREFIX = '.unfinished-';

const OWN_NAMES: ReadonlySet<string> = new Set([SAMPLE_MARK, ...IMDB_DATASET_NAMES.map(datasetFileName)]);

const isOwn = (name: string): boolean => OWN_NAMES.has(name) || name.startsWith(UNFINISHED_PREFIX);

const entriesOf = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR') throw refusal(folder, 'it is no folder');
    throw cause;
  }
};

const refusal = (folder: string, why: string): UsageError =>
  new UsageError(`no sample is written to ${folder}: ${why}`, { hint: 'Name a new folder, or an empty one, or one that holds a sample.' });

/**
 * Makes the folder, marks it as a sample's, and refuses one that holds anything else.
 * @throws UsageError if there are files that no sample wrote.
 */
export const claimSampleFolder = async (folder: string): Promise<void> => {
  const entries = await entriesOf(folder);
  if (entries.length > 0) {
    if (!entries.includes(SAMPLE_MARK)) throw refusal(folder, `it holds files that are no sample's (${entries.slice(0, 3).join(', ')})`);
    const foreign = entries.filter((name) => !isOwn(name));
    if (foreign.length > 0) throw refusal(folder, `beside a sample it holds ${foreign.slice(0, 3).join(', ')}`);
    return;
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, SAMPLE_MARK), MARK_TEXT);
};

/** From now on the folder is somebody's own. */
export const disownSampleFolder = (folder: string): Promise<void> => rm(join(folder, SAMPLE_MARK), { force: true });
