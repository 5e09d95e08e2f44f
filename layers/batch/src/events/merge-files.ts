/**
 * Each run adds a file to the tables of events. Were they left alone, a table would be thousands of small files after a year, and each version would list
 * and look for all of them. So when many small files have come together, a run writes them into one. Invariant: a table's rows stay what they were.
 */
import type { TableFile } from '@rushes/ports/manifest';
import { TransientError } from '@rushes/runtime';
import type { RunContext } from '../context/run-context.ts';
import type { EventTable } from '../models/event-tables.ts';

/** So many small files are left as they are: two days of scheduled runs. */
const MOST_SMALL = 12;
/** A file of this size is left alone for ever. */
const LARGE_BYTES = 128 * 2 ** 20;

/** The files behind the last large one, if they are too many. */
export const filesToMerge = <File extends Pick<TableFile, 'bytes'>>(files: readonly File[]): readonly File[] => {
  const small = files.slice(files.findLastIndex(({ bytes }) => bytes >= LARGE_BYTES) + 1);
  return small.length > MOST_SMALL ? small : [];
};

const MERGED = 'scratch.merged_files';

/** The files of a table of events, or fewer with the same rows. @param files oldest first. */
export const mergeFiles = async (
  { engine, logger }: RunContext,
  { name, columns, orderBy }: EventTable,
  files: readonly TableFile[],
): Promise<readonly TableFile[]> => {
  const merging = filesToMerge(files);
  if (merging.length === 0) return files;
  const rows = merging.reduce((sum, file) => sum + file.rows, 0);
  await engine.defineTable({ name: MERGED, columns, files: merging });
  const draft = await engine.write({ table: name, select: `SELECT * FROM ${MERGED}`, orderBy });
  if (draft.rows !== rows)
    throw new TransientError(`${name}: ${merging.length} files of ${rows} rows became one of ${draft.rows}`, {
      hint: 'run again; if it happens again, report it',
    });
  const merged = await draft.keep(name.replace('.', '/'));
  logger.info({ table: name, files: merging.length, rows }, `wrote ${merging.length} files of ${name} into one`);
  return [...files.slice(0, files.length - merging.length), merged];
};
