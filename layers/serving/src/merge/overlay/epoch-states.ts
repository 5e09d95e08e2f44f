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

/** As it is held: the text that the store has, which takes a fraction of what it says as an object. */
interface HeldState extends Omit<EpochState, 'state'> {
  readonly text: string;
}

/** Each epoch's part of a key, the oldest first. */
type Parts = readonly HeldState[];
/**
 * A movie's states: each view, then its states, of a view with buckets by key, else of the one key that is the movie. Most movies have one view and one
 * epoch, for which a map would take several times as much.
 */
type MovieStates = (KeyedView | Parts | Map<string, Parts>)[];

const statesOfView = (states: MovieStates | undefined, view: KeyedView): Parts | Map<string, Parts> | undefined => {
  const at = states?.indexOf(view) ?? -1;
  return at === -1 ? undefined : (states?.[at + 1] as Parts | Map<string, Parts>); // as: behind each view stand its states
};

const setStatesOfView = (states: MovieStates, view: KeyedView, found: Parts | Map<string, Parts>): void => {
  const at = states.indexOf(view);
  if (at === -1) states.push(view, found);
  else states[at + 1] = found;
};

const NO_PARTS: Parts = [];

/** What was replaced since a moment, and since the next one. Only who reads as of a moment holds it: later ones are held, earlier ones are not. */
interface Moment {
  readonly replaced: Map<string, Parts>;
  next: Moment | undefined;
}

const nameOf = (view: KeyedView, key: string): string => `${view.storedName} ${key}`;

export interface EpochStates {
  /** Returns the movie that the row is about, or `undefined` if the row is of a view that this version of the code does not know. */
  put(row: SpeedRow): string | undefined;
  /** The states of one key after the cut, merged; `undefined` if there is none. */
  merged<View extends KeyedView>(view: View, key: string): StateOf<View> | undefined;
  /** The same for all keys of a movie in a view with buckets. */
  buckets<View extends KeyedView>(view: View, movieId: string): readonly { readonly bucketMs: number; readonly state: StateOf<View> }[];
  /** Reads each epoch's part of a key, the oldest first, as it is now, also when later ones have come. */
  partsAsOfNow(): (view: KeyedView, key: string) => readonly EpochState[];
  /** The last change of a movie's states. `views`: those that matter. */
  lastChange(movieId: string, views: readonly KeyedView[]): LastChange;
  movies(): Iterable<string>;
  /** How many states of these views are held. */
  sizeOf(views: readonly KeyedView[]): number;
}

const bucketsOf = (found: Parts | Map<string, Parts> | undefined): Iterable<readonly [key: string, parts: Parts]> =>
  found instanceof Map ? found : [];

const VIEWS_BY_STORED_NAME: ReadonlyMap<string, KeyedView> = new Map(KEYED_VIEWS.map((view) => [view.storedName, view]));

export const createEpochStates = (): EpochStates => {
  const byMovie = new Map<string, MovieStates>();
  const sizes = new Map<KeyedView, number>();
  let moment: Moment | undefined;
  const parts = (view: KeyedView, key: string): Parts => {
    const found = statesOfView(byMovie.get(splitKey(key).movieId), view);
    return (found instanceof Map ? found.get(key) : found) ?? NO_PARTS;
  };
  const mergeParts = (view: KeyedView, found: Parts): unknown =>
    found.reduce<unknown>((sum, { text }) => mergeStates(view, sum as never, decodeState(view, text) as never), emptyState(view)); // as never: the view's own states

  return {
    put(row) {
      const view = VIEWS_BY_STORED_NAME.get(row.view);
      if (view === undefined) return undefined;
      const { movieId, bucketMs } = splitKey(row.key);
      const known = parts(view, row.key);
      const before = known.find((one) => one.epoch === row.epoch);
      if (before !== undefined && before.lastOffset >= row.lastOffset) return movieId;
      const one: HeldState = {
        epoch: row.epoch,
        partition: row.partition,
        text: row.state,
        lastOffset: row.lastOffset,
        appendedAtMs: row.appendedAtMs,
      };
      if (before === undefined) sizes.set(view, (sizes.get(view) ?? 0) + 1);
      const name = nameOf(view, row.key);
      if (moment !== undefined && !moment.replaced.has(name)) moment.replaced.set(name, known);
      const next = [...known.filter((other) => other !== before), one];
      if (next.length > 1) next.sort((a, b) => a.epoch - b.epoch);
      let states = byMovie.get(movieId);
      if (states === undefined) byMovie.set(movieId, (states = []));
      if (bucketMs === undefined) setStatesOfView(states, view, next);
      else {
        const keys = statesOfView(states, view);
        if (keys instanceof Map) keys.set(row.key, next);
        else setStatesOfView(states, view, new Map([[row.key, next]]));
      }
      return movieId;
    },
    merged: (view, key) => {
      const found = parts(view, key);
      return found.length === 0 ? undefined : (mergeParts(view, found) as never); // as never: the view's own state
    },
    buckets: (view, movieId) =>
      [...bucketsOf(statesOfView(byMovie.get(movieId), view))].map(([key, found]) => ({
        bucketMs: splitKey(key).bucketMs ?? 0,
        state: mergeParts(view, found) as never,
      })),
    partsAsOfNow() {
      const now: Moment = { replaced: new Map(), next: undefined };
      if (moment !== undefined) moment.next = now;
      moment = now;
      const partsThen = (view: KeyedView, key: string): Parts => {
        const name = nameOf(view, key);
        for (let later: Moment | undefined = now; later !== undefined; later = later.next) {
          const found = later.replaced.get(name);
          if (found !== undefined) return found;
        }
        return parts(view, key);
      };
      return (view, key) => partsThen(view, key).map(({ text, ...where }) => ({ ...where, state: decodeState(view, text) }));
    },
    lastChange(movieId, views) {
      const ends = new Map<PartitionId, number>();
      let changedAtMs = 0;
      const look = (found: Parts): void => {
        for (const { partition, lastOffset, appendedAtMs } of found) {
          ends.set(partition, Math.max(ends.get(partition) ?? -1, lastOffset));
          changedAtMs = Math.max(changedAtMs, appendedAtMs);
        }
      };
      const states = byMovie.get(movieId);
      for (const view of views) {
        const found = statesOfView(states, view);
        if (found instanceof Map) for (const one of found.values()) look(one);
        else if (found !== undefined) look(found);
      }
      const token = [...ends]
        .map(([partition, offset]) => `${partition}@${offset}`)
        .toSorted()
        .join(',');
      return { token, changedAtMs };
    },
    movies: () => byMovie.keys(),
    sizeOf: (views) => views.reduce((sum, view) => sum + (sizes.get(view) ?? 0), 0),
  };
};
