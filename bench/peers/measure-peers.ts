/** What users would compare Rushes with, measured beside it on the same machine and the same made-up files. A peer that is missing is left out, and told. */
import { join } from 'node:path';

import { measureInChild } from '../process/child.ts';
import { surroundings, type Surroundings } from '../report/machine.ts';
import { PeerMissingError } from './installed/missing.ts';
import { pinnedVersions, pythonPrograms, requireJava } from './installed/python.ts';
import { startFlaskService } from './requests/flask-service.ts';
import { measureRequests, type RequestScenario } from './requests/measure-requests.ts';
import { measureRuns, type RunRound } from './runs/measure-runs.ts';

export interface PeersResult extends Surroundings {
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly titles: number;
  /** Lines of all files together, and their compressed size. */
  readonly lines: number;
  readonly bytes: number;
  /** Of each measurement of requests. */
  readonly seconds: number;
  readonly runs: readonly RunRound[];
  readonly requests: readonly RequestScenario[];
  /** One line for each peer that is not here. */
  readonly missing: readonly string[];
}

export interface PeersOptions {
  readonly titles: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Where Python packages are kept. */
  readonly cache: string;
}

/** @param folder an empty folder that the caller removes. */
export const measurePeers = async (folder: string, options: PeersOptions, tell: (text: string) => void): Promise<PeersResult> => {
  const { titles, rounds, seconds, cache } = options;
  const missing: string[] = [];
  /** Prepares a peer; `undefined` if it is missing. */
  const ready = async <T>(peer: string, prepare: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await prepare();
    } catch (error) {
      if (!(error instanceof PeerMissingError)) throw error;
      missing.push(`${peer} is left out: ${error.message}`);
      tell(missing.at(-1) ?? '');
      return undefined;
    }
  };

  const spark = await ready('PySpark', async () => {
    requireJava();
    return pythonPrograms('spark', cache, tell);
  });
  const imdb = join(folder, 'imdb');
  tell(`${titles} titles: writing the files`);
  const sample = await measureInChild<{ readonly rows: Readonly<Record<string, number>>; readonly bytes: number }>('write-sample.ts', [
    imdb,
    String(titles),
  ]);
  const { rounds: runs, left } = await measureRuns(
    folder,
    { imdb, rounds, sparkPython: spark === undefined ? undefined : join(spark, 'python') },
    tell,
  );

  const flask = await ready('Flask with PostgreSQL', () => startFlaskService(folder, left.duckdb, cache, tell));
  try {
    const requests = await measureRequests(folder, left, { rounds, seconds, flask }, tell);
    const { versions, ...rest } = surroundings();
    const peers = {
      ...(spark !== undefined && (await pinnedVersions('spark', ['pyspark']))),
      ...(flask && { ...(await pinnedVersions('flask', ['Flask', 'gunicorn', 'psycopg'])), ...flask.versions }),
    };
    return {
      measuredAt: new Date().toISOString(),
      ...rest,
      versions: { ...versions, ...peers },
      titles,
      lines: Object.values(sample.rows).reduce((sum, count) => sum + count, 0),
      bytes: sample.bytes,
      seconds,
      runs,
      requests,
      missing,
    };
  } finally {
    await flask?.stop();
  }
};
