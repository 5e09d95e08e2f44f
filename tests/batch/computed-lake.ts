/**
 * Data folders in which everything that follows from a catalog is computed and no run is known of: a first run over the same catalog costs a third. Each is
 * computed once for all test files.
 */
import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { access, cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { runBatch } from '@rushes/batch';
import { silentLogger, silentProgress } from '@rushes/runtime';

import { SHARED_FOLDER } from '../shared-folder.ts';
import { type CatalogOptions, writeCatalog } from './made-up-catalog.ts';

/** What tells of runs. */
const HISTORY: ReadonlySet<string> = new Set(['claims', 'manifests', 'runs', 'tmp', 'imdb']);
const isHistory = (path: string): boolean => HISTORY.has(basename(path)) || basename(path).startsWith('publications.');

const compute = async (catalog: CatalogOptions, root: string): Promise<void> => {
  const imdbSource = await writeCatalog(join(root, 'imdb'), catalog);
  const views = await openSqliteBatchViews(join(root, 'views'));
  const stores = {
    objects: await openFolderObjectStore(join(root, 'lake')),
    views,
    duplicateFilters: await openSqliteDuplicateFilters(join(root, 'tmp')),
    openEngine: openDuckDb,
  };
  const { outcome, message } = await runBatch(
    stores,
    { imdbSource, workFolder: join(root, 'tmp'), memoryLimitMb: 256, threads: 2, keepVersions: 5, full: false },
    { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal },
  );
  await views.close();
  if (outcome !== 'published') throw new Error(`the catalog could not be computed: ${outcome}, ${message}`);
};

/** The folder of a computed catalog. Two workers may compute the same one; the first to be ready counts. */
const computed = async (catalog: CatalogOptions): Promise<string> => {
  const shared = process.env[SHARED_FOLDER];
  if (shared === undefined) throw new Error(`${SHARED_FOLDER} is not set: computed lakes are for tests that vitest runs`);
  const ready = join(shared, `lake-${createHash('sha256').update(JSON.stringify(catalog)).digest('hex').slice(0, 16)}`);
  try {
    await access(ready);
    return ready;
  } catch {
    // Nobody has computed it yet.
  }
  const making = await mkdtemp(join(shared, 'making-'));
  await compute(catalog, join(making, 'made'));
  await cp(join(making, 'made'), join(making, 'ready'), { recursive: true, filter: (path) => !isHistory(path) });
  await rename(join(making, 'ready'), ready).catch(() => access(ready));
  await rm(making, { recursive: true });
  return ready;
};

/** By what they are of: each worker looks once. */
const known = new Map<string, Promise<string>>();

/** Puts the lake and the batch views that follow from a catalog into a new data folder. */
export const copyComputed = async (catalog: Omit<CatalogOptions, 'votesOf' | 'observedMs'>, root: string): Promise<void> => {
  const name = JSON.stringify(catalog);
  const found = known.get(name) ?? computed(catalog);
  known.set(name, found);
  cpSync(await found, root, { recursive: true });
};
