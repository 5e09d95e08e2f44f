/**
 * Iceberg tables beside the lake's own records: metadata over the same Parquet files, for engines that know nothing of manifests. A lake has them once
 * somebody asked for them; from then on they follow every publication. Invariant: what they say is made of publications and manifests alone, so it may be
 * late or lost, and whoever comes next brings it up to date.
 */
import { randomUUID } from 'node:crypto';
import { type Lake, readManifest } from '@rushes/lake';
import { planTable, type TableSource, UnmappedTypeError } from '@rushes/lake/iceberg';
import type { BatchViewStore, Publication } from '@rushes/ports';
import type { Manifest } from '@rushes/ports/manifest';
import { explainError, TerminalError, TransientError } from '@rushes/runtime';
import { inParallel } from '../context/in-parallel.ts';
import { columnMeaning } from '../models/column-meanings.ts';
import { keptPublications } from '../publish/kept-publications.ts';
import {
  commitTable,
  KEPT_KEY,
  listTables,
  metadataPrefix,
  metadataUri,
  readTable,
  removeTable,
  type StoredTable,
  tableFolder,
  tidyTable,
} from './stored-table.ts';

const HISTORY = 10_000;
const TRIES = 5;
const AT_ONCE = 8;

export interface IcebergTable {
  readonly name: string;
  /** Of the published version; `null`: it has no such table. */
  readonly rows: number | null;
  /** Where the table is. */
  readonly location: string;
  /** Its metadata that counts now. */
  readonly metadata: string;
  /** Kept versions that have the table, and can be read by their tags. */
  readonly versions: readonly number[];
  /** Kept versions that have it with a column whose type cannot be read together with that of the published version. */
  readonly left_out: readonly number[];
}

export interface IcebergReport {
  /** What `main` of each table is. */
  readonly version: number;
  readonly tables: readonly IcebergTable[];
}

export interface IcebergOptions {
  readonly keepVersions: number;
  readonly now?: (() => Date) | undefined;
  /** Manifests that need not be read. */
  readonly known?: readonly Manifest[];
}

export const hasIceberg = async ({ objects }: Lake): Promise<boolean> => (await objects.head(KEPT_KEY)) !== undefined;

/** From now on the lake has the tables. */
export const beginIceberg = (lake: Lake, now: Date): Promise<void> => lake.putJson(KEPT_KEY, { format: 1, since: now.toISOString() });

/** Takes them away for good. The lake's own files stay. */
export const endIceberg = async (lake: Lake): Promise<void> => {
  await lake.objects.delete([KEPT_KEY]);
  for (const objects of (await listTables(lake)).values()) await removeTable(lake, objects);
};

type Publications = Pick<BatchViewStore, 'listPublications'>;

interface KeptVersion {
  readonly manifest: Manifest;
  readonly publishedMs: number;
}

const isWhole = async (lake: Lake, { tables }: Manifest): Promise<boolean> => {
  let isMissing = false;
  const keys = new Set(tables.flatMap(({ files }) => files.map(({ key }) => key)));
  await inParallel(AT_ONCE, keys, async (key) => {
    if (!isMissing && (await lake.objects.head(key)) === undefined) isMissing = true;
  });
  return !isMissing;
};

/**
 * Kept versions, ascending. Files of one that no table has yet may be gone: it was none of the kept ones, until more were.
 * @param kept newest first.
 */
const keptVersions = async (
  lake: Lake,
  kept: readonly Publication[],
  known: readonly Manifest[],
  stored: Iterable<StoredTable>,
): Promise<readonly KeptVersion[]> => {
  const had = new Set([...stored].flatMap(({ metadata }) => metadata?.snapshots.map((snapshot) => snapshot['snapshot-id']) ?? []));
  const firsts = new Map(kept.map((publication) => [publication.version, publication]));
  const found: KeptVersion[] = [];
  for (const [version, first] of [...firsts].toSorted(([a], [b]) => a - b)) {
    const manifest = known.find((one) => one.version === version) ?? (await readManifest(lake, version));
    const isThere = version === kept[0]?.version || had.has(version);
    if (manifest && (isThere || (await isWhole(lake, manifest)))) found.push({ manifest, publishedMs: Date.parse(first.publishedAt) });
  }
  return found;
};

const sourceOf = (lake: Lake, name: string, versions: readonly KeptVersion[], publications: readonly Publication[]): TableSource => ({
  name,
  meaning: versions
    .map(({ manifest }) => manifest.catalog.find((entry) => entry.table === name)?.meaning)
    .findLast((meaning) => meaning !== undefined),
  docOf: (column) => columnMeaning(name, column),
  prefix: metadataPrefix(name),
  location: lake.objects.uriOf(tableFolder(name)),
  uriOf: (key) => lake.objects.uriOf(key),
  versions: versions.flatMap(({ manifest: { version, parent, tables }, publishedMs }) => {
    const table = tables.find((one) => one.name === name);
    return table ? [{ version, parent, publishedMs, table }] : [];
  }),
  publications: publications.toReversed().map(({ version, publishedAt }) => ({ version, publishedMs: Date.parse(publishedAt) })),
  uuid: randomUUID(),
});

const failed = (failures: readonly unknown[]): Error => {
  const [first] = failures;
  const { message, hint } = explainError(first);
  const others = failures.length === 1 ? '' : ` (and of ${failures.length - 1} more tables)`;
  const Failure = first instanceof UnmappedTypeError ? TerminalError : TransientError;
  return new Failure(`Iceberg metadata could not be written: ${message}${others}`, { cause: first, ...(hint !== undefined && { hint }) });
};

/** `overtaken`: somebody else committed meanwhile. */
const bringUpToDate = async (
  lake: Lake,
  views: Publications,
  { keepVersions, now = () => new Date(), known = [] }: IcebergOptions,
): Promise<IcebergReport | 'overtaken' | undefined> => {
  // Before the publications: whoever commits a table in between has seen at most what is seen here, or this commit fails.
  const listed = await listTables(lake);
  const publications = await views.listPublications(HISTORY);
  const [current] = publications;
  if (!current) return undefined;
  const stored = new Map<string, StoredTable>();
  await inParallel(AT_ONCE, listed, async ([name, objects]) => void stored.set(name, await readTable(lake, name, objects)));
  const versions = await keptVersions(lake, keptPublications(publications, keepVersions), known, stored.values());
  const names = new Set(versions.flatMap(({ manifest }) => manifest.tables.map(({ name }) => name)));
  const tables: IcebergTable[] = [];
  const failures: unknown[] = [];
  let isOvertaken = false;
  const bring = async (name: string): Promise<void> => {
    const before = stored.get(name) ?? (await readTable(lake, name, []));
    const nowMs = now().getTime();
    const source = sourceOf(lake, name, versions, publications);
    const planned = await planTable(source, before, nowMs);
    const number = await commitTable(lake, name, before, planned);
    if (number === undefined) {
      isOvertaken = true;
      return;
    }
    await tidyTable(lake, before, number, planned, nowMs);
    const { version } = current;
    tables.push({
      name,
      rows: source.versions.find((one) => one.version === version)?.table.rows ?? null,
      location: source.location,
      metadata: metadataUri(lake, name, number),
      versions: planned.metadata.snapshots.map((snapshot) => snapshot['snapshot-id']),
      left_out: planned.leftOut,
    });
  };
  await inParallel(AT_ONCE, names, (name) => bring(name).catch((error: unknown) => void failures.push(error)));
  for (const [name, objects] of listed) if (!names.has(name)) await removeTable(lake, objects);
  if (failures.length > 0) throw failed(failures);
  return isOvertaken ? 'overtaken' : { version: current.version, tables: tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
};

/**
 * Brings the tables up to what is published and kept now; in turns with others that do the same.
 * @returns `undefined` if the lake has no such tables, or nothing is published.
 * @throws TerminalError for a column whose type no type of Iceberg stands for; the other tables are up to date then.
 */
export const followPublications = async (lake: Lake, views: Publications, options: IcebergOptions): Promise<IcebergReport | undefined> => {
  if (!(await hasIceberg(lake))) return undefined;
  for (let tried = 1; tried <= TRIES; tried++) {
    const report = await bringUpToDate(lake, views, options);
    if (report !== 'overtaken') return report;
  }
  throw new TransientError('others wrote Iceberg metadata at the same time, again and again', { hint: 'Try again.' });
};
