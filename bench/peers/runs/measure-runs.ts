/** Batch runs over the same files by each peer and by Rushes, one after the other in each round; what they made is compared before their times are. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { bytesIn } from '../../batch/folder-sizes.ts';
import type { MeasuredRun } from '../../batch/measured-run.ts';
import { measureInChild, measureProgram } from '../../process/child.ts';
import { peerResults, publishedResults, requireSameResults } from '../compare/same-results.ts';
import { PYTHON_FOLDER } from '../installed/python.ts';
import type { PeerRun } from './peer-run.ts';

/** A run without the numbers of rows, and what it left on the disk, in bytes. */
export type SizedRun<Run> = Omit<Run, 'rows'> & { readonly diskBytes: number };

export interface RunRound {
  readonly duckdb: SizedRun<PeerRun>;
  /** `undefined` where Spark is missing. */
  readonly spark?: SizedRun<PeerRun>;
  /** `diskBytes` is the lake's; the views that are served from lie beside it. */
  readonly rushes: SizedRun<MeasuredRun> & { readonly viewBytes: number };
}

export interface RunOptions {
  readonly imdb: string;
  readonly rounds: number;
  /** The Python that has PySpark. */
  readonly sparkPython: string | undefined;
}

/** Where the last round's results are left: what requests are answered from. */
export interface LeftFolders {
  readonly duckdb: string;
  readonly data: string;
}

const sized = async <Run extends PeerRun | MeasuredRun>({ rows: _rows, ...run }: Run, folder: string) => ({
  ...run,
  diskBytes: await bytesIn(folder),
});

/** @param folder an empty folder that the caller removes. @throws if two of them have different results. */
export const measureRuns = async (
  folder: string,
  options: RunOptions,
  tell: (text: string) => void,
): Promise<{ readonly rounds: readonly RunRound[]; readonly left: LeftFolders }> => {
  const { imdb, sparkPython } = options;
  const [duckdb, spark, data] = [join(folder, 'duckdb'), join(folder, 'spark'), join(folder, 'rushes')];
  const rounds: RunRound[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const path of [duckdb, spark, data]) {
      await rm(path, { recursive: true, force: true });
      await mkdir(path);
    }
    const told = <Run extends PeerRun | MeasuredRun>(name: string, run: Run): Run => {
      tell(`round ${round} of ${options.rounds}, ${name}: ${Math.round(run.wallMs)} ms, peak ${Math.round(run.peakMb)} MiB`);
      return run;
    };
    const byDuckdb = told('the DuckDB script', await measureInChild<PeerRun>('peers/scripts/duckdb-lake.ts', [imdb, duckdb]));
    const byRushes = told('Rushes', await measureInChild<MeasuredRun>('whole-run.ts', [imdb, data, 'whole']));
    const ours = await publishedResults(data);
    await requireSameResults(ours, peerResults('the DuckDB script', duckdb));
    let bySpark: SizedRun<PeerRun> | undefined;
    if (sparkPython !== undefined) {
      const job = [sparkPython, join(PYTHON_FOLDER, 'spark_lake.py'), imdb, spark] as const;
      const run = told('PySpark', await measureProgram<PeerRun>(job, { quiet: true }));
      await requireSameResults(ours, peerResults('PySpark', spark));
      await rm(join(spark, 'tmp'), { recursive: true, force: true });
      bySpark = await sized(run, spark);
    }
    rounds.push({
      duckdb: await sized(byDuckdb, duckdb),
      rushes: { ...(await sized(byRushes, join(data, 'lake'))), viewBytes: await bytesIn(join(data, 'views')) },
      ...(bySpark && { spark: bySpark }),
    });
  }
  await rm(spark, { recursive: true });
  return { rounds, left: { duckdb, data } };
};
