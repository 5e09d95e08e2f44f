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
import { setTimeout as sleep } from 'node:timers/promises';

import { offsetAt, type OffsetVector, type PartitionId, PARTITIONS, topicOf } from '@rushes/domain';
import { type ChangeRecord, type Coverage, coveredEpoch, type Publication, type SpeedRow, type SpeedStore } from '@rushes/ports';
import type { KeyedView } from '@rushes/views';

import type { ViewReaders } from '../view-readers.ts';
import { trackArrivals } from './arrivals.ts';
import { REVIEW_VIEWS } from './change-reviews.ts';
import { TITLE_VIEWS } from './change-titles.ts';
import { ACTIVITY_VIEWS } from './changed-activity.ts';
import { POPULARITY_VIEWS } from './changed-popularity.ts';
import { createEpochStates, type EpochState } from './epoch-states.ts';
import { type MergedRows, nothingChanged, openRowMerger } from './merged-rows.ts';
import type { ListKind } from './sorted-list.ts';

const CHANGES_PER_READ = 200;
/** The views of which whole rows are made, which take most of the memory. */
const OF_ROWS: readonly KeyedView[] = [...TITLE_VIEWS, ...REVIEW_VIEWS];
/** The views of which values by bucket are made. */
const OF_BUCKETS: readonly KeyedView[] = [...ACTIVITY_VIEWS, ...POPULARITY_VIEWS];
/** What one of their states takes beside one of those above: 0.8 kB beside 7.5 kB, measured for activity. */
const SHARE_OF_BUCKETS = 1 / 8;
/** The views that answers are made from. */
const ANSWERED: readonly KeyedView[] = [...OF_ROWS, ...OF_BUCKETS];
const ANSWERED_NAMES: ReadonlySet<string> = new Set(ANSWERED.map((view) => view.storedName));
const ACTIVITY_NAMES: ReadonlySet<string> = new Set(ACTIVITY_VIEWS.map((view) => view.storedName));
const POPULARITY_NAMES: ReadonlySet<string> = new Set(POPULARITY_VIEWS.map((view) => view.storedName));

/** What events changed of each view, at one position. */
export interface OverlayState extends Omit<MergedRows, 'sums'> {
  /** The events before these offsets are in it. */
  readonly position: OffsetVector;
  /** Where the last change of any title's row lies, and when it was appended: what lists of titles depend on. */
  readonly titlesToken: string;
  readonly titlesChangedAtMs: number;
  /** Where the last change of any state lies: what answers depend on that are made of all events. */
  readonly changesToken: string;
  /** When the last event in any state was appended. */
  readonly changedAtMs: number;
  /** Each epoch's part of a key. */
  parts(view: KeyedView, key: string): readonly EpochState[];
}

export interface Overlay {
  readonly publication: Publication;
  readonly state: () => OverlayState;
  /** What the store covers, read after all that the state was made from: also what was found to be damaged is not covered any more. */
  readonly coverage: () => readonly Coverage[];
  /** What it covered before any row was read. */
  readonly coverageBefore: readonly Coverage[];
  /**
   * Applies the change records that are there, then reads what the store covers. Whether the state is another one now.
   * @param isHeardEnough those that were heard of are enough, if there are any: what has come since need not be in it.
   * @throws MissedChangesError, LostProgressError: it has to be read anew.
   */
  advance(isHeardEnough?: boolean): Promise<boolean>;
  /**
   * Waits until there are change records to apply, at most so many milliseconds; a full overlay has none. Whether there are.
   * Rejects with the signal's reason once it aborts.
   */
  hear(waitMs: number, signal: AbortSignal): Promise<boolean>;
  /** When the events were appended that the state shows and none shown before did, in milliseconds since 1970; each is told once. */
  takeArrivals(): readonly number[];
  /** Whether there is no room for further changes: the state stays where it is. */
  isFull(): boolean;
  /** States of keys and epochs that it holds; eight of activity or popularity count as one. */
  readonly size: () => number;
  /** Whether the position has passed everything that is held. Before the first time, the state is none to be shown. */
  isReady(): boolean;
}

/** The change records do not lead on from the overlay's position: it has to be read anew. */
export class MissedChangesError extends Error {
  override readonly name = 'MissedChangesError';
  constructor(partition: PartitionId, position: number, from: number) {
    super(`the change records of ${partition} go on at offset ${from}, not at ${position}: reading its rows anew`);
  }
}

/** The store went back: what was read from it may not be in it any more. The overlay has to be read anew. */
export class LostProgressError extends Error {
  override readonly name = 'LostProgressError';
  constructor(location: string, partition: PartitionId, from: number, to: number) {
    super(`${partition} in ${location} went back from offset ${from} to ${to}: the store lost writes; reading its rows anew`);
  }
}

export interface OverlayOptions {
  /** States of keys and epochs that it may hold; eight of activity or popularity count as one. */
  readonly maxStates?: number | undefined;
  /** Lists of titles that will be asked for, so that they are there from the beginning. */
  readonly titleLists?: readonly ListKind[] | undefined;
  /** Events before these offsets have been shown before. Default: all that the rows hold already. */
  readonly shownBefore?: OffsetVector | undefined;
}

const isAboutTitles = (partition: PartitionId): boolean => topicOf(partition) !== 'movie.reviews';

const tokenOf = (lastChanges: readonly (readonly [PartitionId, number])[]): string =>
  lastChanges
    .map(([partition, offset]) => `${partition}@${offset}`)
    .toSorted()
    .join(',');

export const openOverlay = async (
  store: SpeedStore,
  publication: Publication,
  batch: ViewReaders,
  { maxStates = Number.POSITIVE_INFINITY, titleLists = [], shownBefore }: OverlayOptions = {},
): Promise<Overlay> => {
  const { cut } = publication;
  const covered = coveredEpoch(publication);
  const merger = await openRowMerger(batch);
  let states = createEpochStates();
  const size = (): number => states.sizeOf(OF_ROWS) + Math.ceil(states.sizeOf(OF_BUCKETS) * SHARE_OF_BUCKETS);
  let isFull = false;
  const touched = new Set<string>();
  const touchedActivity = new Set<string>();
  const touchedPopularity = new Set<string>();
  const clearTouched = (): void => {
    for (const keys of [touched, touchedActivity, touchedPopularity]) keys.clear();
  };
  const position = new Map<PartitionId, number>();
  /** How far the states that are held go. */
  const reached = new Map<PartitionId, number>();
  /** There is something to show that is not shown yet. */
  let isPending = true;
  /** The state is one that no call has told of. */
  let isNew = false;
  const arrivals = trackArrivals();
  const lastChange = new Map<PartitionId, number>();
  let coverage: readonly Coverage[] = [];
  let rows = nothingChanged(titleLists);
  let titlesChangedAtMs = 0;
  let changedAtMs = 0;
  let state: OverlayState = {
    ...rows,
    position: cut,
    titlesToken: '',
    changesToken: '',
    titlesChangedAtMs,
    changedAtMs: 0,
    parts: () => [],
  };

  const put = (row: SpeedRow): void => {
    const { appendedAtMs } = row;
    if (row.epoch <= covered || !ANSWERED_NAMES.has(row.view)) return;
    reached.set(row.partition, Math.max(reached.get(row.partition) ?? 0, row.lastOffset + 1));
    changedAtMs = Math.max(changedAtMs, appendedAtMs);
    arrivals.add(row);
    const movieId = states.put(row);
    if (movieId === undefined) return;
    if (ACTIVITY_NAMES.has(row.view)) touchedActivity.add(row.key);
    else if (POPULARITY_NAMES.has(row.view)) touchedPopularity.add(row.key);
    else touched.add(movieId);
    lastChange.set(row.partition, Math.max(lastChange.get(row.partition) ?? -1, row.lastOffset));
    if (isAboutTitles(row.partition)) titlesChangedAtMs = Math.max(titlesChangedAtMs, appendedAtMs);
  };

  /** Where the store said that writers are. */
  const written = new Map<PartitionId, number>();
  const readProgress = async (): Promise<void> => {
    const progress = await store.progress();
    for (const { partition, position: at } of progress) {
      const [before, now] = [written.get(partition) ?? 0, at?.offset ?? 0];
      if (now < before) throw new LostProgressError(store.location, partition, before, now);
      written.set(partition, now);
    }
    coverage = progress.flatMap((one) => one.coverage);
  };

  const scan = async (view: KeyedView): Promise<void> => {
    for await (const found of store.scan(view.storedName, covered)) {
      if (isFull) return;
      for (const row of found) put(row);
      if (size() > maxStates) return giveUp();
    }
  };
  /** What the rows hold already; nothing at all if that is too much. */
  const load = async (): Promise<void> => {
    for (const partition of PARTITIONS) position.set(partition, Math.max(offsetAt(cut, partition), written.get(partition) ?? 0));
    arrivals.begin(shownBefore ?? Object.fromEntries(position));
    await Promise.all(ANSWERED.map(scan));
  };
  /** Not a part of the changes: none of them, at the cut. */
  const giveUp = (): void => {
    isFull = true;
    states = createEpochStates();
    clearTouched();
    arrivals.clear();
    reached.clear();
    lastChange.clear();
    [titlesChangedAtMs, changedAtMs] = [0, 0];
    for (const partition of PARTITIONS) position.set(partition, offsetAt(cut, partition));
  };

  const apply = (changes: readonly ChangeRecord[]): void => {
    for (const change of changes) {
      const reachedNow = position.get(change.partition) ?? 0;
      // What lies between is not in the feed any more, or the writer began later: only the rows can tell.
      if (change.from > reachedNow) throw new MissedChangesError(change.partition, reachedNow, change.from);
      for (const row of change.rows) put(row);
      position.set(change.partition, Math.max(reachedNow, change.to));
      isPending = true;
    }
  };
  /** Change records that were heard of and not applied yet. */
  let heard: readonly ChangeRecord[] = [];
  /** Whether a partition may have more of them. */
  const hasMore = (changes: readonly ChangeRecord[]): boolean => {
    const counts = new Map<PartitionId, number>();
    for (const { partition } of changes) counts.set(partition, (counts.get(partition) ?? 0) + 1);
    return Math.max(0, ...counts.values()) >= CHANGES_PER_READ;
  };
  const follow = async (isHeardEnough: boolean): Promise<void> => {
    let changes = heard;
    heard = [];
    apply(changes);
    if (isHeardEnough && changes.length > 0 && !hasMore(changes)) return;
    do {
      changes = await store.changesAfter(Object.fromEntries(position), { limit: CHANGES_PER_READ });
      apply(changes);
    } while (hasMore(changes));
  };

  /** The rows of all touched movies, anew. What fails on the way changes nothing: it is done again from where it began. */
  const rebuild = async (): Promise<void> => {
    const changed = { movies: [...touched], activity: [...touchedActivity], popularity: [...touchedPopularity] };
    rows = await merger.merge(rows, changed, states, titlesChangedAtMs);
    clearTouched();
    arrivals.show(position);
    isPending = false;
    isNew = true;
    state = {
      ...rows,
      position: Object.fromEntries(position),
      titlesToken: tokenOf([...lastChange].filter(([partition]) => isAboutTitles(partition))),
      titlesChangedAtMs,
      changesToken: tokenOf([...lastChange]),
      changedAtMs,
      parts: states.partsAsOfNow(),
    };
  };

  const isReady = (): boolean => [...reached].every(([partition, offset]) => (position.get(partition) ?? 0) >= offset);
  await readProgress();
  const overlay: Overlay = {
    publication,
    coverageBefore: coverage,
    state: () => state,
    coverage: () => coverage,
    takeArrivals: () => arrivals.take(),
    isFull: () => isFull,
    size,
    async advance(isHeardEnough = false) {
      // Not before it has reached what it read: until then it has no state to stand still at.
      isFull ||= isReady() && size() >= maxStates;
      if (!isFull) await follow(isHeardEnough);
      // Both come to their ends, also if one fails: what goes on alone would meet the next call.
      const outcomes = await Promise.allSettled([readProgress(), isPending && isReady() ? rebuild() : undefined]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      const isOther = isNew;
      isNew = false;
      return isOther;
    },
    async hear(waitMs, signal) {
      if (isFull) {
        await sleep(waitMs, undefined, { signal, ref: false });
        return false;
      }
      heard = await store.changesAfter(Object.fromEntries(position), { limit: CHANGES_PER_READ, waitMs, signal });
      return heard.length > 0;
    },
    isReady,
  };
  await load();
  await overlay.advance();
  return overlay;
};
