/**
 * Batch runs of several sizes. In each round all kinds of run follow one another, so that a ratio compares neighbors in time; each is a process of
 * its own with fresh folders, but for the last two, which go on from what the whole run published.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { measureInChild } from '../process/child.ts';
import { changeRatings } from './change-ratings.ts';
import type { MeasuredRun } from './measured-run.ts';

/** bare: DuckDB by itself. lake: the run with its views dropped. whole: the run. unchanged, changed: the run after it. */
export const KINDS = ['bare', 'lake', 'whole', 'unchanged', 'changed'] as const;
export type Kind = (typeof KINDS)[number];

/** Every hundredth rating has changed in the run called `changed`. */
export const CHANGED_EVERY = 100;

export interface BatchResult {
  readonly titles: number;
  /** Lines of all files together, and their compressed size. */
  readonly lines: number;
  readonly bytes: number;
  readonly rounds: readonly Readonly<Record<Kind, MeasuredRun>>[];
}

interface Sample {
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** @param folder an empty folder that the caller removes. */
export const measureBatch = async (folder: string, titles: number, rounds: number, tell: (text: string) => void): Promise<BatchResult> => {
  const [imdb, later] = [join(folder, 'imdb'), join(folder, 'imdb-later')];
  tell(`${titles} titles: writing the files`);
  const sample = await measureInChild<Sample>('write-sample.ts', [imdb, String(titles)]);
  await changeRatings(imdb, later, CHANGED_EVERY);

  const results: Record<Kind, MeasuredRun>[] = [];
  for (let round = 1; round <= rounds; round++) {
    const folders = { bare: join(folder, 'bare'), lake: join(folder, 'lake'), whole: join(folder, 'whole') };
    for (const path of Object.values(folders)) await mkdir(path);
    const timed = async (kind: Kind, script: string, args: readonly string[]): Promise<MeasuredRun> => {
      const run = await measureInChild<MeasuredRun>(script, args);
      tell(`${titles} titles, round ${round} of ${rounds}, ${kind}: ${Math.round(run.wallMs)} ms, peak ${Math.round(run.peakMb)} MiB`);
      return run;
    };
    const result: Record<Kind, MeasuredRun> = {
      bare: await timed('bare', 'bare-lake.ts', [imdb, folders.bare]),
      lake: await timed('lake', 'whole-run.ts', [imdb, folders.lake, 'lake']),
      whole: await timed('whole', 'whole-run.ts', [imdb, folders.whole, 'whole']),
      unchanged: await timed('unchanged', 'whole-run.ts', [imdb, folders.whole, 'whole']),
      changed: await timed('changed', 'whole-run.ts', [later, folders.whole, 'whole']),
    };
    requireSameRows(result.bare, result.lake);
    requireSameRows(result.bare, result.whole);
    results.push(result);
    for (const path of Object.values(folders)) await rm(path, { recursive: true });
  }
  const lines = Object.values(sample.rows).reduce((sum, count) => sum + count, 0);
  return { titles, lines, bytes: sample.bytes, rounds: results };
};

/** Times are worth comparing only if the same was computed. */
const requireSameRows = (bare: MeasuredRun, run: MeasuredRun): void => {
  for (const [table, rows] of Object.entries(bare.rows))
    if (run.rows[table] !== rows) throw new Error(`${table} has ${run.rows[table]} rows in the lake, ${rows} by bare DuckDB`);
};
