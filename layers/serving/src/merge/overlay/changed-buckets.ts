/**
 * What events after the cut say of movies by buckets of event time: a value by width, bucket and movie. Persistent: a copy costs nothing, and changing it leaves the
 * original as it was.
 */
import { compareUtf8 } from '@rushes/domain';
import SortedBTree from 'sorted-btree';

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;
type Tree<K, V> = InstanceType<typeof BTree<K, V>>;

type Movies<Value> = Tree<string, Value>;
type Buckets<Value> = Tree<number, Movies<Value>>;

/** What was added to one bucket: each movie once, by its id. */
export interface AddedBucket<Value> {
  readonly startMs: number;
  readonly movies: Iterable<readonly [movieId: string, value: Value]>;
  /** What was added to one movie, if anything was. */
  of(movieId: string): Value | undefined;
}

export interface ChangedBuckets<Width extends number, Value> {
  /** The buckets of a width that start within `[fromMs, toMs)` and that events after the cut lie in, the earliest first. */
  within(width: Width, fromMs: number, toMs: number): Iterable<AddedBucket<Value>>;
  /** A copy that can be changed. */
  edit(): ChangedBucketsEditor<Width, Value>;
}

/** The movies of one bucket, which can be changed. */
export interface EditedBucket<Value> {
  get(movieId: string): Value | undefined;
  set(movieId: string, value: Value): unknown;
}

export interface ChangedBucketsEditor<Width extends number, Value> {
  bucket(width: Width, startMs: number): EditedBucket<Value>;
  done(): ChangedBuckets<Width, Value>;
}

const changedBuckets = <Width extends number, Value>(byWidth: ReadonlyMap<Width, Buckets<Value>>): ChangedBuckets<Width, Value> => ({
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
    const own = new Set<Movies<Value>>();
    return {
      bucket(width, startMs) {
        const buckets = edited.get(width);
        const known = buckets?.get(startMs);
        if (known !== undefined && own.has(known)) return known;
        const movies = known?.clone() ?? new BTree<string, Value>(undefined, compareUtf8);
        own.add(movies);
        buckets?.set(startMs, movies);
        return movies;
      },
      done: () => changedBuckets(edited),
    };
  },
});

export const noBuckets = <Width extends number, Value>(widths: readonly Width[]): ChangedBuckets<Width, Value> =>
  changedBuckets(new Map(widths.map((width) => [width, new BTree<number, Movies<Value>>(undefined, (a, b) => a - b)])));
