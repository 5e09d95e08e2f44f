/** An engine over an empty lake, and what the suite asks of both. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BatchEngine, Column, Draft, Writing } from '@rushes/ports/batch-engine';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

export interface OpenedEngine {
  readonly engine: BatchEngine;
  /** Keys of all files in the lake. */
  readonly keys: () => Promise<readonly string[]>;
  readonly bytes: (key: string) => Promise<Uint8Array>;
  readonly dispose: () => Promise<void>;
}

export type OpenForContract = (signal?: AbortSignal) => Promise<OpenedEngine>;

export type Row = Readonly<Record<string, unknown>>;

/** Stages rows as lines of JSON and makes them readable under a name. @param folder for the file, which stays. */
export const stage = async (
  engine: BatchEngine,
  folder: string,
  name: string,
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<void> => {
  const path = join(folder, `${name}.jsonl`);
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  await writeFile(path, lines.join(''));
  await engine.defineLines(name, {
    format: 'json',
    path,
    columns,
    longestLineBytes: Math.max(0, ...lines.map((line) => Buffer.byteLength(line))),
  });
};

/** Rows of a kept file in its order, as a reader finds them that has nothing to do with the engine. */
export const readKept = async ({ bytes }: OpenedEngine, key: string): Promise<readonly Row[]> => {
  const file = new Uint8Array(await bytes(key)).buffer;
  return parquetReadObjects({ file, compressors });
};

/** Writes, keeps, and reads back by the other reader. */
export const rowsWritten = async (opened: OpenedEngine, writing: Writing): Promise<readonly Row[]> => {
  const draft: Draft = await opened.engine.write(writing);
  const { key } = await draft.keep('written');
  return readKept(opened, key);
};

export const collectTexts = async (texts: AsyncIterable<readonly string[]>): Promise<readonly string[]> => {
  const collected: string[] = [];
  for await (const some of texts) collected.push(...some);
  return collected;
};
