/** A data folder with a log: real embedded stores, a clock in hand, and a small catalog. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { type BatchOptions, type BatchStores, type RunReport, runBatch } from '@rushes/batch';
import { openLake, readManifest } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import type { EventLog } from '@rushes/ports';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { awkwardLog } from '@rushes/ports/contracts/awkward-log';
import { copyComputed } from '../batch/computed-lake.ts';
import { writeCatalog } from '../batch/made-up-catalog.ts';

const HOUR_MS = 3_600_000;

export interface LoggedStores extends BatchStores {
  readonly log: EventLog;
}

export interface LoggedFolder {
  readonly root: string;
  readonly imdb: string;
  readonly stores: LoggedStores;
  /** The log's clock. */
  readonly clock: { nowMs: number };
  run(options?: Partial<BatchOptions>, stores?: BatchStores, signal?: AbortSignal, now?: () => Date): Promise<RunReport>;
  /** The version that readers get. */
  current(): Promise<Manifest>;
  manifest(version: number): Promise<Manifest>;
  close(): Promise<void>;
}

const CATALOG = {
  titles: 30,
  without: ['name.basics', 'title.crew', 'title.principals', 'title.akas', 'title.episode'],
};

const optionsOf = (root: string, imdbSource: string): BatchOptions => ({
  imdbSource,
  workFolder: join(root, 'tmp'),
  memoryLimitMb: 256,
  threads: 2,
  keepVersions: 5,
  full: false,
});

/** @param folder of a data folder that is there already; it stays when this one is closed. */
export const openLoggedFolder = async (folder?: string): Promise<LoggedFolder> => {
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'rushes-log-')));
  if (folder === undefined) await copyComputed(CATALOG, root);
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const imdb = await writeCatalog(join(root, 'imdb'), CATALOG);
  const stores = {
    objects: await openFolderObjectStore(join(root, 'lake')),
    views: await openSqliteBatchViews(join(root, 'views')),
    duplicateFilters: await openSqliteDuplicateFilters(join(root, 'tmp')),
    openEngine: openDuckDb,
    log: awkwardLog(await openSqliteEventLog(join(root, 'log'), { now: () => clock.nowMs, retentionMs: 48 * HOUR_MS })),
  };
  const manifest = async (version: number): Promise<Manifest> => {
    const found = await readManifest(openLake(stores.objects, root), version);
    if (!found) throw new Error(`version ${version} has no manifest`);
    return found;
  };
  return {
    root,
    imdb,
    stores,
    clock,
    run: (options = {}, others = stores, signal = new AbortController().signal, now = () => new Date()) =>
      runBatch(others, { ...optionsOf(root, imdb), ...options }, { logger: silentLogger, progress: silentProgress, signal, now }),
    manifest,
    current: async () => manifest((await stores.views.currentPublication())?.version ?? 0),
    async close() {
      await stores.views.close();
      await stores.log.close();
      if (folder === undefined) await rm(root, { recursive: true, force: true });
    },
  };
};
