/** One run of the batch layer over a folder of IMDb's files, on the real stores, and the ways to look at what it published. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { runBatch, type RunReport } from '@rushes/batch';
import type { Manifest } from '@rushes/ports/manifest';
import type { ArtefactLayout, ListedRow, NewRecord } from '@rushes/ports';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { VIEWS } from '@rushes/views';

import { isComputed, writeComputed } from './computed-tables.ts';
import { type ParquetRows, readParquet } from './parquet-rows.ts';
import type { Row, Value } from './rows.ts';
import { writtenDocuments } from './written-documents.ts';

const PAGE = 997;
const LOG_RETENTION_MS = 48 * 3_600_000;

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
  /** The documents of a served view's rows as answers show them, by key and the document's name. */
  documentTexts(name: string): Promise<ReadonlyMap<string, Readonly<Record<string, string | null>>>>;
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

/** What lies in the log of a version, and its clock. */
export interface LogContent {
  /** Each list is appended before a run of its own; the last run's version is looked at. */
  readonly appends: readonly (readonly NewRecord[])[];
  readonly nowMs: number;
}

/** Runs the batch layer into a new temporary folder, which `close` removes: once, or over a log once for each of its parts. */
export const buildVersion = async (imdbSource: string, content?: LogContent): Promise<BuiltVersion> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-golden-'));
  const objects = await openFolderObjectStore(join(folder, 'lake'));
  const views = await openSqliteBatchViews(join(folder, 'views'));
  const log = content && (await openSqliteEventLog(join(folder, 'log'), { now: () => content.nowMs, retentionMs: LOG_RETENTION_MS }));
  const close = async (): Promise<void> => {
    await views.close();
    await log?.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const duplicateFilters = await openSqliteDuplicateFilters(join(folder, 'tmp'));
    const options = { imdbSource, workFolder: join(folder, 'tmp'), memoryLimitMb: 512, threads: 2, keepVersions: 1, full: false };
    const context = { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal };
    const run = (): Promise<RunReport> =>
      runBatch({ objects, views, duplicateFilters, openEngine: openDuckDb, ...(log && { log }) }, options, context);
    for (const records of content?.appends.slice(0, -1) ?? []) {
      await log?.append(records);
      await run();
    }
    await log?.append(content?.appends.at(-1) ?? []);
    const report = await run();
    const publication = await views.currentPublication();
    if (publication === undefined) throw new Error(`nothing was published: ${report.outcome}, ${report.message ?? ''}`);
    const bytes = await objects.get(publication.manifest);
    // as: read as what it is declared to be; the comparisons check what it leads to
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest;

    const parts = async (table: string): Promise<readonly TablePart[]> => {
      if (isComputed(table))
        return [{ partition: undefined, ...(await readParquet(await writeComputed(folder, objects, manifest, table))) }];
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

    const readView = async (name: string): Promise<{ readonly layout: ArtefactLayout; readonly rows: readonly ListedRow[] }> => {
      const { layout } = VIEWS.find((candidate) => candidate.name === name) ?? {};
      const artefact = publication.views[name]?.artefact;
      if (layout === undefined || artefact === undefined) throw new Error(`the publication has no view ${name}`);
      const columns = Object.keys(layout.columns);
      const reader = await views.open(artefact);
      const rows: ListedRow[] = [];
      try {
        for (let after: string | undefined; ;) {
          const position = after === undefined ? {} : { after: { values: [], key: after } };
          const page = await reader.list({ where: [], sort: [], limit: PAGE, columns, documents: layout.documents, ...position });
          rows.push(...page);
          after = page.at(-1)?.key;
          if (page.length < PAGE) return { layout, rows };
        }
      } finally {
        await reader.close();
      }
    };

    const readOnce = once(readView);
    const view = async (name: string): Promise<readonly Row[]> => {
      const { layout, rows } = await readOnce(name);
      return rows.map((row) => {
        const values = Object.keys(layout.columns).map((column, at): [string, Value] => [column, row.columns[at] ?? null]);
        const written = Object.entries(writtenDocuments(name, layout.documents, row));
        const documents = written.map(([document, text]): [string, Value] => [document, parse(text)]);
        return Object.fromEntries([[layout.key, row.key] as const, ...values, ...documents]);
      });
    };
    const documentTexts: BuiltVersion['documentTexts'] = async (name) => {
      const { layout, rows } = await readOnce(name);
      return new Map(rows.map((row) => [row.key, writtenDocuments(name, layout.documents, row)]));
    };

    const partsOnce = once(parts);
    const rows = async (table: string): Promise<readonly Row[]> => (await partsOnce(table)).flatMap((part) => part.rows);
    return { report, manifest, parts: partsOnce, rows, view: once(view), documentTexts, close };
  } catch (error) {
    await close();
    throw error;
  }
};
