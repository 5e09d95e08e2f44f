/**
 * The overlay: the epochs after a publication's cut, in memory, for one exact position across all views. Invariants: a state that is shown is the one at
 * the vector of the last change records applied; states are swapped by one assignment, and one that was handed out never changes.
 *
 * It begins at the writers' positions, reads all rows, and then follows the change records. A state may be ahead of the position: in a row whose change
 * record comes later, or in the change record of a writer that takes over from one that had written more rows. Until the position has passed
 * everything in it, the state before is shown.
 *
 * Its memory is bounded: an overlay that is full stays at its position, exact as before, and answers say that they are stale until a batch run covers
 * what it holds.
 */
import { offsetAt, type OffsetVector, type PartitionId, PARTITIONS, topicOf } from '@rushes/domain';
import { type ChangeRecord, type Coverage, coveredEpoch, type Publication, type SpeedRow, type SpeedStore } from '@rushes/ports';
import type { KeyedView } from '@rushes/views';

import type { ViewReaders } from '../view-readers.ts';
import { REVIEW_VIEWS } from './change-reviews.ts';
import { TITLE_VIEWS } from './change-titles.ts';
import { createEpochStates, type EpochState } from './epoch-states.ts';
import { type MergedRows, nothingChanged, openRowMerger } from './merged-rows.ts';
import type { ListKind } from './sorted-list.ts';

const CHANGES_PER_READ = 200;
/** The views that answers are made from. */
const ANSWERED: readonly KeyedView[] = [...TITLE_VIEWS, ...REVIEW_VIEWS];
const ANSWERED_NAMES: ReadonlySet<string> = new Set(ANSWERED.map((view) => view.storedName));

/** What events changed of each view, at one position. */
export interface OverlayState extends Omit<MergedRows, 'sums'> {
  /** The events before these offsets are in it. */
  readonly position: OffsetVector;
  /** Where the last change of any title's row lies, and when it was appended: what lists of titles depend on. */
  readonly titlesToken: string;
  readonly titlesChangedAtMs: number;
  /** When the last event in any state was appended. */
  readonly changedAtMs: number;
  /** Each epoch's part of a key. */
  parts(view: KeyedView, key: string): readonly EpochState[];
}

export interface Overlay {
  readonly publication: Publication;
  readonly state: () => OverlayState;
  readonly coverage: () => readonly Coverage[];
  /** Applies the change records that are there. Whether the state is another one now. */
  advance(): Promise<boolean>;
  /** Whether there is no room for further changes: the state stays where it is. */
  isFull(): boolean;
  /** States of keys and epochs that it holds. */
  readonly size: () => number;
  /** Whether the position has passed everything that is held. Before the first time, the state is none to be shown. */
  isReady(): boolean;
  readCoverage(): Promise<void>;
}

/** The change records do not lead on from the overlay's position: it has to be read anew. */
export class MissedChangesError extends Error {
  override readonly name = 'MissedChangesError';
  constructor(partition: PartitionId, position: number, from: number) {
    super(`the change records of ${partition} go on at offset ${from}, not at ${position}: reading its rows anew`);
  }
}

export interface OverlayOptions {
  /** States of keys and epochs that it may hold. */
  readonly maxStates?: number | undefined;
  /** Lists of titles that will be asked for, so that they are there from the beginning. */
  readonly titleLists?: readonly ListKind[] | undefined;
}

export const openOverlay = async (
  store: SpeedStore,
  publication: Publication,
  batch: ViewReaders,
  { maxStates = Number.POSITIVE_INFINITY, titleLists = [] }: OverlayOptions = {},
): Promise<Overlay> => {
  const { cut } = publication;
  const covered = coveredEpoch(publication);
  const merger = await openRowMerger(batch);
  let states = createEpochStates();
  let isFull = false;
  const touched = new Set<string>();
  const position = new Map<PartitionId, number>();
  /** How far the states that are held go. */
  const reached = new Map<PartitionId, number>();
  /** There is something to show that is not shown yet. */
  let isPending = true;
  const lastTitleChange = new Map<PartitionId, number>();
  let coverage: readonly Coverage[] = [];
  let rows = nothingChanged(titleLists);
  let titlesChangedAtMs = 0;
  let changedAtMs = 0;
  let state: OverlayState = {
    ...rows,
    position: cut,
    titlesToken: '',
    titlesChangedAtMs,
    changedAtMs: 0,
    parts: () => [],
  };

  const put = (row: SpeedRow): void => {
    const { appendedAtMs } = row;
    if (row.epoch <= covered || !ANSWERED_NAMES.has(row.view)) return;
    reached.set(row.partition, Math.max(reached.get(row.partition) ?? 0, row.lastOffset + 1));
    changedAtMs = Math.max(changedAtMs, appendedAtMs);
    const movieId = states.put(row);
    if (movieId === undefined) return;
    touched.add(movieId);
    if (topicOf(row.partition) !== 'movie.reviews') {
      lastTitleChange.set(row.partition, Math.max(lastTitleChange.get(row.partition) ?? -1, row.lastOffset));
      titlesChangedAtMs = Math.max(titlesChangedAtMs, appendedAtMs);
    }
  };

  /** What the rows hold already; nothing at all if that is too much. */
  const load = async (): Promise<void> => {
    for (const partition of PARTITIONS) {
      const known = await store.readPosition(partition);
      position.set(partition, Math.max(offsetAt(cut, partition), known?.offset ?? 0));
    }
    for (const view of ANSWERED)
      for await (const rows of store.scan(view.storedName, covered)) {
        for (const row of rows) put(row);
        if (states.size > maxStates) return giveUp();
      }
  };
  /** Not a part of the changes: none of them, at the cut. */
  const giveUp = (): void => {
    isFull = true;
    states = createEpochStates();
    touched.clear();
    reached.clear();
    lastTitleChange.clear();
    [titlesChangedAtMs, changedAtMs] = [0, 0];
    for (const partition of PARTITIONS) position.set(partition, offsetAt(cut, partition));
  };

  const follow = async (partition: PartitionId): Promise<void> => {
    for (;;) {
      const from = position.get(partition) ?? 0;
      const changes: readonly ChangeRecord[] = await store.readChanges(partition, from, CHANGES_PER_READ);
      for (const change of changes) {
        // What lies between is not in the feed any more, or the writer began later: only the rows can tell.
        if (change.from > (position.get(partition) ?? 0))
          throw new MissedChangesError(partition, position.get(partition) ?? 0, change.from);
        for (const row of change.rows) put(row);
        position.set(partition, Math.max(position.get(partition) ?? 0, change.to));
        isPending = true;
      }
      if (changes.length < CHANGES_PER_READ) return;
    }
  };

  /** The rows of all touched movies, anew. What fails on the way changes nothing: it is done again from where it began. */
  const rebuild = async (): Promise<void> => {
    rows = await merger.merge(rows, [...touched], states, titlesChangedAtMs);
    touched.clear();
    isPending = false;
    state = {
      ...rows,
      position: Object.fromEntries(position),
      titlesToken: [...lastTitleChange]
        .map(([partition, offset]) => `${partition}@${offset}`)
        .toSorted()
        .join(','),
      titlesChangedAtMs,
      changedAtMs,
      parts: states.partsAsOfNow(),
    };
  };

  const isReady = (): boolean => [...reached].every(([partition, offset]) => (position.get(partition) ?? 0) >= offset);
  const overlay: Overlay = {
    publication,
    state: () => state,
    coverage: () => coverage,
    isFull: () => isFull,
    size: () => states.size,
    async advance() {
      // Not before it has reached what it read: until then it has no state to stand still at.
      isFull ||= isReady() && states.size >= maxStates;
      if (!isFull) for (const partition of PARTITIONS) await follow(partition);
      if (!isPending || !isReady()) return false;
      await rebuild();
      return true;
    },
    isReady,
    async readCoverage() {
      coverage = await store.readCoverage();
    },
  };
  await overlay.readCoverage();
  await load();
  await overlay.advance();
  return overlay;
};
