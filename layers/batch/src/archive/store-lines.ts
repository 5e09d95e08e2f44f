import { rm } from 'node:fs/promises';
import { type Column, stagedJsonSelect } from '@rushes/lake';
import type { TableFile } from '@rushes/ports/manifest';
import { TransientError } from '@rushes/runtime';
import type { RunContext } from '../context/run-context.ts';
import type { JsonLines } from './json-lines.ts';

/** Makes a Parquet file of the lake from staged lines, in their order. `undefined` if there are none. */
export const storeLines = async (
  { lake, engine }: RunContext,
  lines: JsonLines,
  prefix: string,
  columns: readonly Column[],
): Promise<TableFile | undefined> => {
  await lines.end();
  try {
    if (lines.rows === 0) return undefined;
    const parquet = `${lines.path}.parquet`;
    const rows = await engine.writeParquet(stagedJsonSelect(lines.path, columns, lines.longestLineBytes), parquet);
    if (rows !== lines.rows)
      throw new TransientError(`${prefix}: ${lines.rows} rows were staged but ${rows} arrived`, {
        hint: 'run again; if it happens again, report it',
      });
    return await lake.storeFile(prefix, parquet, rows);
  } finally {
    await rm(lines.path, { force: true });
  }
};
