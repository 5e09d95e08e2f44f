/** Reads what a version's tables say of the log, through the engine. */
import { join } from 'node:path';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openLake } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import type { ObjectStore } from '@rushes/ports';
import type { PlainFold } from './plain-fold.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface VersionReader {
  rows(manifest: Manifest, table: string, orderBy?: string): Promise<readonly Row[]>;
  /** Rows of all keyed views, by view and key. */
  keyed(manifest: Manifest): Promise<PlainFold['views']>;
  /** The ledger of late events, by partition, offset and view. */
  late(manifest: Manifest): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export const openVersionReader = async (objects: ObjectStore, root: string): Promise<VersionReader> => {
  const files = openLake(objects, root);
  const engine = await openDuckDb({ files, memoryLimitMb: 256, threads: 2, folder: join(root, 'reader') });
  const rows: VersionReader['rows'] = async (manifest, name, orderBy) => {
    const table = manifest.tables.find((one) => one.name === name);
    if (!table) throw new Error(`version ${manifest.version} has no table ${name}`);
    await engine.defineTable(table);
    const found: Row[] = [];
    const order = orderBy === undefined ? '' : ` ORDER BY ${orderBy}`;
    for await (const texts of engine.streamText(`SELECT CAST(to_json(t) AS VARCHAR) FROM ${name} t${order}`))
      found.push(...texts.map((text) => JSON.parse(text) as Row)); // as: a row's JSON
    return found;
  };
  return {
    rows,
    async keyed(manifest) {
      const views: Record<string, Record<string, Record<string, unknown>>> = {};
      for (const { name } of manifest.tables.filter((table) => table.name.startsWith('keyed.'))) {
        const view: Record<string, Record<string, unknown>> = {};
        for (const { movie_id: movie, bucket_ms: bucket, ...state } of await rows(manifest, name))
          view[bucket === undefined ? String(movie) : `${String(movie)}|${Number(bucket)}`] = state;
        views[name.slice('keyed.'.length)] = view;
      }
      return views;
    },
    async late(manifest) {
      const found = await rows(manifest, 'ledger.late_events', '"partition", "offset", "view"');
      const state = (json: unknown): unknown => JSON.parse(String(json));
      return found.map(({ before, after, ...row }) => ({ ...row, before: state(before), after: state(after) }));
    },
    close: () => engine.close(),
  };
};

/** What tells whether two versions' tables of a layer hold the same bytes. */
export const contentOf = (manifest: Manifest, prefix: string): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    manifest.tables.filter(({ name }) => name.startsWith(prefix)).map(({ name, files }) => [name, files.map((file) => file.sha256)]),
  );
