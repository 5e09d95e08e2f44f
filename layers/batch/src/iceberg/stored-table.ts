/**
 * A table's metadata in the object store, as readers of a table in a folder look for it: `v<n>.metadata.json`, and `version-hint.text` with the n that counts.
 * Invariant: whoever puts `v<n+1>` first has committed; the hint follows, and what nothing refers to any more goes an hour later.
 */
import type { Lake } from '@rushes/lake';
import { contentName, type FormerTable, parseMetadata, type PlannedTable } from '@rushes/lake/iceberg';
import type { ObjectInfo } from '@rushes/ports';

/** All that is written here. A folder for each layer, and in it one for each table, as catalogues of folders have them. */
export const ICEBERG = 'iceberg/';
/** That it is there says that the lake has the tables. */
export const KEPT_KEY = `${ICEBERG}kept.json`;
const HINT = 'version-hint.text';
const METADATA = /\/v([0-9]+)\.metadata\.json$/;

/** Whoever read the hint an hour ago has read the metadata; what was written less than an hour ago may be about to be named. */
const GRACE_MS = 60 * 60_000;

export interface StoredTable extends FormerTable {
  /** Of its metadata; 0 for none. */
  readonly number: number;
  /** What the hint says. */
  readonly hint: string | undefined;
  readonly objects: readonly ObjectInfo[];
}

export const tableFolder = (name: string): string => `${ICEBERG}${name.replace('.', '/')}`;
const metadataPrefix = (name: string): string => `${tableFolder(name)}/metadata/`;
const metadataKey = (name: string, number: number): string => `${metadataPrefix(name)}v${number}.metadata.json`;

const encode = (value: string): Uint8Array => new TextEncoder().encode(value);
const numberOf = (key: string): number => Number(METADATA.exec(key)?.[1] ?? 0);

/** Whether what has no name by its content, metadata or a hint, is of the form that readers expect. */
export const isReadable = (key: string, bytes: Uint8Array): boolean =>
  key.endsWith(`/${HINT}`) ? /^[0-9]+$/.test(new TextDecoder().decode(bytes)) : parseMetadata(bytes) !== undefined;

/** By table, all objects that there are. */
export const listTables = async ({ objects }: Lake): Promise<ReadonlyMap<string, readonly ObjectInfo[]>> => {
  const found: ObjectInfo[] = [];
  for await (const info of objects.list(ICEBERG)) if (info.key.split('/').length > 3) found.push(info);
  return Map.groupBy(found, ({ key }) => key.split('/').slice(1, 3).join('.'));
};

/** Names of contents of which the list and the manifest are there. */
const wholeContents = (objects: readonly ObjectInfo[]): ReadonlySet<string> => {
  const names = objects.flatMap(({ key }) => contentName(key) ?? []);
  return new Set([...Map.groupBy(names, (name) => name)].filter(([, both]) => both.length === 2).map(([name]) => name));
};

export const readTable = async (lake: Lake, name: string, objects: readonly ObjectInfo[]): Promise<StoredTable> => {
  const number = Math.max(0, ...objects.map(({ key }) => numberOf(key)));
  const [metadata, hint] = await Promise.all([
    number === 0 ? undefined : lake.objects.get(metadataKey(name, number)),
    lake.objects.get(`${metadataPrefix(name)}${HINT}`),
  ]);
  return {
    metadata: parseMetadata(metadata),
    contents: wholeContents(objects),
    number,
    hint: hint && new TextDecoder().decode(hint),
    objects,
  };
};

/**
 * Stores what is planned, where it is other than what is there.
 * @returns the number of the metadata; `undefined` if somebody else has committed since the table was read: whatever is right has to be found out anew.
 */
export const commitTable = async (
  lake: Lake,
  name: string,
  stored: StoredTable,
  { metadata, objects, isChanged }: PlannedTable,
): Promise<number | undefined> => {
  const number = isChanged ? stored.number + 1 : stored.number;
  if (isChanged) {
    for (const { key, body } of objects) await lake.objects.put(key, body);
    if (!(await lake.objects.putIfAbsent(metadataKey(name, number), encode(JSON.stringify(metadata))))) return undefined;
  }
  if (stored.hint !== String(number)) await lake.objects.put(`${metadataPrefix(name)}${HINT}`, encode(String(number)));
  return number;
};

/** Removes what the metadata that counts does not need, once nobody reads it any more. */
export const tidyTable = async (
  lake: Lake,
  { objects }: StoredTable,
  number: number,
  { metadata }: PlannedTable,
  nowMs: number,
): Promise<void> => {
  const needed = new Set(metadata.snapshots.map((snapshot) => contentName(snapshot['manifest-list'])));
  const isOld = ({ modifiedAt }: ObjectInfo): boolean => nowMs - modifiedAt.getTime() > GRACE_MS;
  // Metadata ended to count when the next was written.
  const lastCounted = Math.max(0, ...objects.filter((info) => METADATA.test(info.key) && isOld(info)).map(({ key }) => numberOf(key)));
  const isSpent = (info: ObjectInfo): boolean => {
    if (METADATA.test(info.key)) return numberOf(info.key) < Math.min(number, lastCounted);
    const content = contentName(info.key);
    return content !== undefined && !needed.has(content) && isOld(info);
  };
  const spent = objects.filter(isSpent).map(({ key }) => key);
  if (spent.length > 0) await lake.objects.delete(spent);
};

/** Takes a table away: first what leads to it. */
export const removeTable = async (lake: Lake, objects: readonly ObjectInfo[]): Promise<void> => {
  const leads = ({ key }: ObjectInfo): boolean => key.endsWith(`/${HINT}`);
  for (const part of [objects.filter(leads), objects.filter((info) => !leads(info))])
    if (part.length > 0) await lake.objects.delete(part.map(({ key }) => key));
};

export const metadataUri = (lake: Lake, name: string, number: number): string => lake.objects.uriOf(metadataKey(name, number));
export { metadataPrefix };
