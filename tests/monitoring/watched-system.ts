/** A system on embedded stores, whose processes are started one by one and whose stores are broken on purpose. */
import { cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { doUpkeep, runBatch } from '@rushes/batch';
import { PARTITIONS, partitionOf, titleIdOf, type Tconst } from '@rushes/domain';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { writeFilmSample } from '@rushes/sources';
import { openEmbeddedStores, type Stores } from '@rushes/stores';

const HOUR_MS = 3_600_000;
/** Longer ago than the objective of freshness, and than the interval of runs. */
const AGO_MS = 6 * HOUR_MS;
const AUDIT_MINUTES = 60;
/** Of the sample's 3,200 lines with ratings: so many are published with an alarm, and so many refused. */
const DAMAGED_LINES = 100;
const REFUSED_LINES = 400;

export interface WatchedSystem {
  /** Its data folder. */
  readonly data: string;
  /** IMDb's files, with some lines that cannot be typed. */
  readonly sample: string;
  /** The same with more of them than a run publishes. */
  readonly spoilt: string;
  /** IMDb's files as they were in the beginning, in a folder that no run has read: so one is due at once. */
  readonly spare: string;
  readonly movies: readonly string[];
  /** Appends what is no event. */
  readonly appendNonsense: () => Promise<void>;
  /** What came last seems to have lived this share of its time. */
  readonly age: (share: number) => Promise<void>;
  /** All that is in the log goes, also what no run has archived. */
  readonly emptyLog: () => Promise<void>;
  /** Nobody can append to the log until the returned function is called. */
  readonly lockLog: () => () => void;
  readonly close: () => Promise<void>;
}

const ratingsIn = (folder: string): string => join(folder, 'title.ratings.tsv.gz');

const readRatings = async (folder: string): Promise<readonly string[]> =>
  gunzipSync(await readFile(ratingsIn(folder)))
    .toString('utf8')
    .trimEnd()
    .split('\n');
const writeRatings = (folder: string, lines: readonly string[]): Promise<void> =>
  writeFile(ratingsIn(folder), gzipSync(`${lines.join('\n')}\n`));

const runAt = (stores: Stores, imdbSource: string, now: Date) =>
  runBatch(
    stores,
    { imdbSource, workFolder: stores.scratchFolder, memoryLimitMb: 128, threads: 2, keepVersions: 5, full: false },
    { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal, now: () => now },
  );

/** Makes it: two versions, six hours old, of which the newer one is damaged. */
export const makeSystem = async (folder: string): Promise<WatchedSystem> => {
  const [data, sample, spoilt, spare] = ['data', 'sample', 'spoilt', 'spare'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]; // as: four names
  await writeFilmSample(sample);
  const lines = await readRatings(sample);
  const movies = lines.slice(1).map((line) => line.split('\t')[0] ?? '');
  await mkdir(data);
  const stores = await openEmbeddedStores(data);
  const ago = new Date(Date.now() - AGO_MS);
  await runAt(stores, sample, ago);
  await writeRatings(sample, lines.slice(0, -1));
  await runAt(stores, sample, new Date(ago.getTime() + HOUR_MS));
  const options = {
    workFolder: stores.scratchFolder,
    auditIntervalMinutes: AUDIT_MINUTES,
    bronzeDays: 0,
    keepVersions: 5,
    memoryLimitMb: 128,
    threads: 2,
  };
  await doUpkeep(stores, options, { logger: silentLogger, signal: new AbortController().signal, now: () => ago });
  const newest = await stores.views.currentPublication();
  await truncate(join(data, 'views', `${newest?.views['titles']?.artefact}.sqlite`), 4_096);

  const damaged = movies.map((movie) => `${movie}\tvery good\tmany`);
  for (const copy of [spoilt, spare]) await cp(sample, copy, { recursive: true });
  await writeRatings(sample, [...lines, ...damaged.slice(0, DAMAGED_LINES)]);
  await writeRatings(spoilt, [...lines, ...damaged.slice(0, REFUSED_LINES)]);

  return {
    data,
    sample,
    spoilt,
    spare,
    movies,
    async appendNonsense() {
      const key = titleIdOf((movies[0] ?? '') as Tconst); // as: of the sample
      await stores.log.append([{ partition: partitionOf('movie.ratings', key), key, id: 'nonsense', value: '{"type":"nonsense"}' }]);
    },
    async age(share) {
      for (const { fence, coverage } of await stores.speed.progress()) {
        const last = coverage.at(-1);
        if (last === undefined || last.expiresAtMs > Date.now() + 49 * HOUR_MS) continue;
        await stores.speed.putCoverage({ ...last, expiresAtMs: Math.round(Date.now() + (1 - share) * 48 * HOUR_MS) }, fence);
      }
    },
    async emptyLog() {
      const later = await openSqliteEventLog(stores.log.location, { now: () => Date.now() + 30 * 24 * HOUR_MS });
      try {
        await later.trim(Object.fromEntries(PARTITIONS.map((partition) => [partition, Number.MAX_SAFE_INTEGER])));
      } finally {
        await later.close();
      }
    },
    lockLog() {
      const database = new DatabaseSync(stores.log.location);
      database.exec('BEGIN IMMEDIATE');
      return () => {
        database.exec('ROLLBACK');
        database.close();
      };
    },
    async close() {
      await stores.close();
    },
  };
};
