/**
 * What a table's metadata has to be, given the versions that are kept. A version is a snapshot with the version's number, and a tag (`v12`); `main` is
 * what is published. Pure: what is there already and still holds is taken over, so that nothing changes where nothing came.
 */
import { isDeepStrictEqual } from 'node:util';
import type { TableFile, TableRecord } from '@rushes/ports/manifest';
import { contentName, type NamedBytes, type SnapshotFile, snapshotFiles } from './manifest-files.ts';
import { LAYOUT, type Snapshot, type TableMetadata } from './table-metadata.ts';
import { fieldsOf, knownIds, nameMapping, schemaOf, type StructType, type TableSchema } from './table-schema.ts';

/** A kept version that has the table. */
export interface TableVersion {
  readonly version: number;
  /** The version that it was made from. */
  readonly parent: number | null;
  /** When it was first published, in milliseconds since 1970. */
  readonly publishedMs: number;
  readonly table: TableRecord;
}

export interface TableSource {
  readonly name: string;
  /** What the table's rows are. */
  readonly meaning: string | undefined;
  readonly docOf: (column: string) => string | undefined;
  /** What the keys of the table's metadata begin with, with a slash at the end. */
  readonly prefix: string;
  /** Where the table is for others. */
  readonly location: string;
  readonly uriOf: (key: string) => string;
  /** Ascending. */
  readonly versions: readonly TableVersion[];
  /** Publications, the oldest first: what `main` was when. The last one is the current. */
  readonly publications: readonly { readonly version: number; readonly publishedMs: number }[];
  /** Random: the table's for good where it has none. */
  readonly uuid: string;
}

/** What is there. */
export interface FormerTable {
  readonly metadata: TableMetadata | undefined;
  /** By the names of contents (`contentName`) of which list and manifest are there. */
  readonly contents: ReadonlySet<string>;
}

export interface PlannedTable {
  readonly metadata: TableMetadata;
  readonly objects: readonly NamedBytes[];
  /** Versions whose column of a name has a type that cannot be read together with that of the published version's. */
  readonly leftOut: readonly number[];
  /** Whether it says anything else than what is there. */
  readonly isChanged: boolean;
}

interface Placed {
  readonly of: TableVersion;
  readonly schema: StructType;
}

const idsByPath = (schema: StructType): ReadonlyMap<string, number> => new Map([...fieldsOf(schema)].map(([path, { id }]) => [path, id]));

/** Schemas of the versions, the published one's first: a version whose ids contradict those before it is left out. */
const placeVersions = (
  source: TableSource,
  former: TableMetadata | undefined,
  kept: ReadonlyMap<number, Snapshot>,
  published: number | undefined,
) => {
  const ids = knownIds(former?.schemas ?? [], former?.['last-column-id'] ?? 0);
  const taken = new Map<string, number>();
  const placed = new Map<number, Placed>();
  const leftOut: number[] = [];
  const isPublished = ({ version }: TableVersion): number => Number(version === published);
  for (const of of source.versions.toSorted((a, b) => isPublished(b) - isPublished(a) || b.version - a.version)) {
    const schemaId = kept.get(of.version)?.['schema-id'];
    const known = former?.schemas.find((schema) => schema['schema-id'] === schemaId);
    const schema: StructType = known ?? schemaOf(source.name, of.table.columns, ids, source.docOf);
    const own = idsByPath(schema);
    if ([...own].some(([path, id]) => (taken.get(path) ?? id) !== id)) {
      leftOut.push(of.version);
      continue;
    }
    for (const [path, id] of own) taken.set(path, id);
    placed.set(of.version, { of, schema });
  }
  return { placed, leftOut: leftOut.toSorted((a, b) => a - b), lastId: ids.last };
};

/** Files without rows say nothing. */
const filled = ({ files }: TableRecord): readonly TableFile[] => files.filter(({ rows }) => rows > 0);

/** Files of a version and of those that it was made from, as long as these are kept. */
const filesOf = (placed: ReadonlyMap<number, Placed>, of: TableVersion): readonly SnapshotFile[] => {
  const parentOf = (one: TableVersion): TableVersion | undefined => (one.parent === null ? undefined : placed.get(one.parent)?.of);
  const addedBy = (key: string, by: TableVersion): number => {
    const parent = parentOf(by);
    return parent && filled(parent.table).some((file) => file.key === key) ? addedBy(key, parent) : by.version;
  };
  const parent = parentOf(of);
  const own = filled(of.table);
  const gone = parent ? filled(parent.table).filter(({ key }) => !own.some((file) => file.key === key)) : [];
  return [
    ...own.map((file): SnapshotFile => {
      const by = addedBy(file.key, of);
      return { status: by === of.version ? 'added' : 'existing', file, addedBy: by };
    }),
    ...gone.map((file): SnapshotFile => ({ status: 'deleted', file, addedBy: addedBy(file.key, parent ?? of) })),
  ];
};

/** What the rows of a snapshot depend on: of equal version and derivation, it is the same. */
const DERIVATION = 'rushes.derivation';

const total = (files: readonly TableFile[], of: (file: TableFile) => number): string =>
  String(files.reduce((sum, file) => sum + of(file), 0));

const summaryOf = ({ version, table }: TableVersion, files: readonly SnapshotFile[]): Snapshot['summary'] => {
  const live = filled(table);
  const of = (status: SnapshotFile['status']) => files.filter((one) => one.status === status).map(({ file }) => file);
  const [added, deleted] = [of('added'), of('deleted')];
  return {
    operation: deleted.length === 0 ? 'append' : 'overwrite',
    'rushes.version': String(version),
    [DERIVATION]: table.derivation,
    'added-data-files': String(added.length),
    'added-records': total(added, ({ rows }) => rows),
    'deleted-data-files': String(deleted.length),
    'deleted-records': total(deleted, ({ rows }) => rows),
    'total-data-files': String(live.length),
    'total-records': total(live, ({ rows }) => rows),
    'total-files-size': total(live, ({ bytes }) => bytes),
  };
};

/** Since when `main` was what, without gaps up to now: what came before a version that is gone cannot be told. Times never go back. */
const snapshotLog = (source: TableSource, placed: ReadonlyMap<number, Placed>): TableMetadata['snapshot-log'] => {
  const from = source.publications.findLastIndex(({ version }) => !placed.has(version)) + 1;
  let lastMs = 0;
  return source.publications.slice(from).map(({ version, publishedMs }) => {
    lastMs = Math.max(lastMs, publishedMs);
    return { 'snapshot-id': version, 'timestamp-ms': lastMs };
  });
};

const sameSchema = (one: StructType, other: StructType): boolean => isDeepStrictEqual(one.fields, other.fields);

/** @throws UnmappedTypeError */
export const planTable = async (source: TableSource, former: FormerTable, nowMs: number): Promise<PlannedTable> => {
  const before = former.metadata;
  const { prefix, location, uriOf } = source;
  const derivations = new Map(source.versions.map(({ version, table }) => [version, table.derivation]));
  const isThere = (snapshot: Snapshot): boolean =>
    derivations.get(snapshot['snapshot-id']) === snapshot.summary[DERIVATION] &&
    former.contents.has(contentName(snapshot['manifest-list']) ?? '');
  // Everything that was written elsewhere names files elsewhere.
  const kept = new Map(
    before?.location === location ? before.snapshots.filter(isThere).map((snapshot) => [snapshot['snapshot-id'], snapshot]) : [],
  );
  const current = source.publications.at(-1)?.version;
  const { placed, leftOut, lastId } = placeVersions(source, before, kept, current);

  const schemas: TableSchema[] = [];
  const known = [...(before?.schemas ?? [])];
  const numberedSchema = (schema: StructType): TableSchema => {
    const found = known.find((one) => sameSchema(one, schema));
    const numbered = found ?? {
      type: 'struct',
      'schema-id': Math.max(-1, ...known.map((one) => one['schema-id'])) + 1,
      fields: schema.fields,
    };
    if (!found) known.push(numbered);
    if (!schemas.includes(numbered)) schemas.push(numbered);
    return numbered;
  };

  const objects: NamedBytes[] = [];
  const snapshots = new Map<number, Snapshot>();
  const shared = (of: TableVersion): Snapshot | undefined => (of.parent === null ? undefined : snapshots.get(of.parent));
  for (const { of, schema } of [...placed.values()].toSorted((a, b) => a.of.version - b.of.version)) {
    const numbered = numberedSchema(schema);
    const taken = kept.get(of.version);
    if (taken) {
      snapshots.set(of.version, taken);
      continue;
    }
    const files = filesOf(placed, of);
    const parent = shared(of);
    const isUnchanged = parent !== undefined && files.every(({ status }) => status === 'existing');
    const written = isUnchanged ? undefined : await snapshotFiles({ prefix, uriOf, snapshot: of.version, schema: numbered, files });
    objects.push(...(written?.objects ?? []));
    snapshots.set(of.version, {
      'snapshot-id': of.version,
      ...(parent && { 'parent-snapshot-id': parent['snapshot-id'] }),
      'sequence-number': of.version,
      'timestamp-ms': of.publishedMs,
      'manifest-list': written ? uriOf(written.listKey) : (parent?.['manifest-list'] ?? ''),
      summary: summaryOf(of, files),
      'schema-id': numbered['schema-id'],
    });
  }

  const isServed = current !== undefined && snapshots.has(current);
  const newest = current !== undefined && isServed ? current : Math.max(...snapshots.keys());
  const planned: TableMetadata = {
    'format-version': 2,
    'table-uuid': before?.['table-uuid'] ?? source.uuid,
    location,
    'last-sequence-number': Math.max(before?.['last-sequence-number'] ?? 0, ...snapshots.keys()),
    'last-updated-ms': before?.['last-updated-ms'] ?? nowMs,
    'last-column-id': lastId,
    schemas: schemas.toSorted((a, b) => a['schema-id'] - b['schema-id']),
    'current-schema-id': snapshots.get(newest)?.['schema-id'] ?? 0,
    ...LAYOUT,
    properties: {
      ...(source.meaning !== undefined && { comment: source.meaning }),
      'schema.name-mapping.default': JSON.stringify(nameMapping(schemas)),
      // Whoever expires snapshots here would remove files that are the lake's.
      'gc.enabled': 'false',
    },
    ...(isServed && { 'current-snapshot-id': newest }),
    snapshots: [...snapshots.values()],
    'snapshot-log': isServed ? snapshotLog(source, placed) : [],
    refs: {
      ...(isServed && { main: { 'snapshot-id': newest, type: 'branch' as const } }),
      ...Object.fromEntries([...snapshots.keys()].map((version) => [`v${version}`, { 'snapshot-id': version, type: 'tag' as const }])),
    },
  };
  const isChanged = !isDeepStrictEqual(planned, before);
  return { metadata: isChanged ? { ...planned, 'last-updated-ms': nowMs } : planned, objects, leftOut, isChanged };
};
