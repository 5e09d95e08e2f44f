/** One run of the batch layer over a folder of IMDb's files, on the real stores, and the ways to look at what it published. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { runBatch, type RunReport } from '@rushes/batch';
import type { Manifest } from '@rushes/lake';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { VIEWS } from '@rushes/views';

import { type ParquetRows, readParquet } from './parquet-rows.ts';
import type { Row, Value } from './rows.ts';

const PAGE = 997;

export interface TablePart extends ParquetRows {
  readonly partition: string | undefined;
}

export interface BuiltVersion {
  readonly report: RunReport;
  readonly manifest: Manifest;
  /** The files of a table, each with its rows in their order. */
  parts(table: string): Promise<readonly TablePart[]>;
  rows(table: string): Promise<readonly Row[]>;
  /** All rows of a served view, fetched page by page in the order of the key: columns as values, documents parsed. */
  view(name: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

const parse = (text: string | null): Value => (text === null ? null : JSON.parse(text));

/** Reads each name once: what a version holds does not change. */
const once = <T>(read: (name: string) => Promise<T>): ((name: string) => Promise<T>) => {
  const known = new Map<string, Promise<T>>();
  return (name) => {
    const found = known.get(name) ?? read(name);
    known.set(name, found);
    return found;
  };
};

/** Runs the batch layer once into a new temporary folder, which `close` removes. */
export const buildVersion = async (imdbFolder: string): Promise<BuiltVersion> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-golden-'));
  const objects = await openFolderObjectStore(join(folder, 'lake'));
  const views = await openSqliteBatchViews(join(folder, 'views'));
  const close = async (): Promise<void> => {
    await views.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const options = { imdbFolder, workFolder: join(folder, 'tmp'), memoryLimitMb: 512, threads: 2, keepVersions: 1, full: false };
    const context = { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal };
    const report = await runBatch({ objects, views }, options, context);
    const publication = await views.currentPublication();
    if (publication === undefined) throw new Error(`nothing was published: ${report.outcome}, ${report.message ?? ''}`);
    const bytes = await objects.get(publication.manifest);
    // as: read as what it is declared to be; the comparisons check what it leads to
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest;

    const parts = async (table: string): Promise<readonly TablePart[]> => {
      const record = manifest.tables.find(({ name }) => name === table);
      if (record === undefined) throw new Error(`the manifest has no table ${table}`);
      const found: TablePart[] = [];
      for (const file of record.files) {
        const path = join(folder, `${file.sha256}.parquet`);
        await objects.getFile(file.key, path);
        found.push({ partition: file.partition, ...(await readParquet(path)) });
      }
      return found;
    };

    const view = async (name: string): Promise<readonly Row[]> => {
      const { layout } = VIEWS.find((candidate) => candidate.name === name) ?? {};
      const artefact = publication.views[name]?.artefact;
      if (layout === undefined || artefact === undefined) throw new Error(`the publication has no view ${name}`);
      const columns = Object.keys(layout.columns);
      const reader = await views.open(artefact);
      const rows: Row[] = [];
      try {
        for (let after: string | undefined; ;) {
          const position = after === undefined ? {} : { after: { values: [], key: after } };
          const page = await reader.list({ where: [], sort: [], limit: PAGE, columns, documents: layout.documents, ...position });
          for (const row of page) {
            const values = columns.map((column, at): [string, Value] => [column, row.columns[at] ?? null]);
            const documents = layout.documents.map((document, at): [string, Value] => [document, parse(row.documents[at] ?? null)]);
            rows.push(Object.fromEntries([[layout.key, row.key] as const, ...values, ...documents]));
          }
          after = page.at(-1)?.key;
          if (page.length < PAGE) return rows;
        }
      } finally {
        await reader.close();
      }
    };

    const partsOnce = once(parts);
    const rows = async (table: string): Promise<readonly Row[]> => (await partsOnce(table)).flatMap((part) => part.rows);
    return { report, manifest, parts: partsOnce, rows, view: once(view), close };
  } catch (error) {
    await close();
    throw error;
  }
};
