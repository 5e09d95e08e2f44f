/**
 * The batch views: immutable artefacts (a table, a collection or a file each), built whole and then only read, and
 * the publications that say which artefacts are current. Nothing is ever overwritten.
 */

import type { OffsetVector, PartitionRange } from '@rushes/domain';

import type { CallOptions } from './call-options.ts';
import type { ReadLines } from './early-limits.ts';
import type { ArtefactLayout, ArtefactRow, Condition, ListedRow, ListQuery, Selection, ViewRow } from './artefact-rows.ts';
import type { HashOptions } from './object-store.ts';
import type { SearchQuery, SearchResult } from './search-query.ts';

export * from './artefact-rows.ts';

/**
 * One open artefact. Once the artefact was dropped, a read answers as before or throws ArtefactNotFoundError; it never answers as if rows were missing. What
 * shows itself as damaged throws ArtefactDamagedError.
 */
export interface ArtefactReader {
  /** What the artefact was built with. */
  readonly layout: ArtefactLayout;
  get(key: string, select: Selection): Promise<ViewRow | undefined>;
  /** By a column of the layout's `lookups`. */
  lookup(column: string, value: string, select: Selection): Promise<ViewRow | undefined>;
  /** Rows for the keys that exist, in the order of `keys`. */
  getMany(keys: readonly string[], select: Selection, options?: CallOptions): Promise<readonly ViewRow[]>;
  /**
   * Quick where one of the layout's `sorts` has the order, or a condition on one of its `filters` leaves few rows. May take as long as reading the whole
   * artefact for any other order, and for a `contains` that few rows satisfy: no index finds the middle of a text. Nulls come last in both directions,
   * which an index has to be built for.
   */
  list(query: ListQuery, options?: CallOptions): Promise<readonly ListedRow[]>;
  /** The exact number of rows that satisfy all conditions. Takes time in proportion to it, or to the artefact's size where no filter has an index. */
  count(where: readonly Condition[], options?: CallOptions): Promise<number>;
  /**
   * Rows by words, as `searchCollector` says it, whatever the store. Takes time in proportion to the number of rows that match.
   * @throws where the layout names no columns that are searched.
   */
  search(query: SearchQuery, options?: CallOptions): Promise<SearchResult>;
  close(): Promise<void>;
}

/** An artefact that was built before, and what to change in a copy of it. */
export interface ArtefactParent {
  readonly artefact: string;
  /** Keys whose rows are left out of the copy; the changed rows' keys are among them. */
  readonly removedKeys: AsyncIterable<readonly string[]>;
}

/** The rules that a version was made by, as far as merging events with its rows depends on them. */
export interface PublishedRules {
  /** A hash of what makes an event valid and what makes it a duplicate. */
  readonly events: string;
  /** Names of the keyed views that events were folded into, each with the hash of its definition. */
  readonly keyed: readonly string[];
  /** Of each served view whose rows are made in code, the version of that. */
  readonly rows: Readonly<Record<string, number>>;
}

/** The version that all views together are read from, from this moment on. The highest number is current. */
export interface Publication {
  readonly number: number;
  readonly version: number;
  /** Key of the version's manifest in the object store. */
  readonly manifest: string;
  /** Artefact of each view, by the view's name. */
  readonly views: Readonly<Record<string, { readonly artefact: string; readonly rows: number }>>;
  /** The log's records before these offsets are in the version: what the speed layer adds begins there. */
  readonly cut: OffsetVector;
  /**
   * Of a rollback: the highest cuts that were published before. Answers have gone as far, so what lies between its cut and these, and is not in the speed
   * store, is missing. Missing: its own cut is the highest.
   */
  readonly passed?: OffsetVector;
  /**
   * What was gone from the log before any run had read it, as far as this version or one that was published before had to do without it. Nobody can bring
   * it back, and what it was is not known: also not which later events repeat it. So it stays with every publication that follows, rollbacks too. Missing: nothing.
   */
  readonly lost?: readonly PartitionRange[];
  /** The log that these offsets are of; missing where there is no cut, and in what was published before logs had ids. */
  readonly log?: string;
  /** A random id of the attempt to insert it, so that a writer who lost the answer knows its own; missing in what was published before this was kept. */
  readonly attempt?: string;
  /** ISO 8601 instants. */
  readonly cutAt: string;
  readonly publishedAt: string;
  /** What the version was made from: a sample, or IMDb's files; missing in what was published before this was kept. */
  readonly origin?: 'sample' | 'files';
  /** Lines of each file that the version was made from, by its data set; missing in what was published before this was kept. */
  readonly lines?: Readonly<Record<string, ReadLines>>;
  /** Missing in what was published before this was kept. */
  readonly rules?: PublishedRules;
  /** `restart`: a new log took the place of a lost one, and what was lost with it is known. */
  readonly reason: 'run' | 'rollback' | 'restart';
}

/** The last epoch that a publication covers: its version's, or none if it was made without a log. */
export const coveredEpoch = ({ cut, version }: Pick<Publication, 'cut' | 'version'>): number =>
  Object.keys(cut).length === 0 ? 0 : version;

export interface BuildOptions extends CallOptions {
  readonly parent?: ArtefactParent;
  /** Build it although it is there and sound: it cannot be read. Default: false. */
  readonly anew?: boolean;
}

/** `unsealed`: built before there were checksums. Only a `sound` one is shared with a new version. */
export type ArtefactState = 'sound' | 'damaged' | 'unsealed' | 'missing';

export interface BatchViewStore {
  /** Where the store is, for messages. */
  readonly location: string;

  /**
   * Builds an artefact under its content-derived name: whole from `rows`, or as a copy of `parent` without the removed keys plus `rows`.
   * It becomes visible at once and whole, or not at all. If it exists already and is sound, `rows` is not read, unless it is to be built `anew`; otherwise it
   * is built anew in its place. Names match `[a-z0-9_-]{1,100}`. An artefact that was retired is in use again.
   * Throws if two rows have one key, or if a lookup value repeats.
   * @returns the number of rows in the artefact.
   */
  build(artefact: string, layout: ArtefactLayout, rows: AsyncIterable<readonly ArtefactRow[]>, options?: BuildOptions): Promise<number>;

  /**
   * Whether an artefact's stored bytes are those that its build left, by a checksum that was stored apart from them. What was read before and was not
   * written to since may be answered from memory, unless `again` asks for the bytes.
   */
  verify(artefact: string, options?: HashOptions): Promise<ArtefactState>;

  /** The number of rows of an artefact, or `undefined` if it was never completed. */
  rowCount(artefact: string): Promise<number | undefined>;
  /** The room that an artefact takes in the store, in bytes, or `undefined` if it was never completed. */
  bytes(artefact: string): Promise<number | undefined>;
  /** @throws ArtefactNotFoundError; ArtefactDamagedError as far as opening it, or what was read or verified of it before, shows damage. */
  open(artefact: string): Promise<ArtefactReader>;
  /** Names of all completed artefacts that are not retired. */
  listArtefacts(): Promise<readonly string[]>;

  /**
   * Says of artefacts that no version needs them any more. They can be read as before until they are dropped; one that is retired already keeps its time, and
   * what is not there is passed over.
   */
  retire(artefacts: readonly string[]): Promise<void>;
  /** Takes a retirement back. @returns those of the artefacts that are not there. */
  revive(artefacts: readonly string[]): Promise<readonly string[]>;
  /**
   * Removes what was retired at least so many milliseconds ago. The grace has to be longer than any reader keeps an artefact open, and than a run takes from its
   * last look at an artefact to its publication. An artefact that is removed in part, because a process died, cannot be opened.
   * @returns the names of what was removed.
   */
  dropRetired(graceMs: number, options?: CallOptions): Promise<readonly string[]>;

  /**
   * Inserts a publication; `false` if its number is taken by another attempt. Of racing attempts at one number exactly one gets `true`, also when it asks again.
   */
  insertPublication(publication: Publication): Promise<boolean>;
  currentPublication(): Promise<Publication | undefined>;
  /** The newest first. */
  listPublications(limit: number): Promise<readonly Publication[]>;

  close(): Promise<void>;
}

/** An artefact is not what was built: what it says is not to be believed, and the next batch run builds it anew. */
export class ArtefactDamagedError extends Error {
  override readonly name = 'ArtefactDamagedError';
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
