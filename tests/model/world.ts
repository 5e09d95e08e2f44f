/** Everything that there is, and the clocks. */
import { FIRST_VERSION, type Artefact, type Version } from './batch.ts';
import type { Occurrences } from './duplicates.ts';
import { MOVIES, type LogRecord, type Partition, PARTITIONS, type Range } from './log.ts';
import type { Overlay } from './overlay.ts';
import type { Rules } from './rules.ts';
import { type Change, type Coverage, newStore, type Position, type Projection, type RowKey, type Stated, type Store } from './store.ts';
import type { Variants } from './variants.ts';

/** Publication n: which version is current. */
export interface Publication {
  readonly number: number;
  readonly version: Version;
  /** What nobody can read any more, as far as any version published so far had to do without it: a gap for good. */
  readonly lost: readonly Range[];
  readonly by: 'run' | 'rollback';
  /** The publication that was current when the run began. */
  readonly began: number;
}

const FIRST_PUBLICATION: Publication = { number: 0, version: FIRST_VERSION, lost: [], by: 'run', began: -1 };

export interface Run {
  readonly began: Publication;
  readonly full: boolean;
  number: number;
  /** Steps done. */
  done: number;
  /** By partition: offset of the own last append. */
  readonly returned: number[];
  cut: readonly number[];
  version: Version | undefined;
  outcome: 'running' | 'published' | 'superseded' | 'failed' | 'died';
}

export type Write =
  | { readonly kind: 'row'; readonly row: RowKey; readonly stated: Stated; readonly timestamp: number; readonly appended: number }
  | { readonly kind: 'change'; readonly change: Omit<Change, 'expires'> }
  | { readonly kind: 'position'; readonly position: Position }
  | { readonly kind: 'coverage'; readonly coverage: Coverage };

/** What a writer knows about the epoch that it projects. */
export interface Task extends Projection {
  /** Where the epoch begins. */
  readonly start: number;
  readonly expires: number;
  /** What its write timestamps count from. */
  readonly base: number;
  next: number;
  /** Rows that it wrote or read, by `view|key`. */
  readonly rows: Map<string, Stated>;
  occurrences: Occurrences;
}

export interface Writer {
  readonly partition: number;
  /** How far its clock is from true time. */
  readonly clock: number;
  alive: boolean;
  /** Incarnation of the store that it is connected to. */
  connection: number;
  task: Task | undefined;
  /** Writes not done yet, in their order. */
  queue: readonly Write[];
  /** For timestamps that only grow in memory. */
  lastTimestamp: number;
}

/** An overlay that is being read from the store. */
export interface Build {
  readonly publication: Publication;
  readonly overlay: Overlay;
  readonly projections: readonly Projection[];
  /** Incarnation of the store from which it is read. */
  readonly connection: number;
  /** Views scanned. */
  scanned: number;
}

export interface Serving {
  /** How far its clock is from true time. */
  clock: number;
  /** What answers pin. */
  publication: Publication | undefined;
  shown: Overlay | undefined;
  /** Follows the change records; shown as soon as it is exact. */
  working: Overlay | undefined;
  build: Build | undefined;
}

export interface World {
  readonly rules: Rules;
  readonly variants: Variants;
  /** True time in minutes, by which the store expires rows. */
  now: number;
  /** How far the clocks of the processes that append are from it. */
  readonly skews: number[];
  readonly log: readonly Partition[];
  /** Groups by movie in the dumps as they are now. */
  dump: readonly number[];
  readonly claims: Set<number>;
  readonly manifests: Map<number, Version>;
  /** Loaded view artefacts by name. */
  readonly tables: Map<string, Artefact>;
  readonly publications: Publication[];
  readonly runs: Run[];
  readonly store: Store;
  readonly writers: Writer[];
  readonly serving: Serving;
}

/** Of a minute: in them write timestamps are counted. */
export const MICROSECONDS = 60_000_000;

/** When everything began, in minutes: also when the store became the log's. */
export const CREATED = 10_000;

export const newWorld = (rules: Rules, variants: Variants): World => ({
  rules,
  variants,
  now: CREATED,
  skews: [0, 0],
  log: PARTITIONS.map(() => ({ records: [], trueTimes: [], archived: [], trimmed: 0 })),
  dump: MOVIES.map(() => -1),
  claims: new Set(),
  manifests: new Map(),
  tables: new Map([['0', FIRST_VERSION.artefact]]),
  publications: [FIRST_PUBLICATION],
  runs: [],
  store: newStore(),
  writers: [],
  serving: { clock: 0, shown: undefined, working: undefined, build: undefined, publication: undefined },
});

export const currentPublication = (world: World): Publication => world.publications.at(-1) ?? FIRST_PUBLICATION;

export const partitionAt = (world: World, partition: number): Partition => {
  const found = world.log[partition];
  if (found === undefined) throw new RangeError(`no partition ${partition}`);
  return found;
};

/** Appends a record stamped by the clock of a process. Returns its offset. */
export const append = (world: World, partition: number, record: (appended: number) => LogRecord, through = 0): number => {
  const { records, trueTimes } = partitionAt(world, partition);
  trueTimes.push(world.now);
  return records.push(record(world.now + (world.skews[through] ?? 0))) - 1;
};

/** First offset after the version's cut. */
export const afterCut = (version: Version, partition: number): number => (version.cut[partition] ?? -1) + 1;

/** Name of a version's artefact. */
export const tableOf = (world: World, version: Version): string =>
  world.rules.immutableArtefacts || version.number === 0 ? String(version.number) : 'current';
