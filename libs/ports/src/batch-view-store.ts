/**
 * The batch views: immutable artefacts (a table, a collection or a file each), built whole and then only read, and
 * the publications that say which artefacts are current. Nothing is ever overwritten.
 */

import type { OffsetVector } from '@rushes/domain';

/** `text_set`: an unordered set of short texts (genres); a row's value is its members joined by U+001F. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'text_set';

export const SET_SEPARATOR = '\u001f';

export interface SortColumn {
  readonly column: string;
  readonly desc: boolean;
}

/** An order that lists are asked for: by these columns, all of them ascending or all descending. */
export interface SortIndex {
  readonly columns: readonly string[];
  readonly directions: 'both' | 'ascending' | 'descending';
}

/** What an artefact's rows are and how they will be asked for. Adapters derive tables and indexes from it. */
export interface ArtefactLayout {
  /** Name of the text column that identifies a row; the last tie-break of every sort, always ascending. */
  readonly key: string;
  /** Columns that queries filter or sort by, or that are read as values. All but the key may be null. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Names of JSON texts that are stored and returned byte for byte, never looked into. */
  readonly documents: readonly string[];
  /** Text columns whose non-null values are unique: a row can be found by them. */
  readonly lookups: readonly string[];
  /** The orders in which lists are asked for. A list may be sorted otherwise; then it may be slow. */
  readonly sorts: readonly SortIndex[];
  /** The column that nearly every list fixes to one value (a title's type): sort indexes may start with it. */
  readonly partition?: string;
  /** The columns that lists filter on, most often used first. */
  readonly filters: readonly string[];
}

export type CellValue = string | number | boolean | null;

/** Values in the order `[key, ...columns, ...documents]` of the layout. Integers are safe integers. */
export type ArtefactRow = readonly CellValue[];

export type Condition =
  | { readonly column: string; readonly op: 'eq'; readonly value: string | number | boolean }
  | { readonly column: string; readonly op: 'lt' | 'lte' | 'gt' | 'gte'; readonly value: string | number }
  /** The text contains `value` somewhere; both are compared as they are stored (fold before). */
  | { readonly column: string; readonly op: 'contains'; readonly value: string }
  /** The `text_set` has this member. */
  | { readonly column: string; readonly op: 'has'; readonly value: string }
  /** The row has no value in this column: the only condition that a null satisfies. */
  | { readonly column: string; readonly op: 'missing' };

/** A place in a sorted list: the sort columns' values of a row, and its key. The row itself need not exist any more. */
export interface ListPosition {
  readonly values: readonly CellValue[];
  readonly key: string;
}

/** What of a row is wanted. Columns may name the key. */
export interface Selection {
  readonly columns?: readonly string[];
  readonly documents?: readonly string[];
}

export interface ListQuery extends Selection {
  /** All must hold. A null satisfies no condition but `missing`. Conditions may name the key. */
  readonly where: readonly Condition[];
  /**
   * Texts compare as UTF-8 bytes, false before true, nulls last whatever the direction; then the key, ascending.
   * Empty: by key alone.
   */
  readonly sort: readonly SortColumn[];
  /** Only rows that stand after this place. */
  readonly after?: ListPosition;
  readonly limit: number;
}

export interface ViewRow {
  readonly key: string;
  /** Values of the selected columns, in the order asked for. */
  readonly columns: readonly CellValue[];
  /** The selected documents' JSON texts, in the order asked for; `null` where a row has none. */
  readonly documents: readonly (string | null)[];
}

export interface ListedRow extends ViewRow {
  /** Values of the sort columns: with the key, the row's `ListPosition`. */
  readonly sortValues: readonly CellValue[];
}

/** One open artefact. It stays readable until closed, also when the artefact is dropped meanwhile. */
export interface ArtefactReader {
  /** What the artefact was built with. */
  readonly layout: ArtefactLayout;
  get(key: string, select: Selection): Promise<ViewRow | undefined>;
  /** By a column of the layout's `lookups`. */
  lookup(column: string, value: string, select: Selection): Promise<ViewRow | undefined>;
  /** Rows for the keys that exist, in the order of `keys`. */
  getMany(keys: readonly string[], select: Selection): Promise<readonly ViewRow[]>;
  list(query: ListQuery): Promise<readonly ListedRow[]>;
  /** The exact number of rows that satisfy all conditions. */
  count(where: readonly Condition[]): Promise<number>;
  close(): Promise<void>;
}

/** An artefact that was built before, and what to change in a copy of it. */
export interface ArtefactParent {
  readonly artefact: string;
  /** Keys whose rows are left out of the copy; the changed rows' keys are among them. */
  readonly removedKeys: AsyncIterable<readonly string[]>;
}

/** A publication: the version that all views together are read from, from this moment on. The highest number is current. */
export interface Publication {
  readonly number: number;
  readonly version: number;
  /** Key of the version's manifest in the object store. */
  readonly manifest: string;
  /** Artefact of each view, by the view's name. */
  readonly views: Readonly<Record<string, { readonly artefact: string; readonly rows: number }>>;
  /** The log's records before these offsets are in the version: what the speed layer adds begins there. */
  readonly cut: OffsetVector;
  /** The log that these offsets are of; missing where there is no cut, and in what was published before logs had ids. */
  readonly log?: string;
  /** ISO 8601 instants. */
  readonly cutAt: string;
  readonly publishedAt: string;
  readonly reason: 'run' | 'rollback';
}

/** The last epoch that a publication covers: its version's, or none if it was made without a log. */
export const coveredEpoch = ({ cut, version }: Pick<Publication, 'cut' | 'version'>): number =>
  Object.keys(cut).length === 0 ? 0 : version;

export interface BatchViewStore {
  /** Where the store is, for messages. */
  readonly location: string;

  /**
   * Builds an artefact under its content-derived name: whole from `rows`, or as a copy of `parent` without the removed keys plus `rows`.
   * It becomes visible at once and whole, or not at all. If it exists already, `rows` is not read. Names match `[a-z0-9_-]{1,100}`.
   * Throws if two rows have one key, or if a lookup value repeats.
   * @returns the number of rows in the artefact.
   */
  build(
    artefact: string,
    layout: ArtefactLayout,
    rows: AsyncIterable<readonly ArtefactRow[]>,
    options?: { readonly parent?: ArtefactParent; readonly signal?: AbortSignal },
  ): Promise<number>;

  /** The number of rows of an artefact, or `undefined` if it was never completed. */
  rowCount(artefact: string): Promise<number | undefined>;
  open(artefact: string): Promise<ArtefactReader>;
  /** Names of all completed artefacts. */
  listArtefacts(): Promise<readonly string[]>;
  /** Removes an artefact; readers that have it open are not disturbed. Removing what is not there is no error. */
  dropArtefact(artefact: string): Promise<void>;

  /** Inserts a publication; `false` if its number is taken. Of racing callers with one number exactly one gets `true`. */
  insertPublication(publication: Publication): Promise<boolean>;
  currentPublication(): Promise<Publication | undefined>;
  /** The newest first. */
  listPublications(limit: number): Promise<readonly Publication[]>;

  close(): Promise<void>;
}

export class ArtefactNotFoundError extends Error {
  override readonly name = 'ArtefactNotFoundError';
  constructor(location: string, artefact: string) {
    super(`no artefact ${artefact} in ${location}`);
  }
}

/** So many rollbacks in a row are no operation. */
const HISTORY = 1000;

/** When a run last published. */
export const lastPublishedAt = async (store: Pick<BatchViewStore, 'listPublications'>): Promise<Date | undefined> => {
  const [newest] = await store.listPublications(1);
  if (newest === undefined) return undefined;
  const run = newest.reason === 'run' ? newest : (await store.listPublications(HISTORY)).find(({ reason }) => reason === 'run');
  return run && new Date(run.publishedAt);
};
