import { rm } from 'node:fs/promises';
import type { Column } from '@rushes/ports/batch-engine';
import type { TableFile } from '@rushes/ports/manifest';
import { TransientError } from '@rushes/runtime';
import type { RunContext } from '../context/run-context.ts';
import type { JsonLines } from './json-lines.ts';

const STAGED = 'scratch.staged_lines';

/** Makes a Parquet file of the lake from staged lines, in their order. `undefined` if there are none. */
export const storeLines = async (
  { engine }: RunContext,
  lines: JsonLines,
  prefix: string,
  columns: readonly Column[],
): Promise<TableFile | undefined> => {
  await lines.end();
  try {
    if (lines.rows === 0) return undefined;
    const { path, longestLineBytes } = lines;
    await engine.defineLines(STAGED, { format: 'json', path, columns, longestLineBytes });
    const draft = await engine.write({ table: prefix, select: `SELECT * FROM ${STAGED}` });
    if (draft.rows !== lines.rows)
      throw new TransientError(`${prefix}: ${lines.rows} rows were staged but ${draft.rows} arrived`, {
        hint: 'run again; if it happens again, report it',
      });
    return await draft.keep(prefix);
  } finally {
    await rm(lines.path, { force: true });
  }
};
