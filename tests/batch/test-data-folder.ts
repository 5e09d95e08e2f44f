import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { type BatchOptions, type BatchStores, type RunReport, runBatch } from '@rushes/batch';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { copyComputed } from './computed-lake.ts';

export interface DataFolder {
  readonly root: string;
  readonly stores: BatchStores;
  readonly path: (name: string) => string;
  run(imdbSource: string, options?: Partial<BatchOptions>, signal?: AbortSignal, stores?: BatchStores): Promise<RunReport>;
  close(): Promise<void>;
}

/** A fresh data folder with real embedded stores. @param catalog whose tables and views are computed already. */
export const openDataFolder = async (catalog?: Parameters<typeof copyComputed>[0]): Promise<DataFolder> => {
  const root = await mkdtemp(join(tmpdir(), 'rushes-run-'));
  if (catalog !== undefined) await copyComputed(catalog, root);
  const path = (name: string): string => join(root, name);
  const stores = {
    objects: await openFolderObjectStore(path('lake')),
    views: await openSqliteBatchViews(path('views')),
    duplicateFilters: await openSqliteDuplicateFilters(path('tmp')),
    openEngine: openDuckDb,
  };
  return {
    root,
    stores,
    path,
    run: (imdbSource, options = {}, signal = new AbortController().signal, others = stores) =>
      runBatch(
        others,
        { imdbSource, workFolder: path('tmp'), memoryLimitMb: 256, threads: 2, keepVersions: 5, full: false, ...options },
        { logger: silentLogger, progress: silentProgress, signal },
      ),
    async close() {
      await stores.views.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};

/** Every row of every view of the current publication, by view: what readers can see. */
export const readEverything = async ({ views }: BatchStores): Promise<Record<string, readonly unknown[]>> => {
  const { VIEWS } = await import('@rushes/views');
  const publication = await views.currentPublication();
  const result: Record<string, unknown[]> = {};
  for (const view of VIEWS) {
    const reader = await views.open(publication?.views[view.name]?.artefact ?? '');
    const select = { columns: Object.keys(view.layout.columns), documents: view.layout.documents };
    const rows: unknown[] = [];
    for (let after: { values: []; key: string } | undefined; ;) {
      const page = await reader.list({ where: [], sort: [], limit: 500, ...select, ...(after && { after }) });
      rows.push(...page.map(({ key, columns, documents }) => [key, columns, documents]));
      const last = page.at(-1);
      if (!last) break;
      after = { values: [], key: last.key };
    }
    await reader.close();
    result[view.name] = rows;
  }
  return result;
};
