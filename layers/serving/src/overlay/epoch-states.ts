/**
 * States of keys by epoch, as the speed store's rows and change records tell them. Invariant: of each (view, key, epoch) the state with the highest last
 * offset stays, so rows and change records may come in any order, and again.
 */
import type { PartitionId } from '@rushes/domain';
import type { SpeedRow } from '@rushes/ports';
import { decodeState, emptyState, KEYED_VIEWS, type KeyedView, mergeStates, splitKey, type StateOf } from '@rushes/views';

export interface EpochState {
  readonly epoch: number;
  readonly partition: PartitionId;
  readonly state: unknown;
  readonly lastOffset: number;
  /** Append time of the last event. */
  readonly appendedAtMs: number;
}

export interface LastChange {
  /** Where the last events lie, as a text: equal texts, equal states. Empty: there are none. */
  readonly token: string;
  readonly changedAtMs: number;
}

/** A movie's states: by view, then by key. */
type MovieStates = Map<string, Map<string, EpochState[]>>;

export interface EpochStates {
  /** Returns the movie that the row is about, or `undefined` if the row is of a view that this version of the code does not know. */
  put(row: SpeedRow): string | undefined;
  /** The states of one key after the cut, merged; `undefined` if there is none. */
  merged<View extends KeyedView>(view: View, key: string): StateOf<View> | undefined;
  /** The same for all keys of a movie in a view with buckets. */
  buckets<View extends KeyedView>(view: View, movieId: string): readonly { readonly bucketMs: number; readonly state: StateOf<View> }[];
  /** Each epoch's part of a key, the oldest first. */
  parts(view: KeyedView, key: string): readonly EpochState[];
  /** The last change of a movie's states. `views`: those that matter. */
  lastChange(movieId: string, views: readonly KeyedView[]): LastChange;
  movies(): Iterable<string>;
  readonly size: number;
}

const VIEWS_BY_STORED_NAME: ReadonlyMap<string, KeyedView> = new Map(KEYED_VIEWS.map((view) => [view.storedName, view]));

export const createEpochStates = (): EpochStates => {
  const byMovie = new Map<string, MovieStates>();
  let size = 0;
  const parts = (view: KeyedView, key: string): readonly EpochState[] =>
    byMovie.get(splitKey(key).movieId)?.get(view.storedName)?.get(key) ?? [];
  const mergeParts = (view: KeyedView, found: readonly EpochState[]): unknown =>
    found.reduce<unknown>((sum, { state }) => mergeStates(view, sum as never, state as never), emptyState(view)); // as never: the view's own states

  return {
    put(row) {
      const view = VIEWS_BY_STORED_NAME.get(row.view);
      if (view === undefined) return undefined;
      const { movieId } = splitKey(row.key);
      const states: MovieStates = byMovie.get(movieId) ?? new Map();
      byMovie.set(movieId, states);
      const keys = states.get(row.view) ?? new Map<string, EpochState[]>();
      states.set(row.view, keys);
      const known = keys.get(row.key) ?? [];
      keys.set(row.key, known);
      const at = known.findIndex((one) => one.epoch === row.epoch);
      const one = {
        epoch: row.epoch,
        partition: row.partition,
        state: decodeState(view, row.state) as unknown,
        lastOffset: row.lastOffset,
        appendedAtMs: row.appendedAtMs,
      };
      if (at < 0) {
        known.push(one);
        known.sort((a, b) => a.epoch - b.epoch);
        size += 1;
      } else if ((known[at]?.lastOffset ?? -1) < row.lastOffset) known[at] = one;
      return movieId;
    },
    merged: (view, key) => {
      const found = parts(view, key);
      return found.length === 0 ? undefined : (mergeParts(view, found) as never); // as never: the view's own state
    },
    buckets: (view, movieId) =>
      [...(byMovie.get(movieId)?.get(view.storedName) ?? [])].map(([key, found]) => ({
        bucketMs: splitKey(key).bucketMs ?? 0,
        state: mergeParts(view, found) as never,
      })),
    parts,
    lastChange(movieId, views) {
      const ends = new Map<PartitionId, number>();
      let changedAtMs = 0;
      for (const view of views)
        for (const found of byMovie.get(movieId)?.get(view.storedName)?.values() ?? [])
          for (const { partition, lastOffset, appendedAtMs } of found) {
            ends.set(partition, Math.max(ends.get(partition) ?? -1, lastOffset));
            changedAtMs = Math.max(changedAtMs, appendedAtMs);
          }
      const token = [...ends]
        .map(([partition, offset]) => `${partition}@${offset}`)
        .toSorted()
        .join(',');
      return { token, changedAtMs };
    },
    movies: () => byMovie.keys(),
    get size() {
      return size;
    },
  };
};
