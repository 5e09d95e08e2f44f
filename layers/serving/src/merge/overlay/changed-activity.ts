/**
 * What events after the cut add to the buckets of the view `activity`: sums by width, bucket and movie. Persistent: a copy costs nothing, and changing it leaves
 * the original as it was. Invariant: hours and days are the sums of their five minutes, so only states of those are held and read.
 */
import { compareUtf8 } from '@rushes/domain';
import {
  ACTIVITY_WIDTHS,
  addActivities,
  type ActivityWidth,
  bucketStart,
  FIVE_MINUTES_MS,
  type MovieActivity,
  NO_ACTIVITY,
  ratingsByFiveMinutes,
  reviewsByFiveMinutes,
  splitKey,
} from '@rushes/views';
import SortedBTree from 'sorted-btree';

import type { EpochStates } from './epoch-states.ts';

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;
type Tree<K, V> = InstanceType<typeof BTree<K, V>>;

/** The views whose events change it. */
export const ACTIVITY_VIEWS = [ratingsByFiveMinutes, reviewsByFiveMinutes] as const;

type Movies = Tree<string, MovieActivity>;
type Buckets = Tree<number, Movies>;

/** What was added to one bucket: each movie once, by its id. */
export interface AddedBucket {
  readonly startMs: number;
  readonly movies: Iterable<readonly [movieId: string, activity: MovieActivity]>;
  /** What was added to one movie, if anything was. */
  of(movieId: string): MovieActivity | undefined;
}

export interface ChangedActivity {
  /** The buckets of a width that start within `[fromMs, toMs)` and that events after the cut lie in, the earliest first. */
  within(width: ActivityWidth, fromMs: number, toMs: number): Iterable<AddedBucket>;
  /** A copy that can be changed. */
  edit(): ChangedActivityEditor;
}

export interface ChangedActivityEditor {
  /** What events after the cut come to now, of a movie in its five minutes. @param key of the states: movie and start. */
  set(key: string, now: MovieActivity): void;
  done(): ChangedActivity;
}

const changedActivity = (byWidth: ReadonlyMap<ActivityWidth, Buckets>): ChangedActivity => ({
  *within(width, fromMs, toMs) {
    for (const [startMs, movies] of byWidth.get(width)?.entries(fromMs) ?? []) {
      if (startMs >= toMs) return;
      yield {
        startMs,
        // Each time from the first one on.
        get movies() {
          return movies.entries();
        },
        of: (movieId) => movies.get(movieId),
      };
    }
  },
  edit() {
    const edited = new Map([...byWidth].map(([width, buckets]) => [width, buckets.clone()]));
    /** Buckets that are this copy's own by now. */
    const own = new Set<Movies>();
    const moviesOf = (width: ActivityWidth, startMs: number): Movies => {
      const buckets = edited.get(width);
      const known = buckets?.get(startMs);
      if (known !== undefined && own.has(known)) return known;
      const movies = known?.clone() ?? new BTree<string, MovieActivity>(undefined, compareUtf8);
      own.add(movies);
      buckets?.set(startMs, movies);
      return movies;
    };
    return {
      set(key, now) {
        const { movieId, bucketMs = 0 } = splitKey(key);
        const before = moviesOf(FIVE_MINUTES_MS, bucketMs).get(movieId) ?? NO_ACTIVITY;
        const difference = addActivities(now, before, -1);
        for (const width of ACTIVITY_WIDTHS) {
          const movies = moviesOf(width, bucketStart(bucketMs, width));
          movies.set(movieId, addActivities(movies.get(movieId) ?? NO_ACTIVITY, difference, 1));
        }
      },
      done: () => changedActivity(edited),
    };
  },
});

export const noActivity = (): ChangedActivity =>
  changedActivity(new Map(ACTIVITY_WIDTHS.map((width) => [width, new BTree<number, Movies>(undefined, (a, b) => a - b)])));

/** What the epochs after the cut come to, of a movie in its five minutes. */
export const activityAt = (states: Pick<EpochStates, 'merged'>, key: string): MovieActivity => {
  const [ratings, reviews] = [states.merged(ratingsByFiveMinutes, key), states.merged(reviewsByFiveMinutes, key)];
  return {
    ratings: ratings?.count ?? 0,
    sumTenths: ratings?.sum_tenths ?? 0,
    reviews: reviews?.count ?? 0,
    compoundE4: reviews?.compound_e4 ?? 0,
  };
};
