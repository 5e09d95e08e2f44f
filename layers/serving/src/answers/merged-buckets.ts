/**
 * Views whose rows are buckets of event time with all their movies, batch and speed layer together. Buckets are read some at a time and given in order, each of them,
 * whether there is anything in it or not; who asks for one movie parses no other one's numbers.
 */
import { setImmediate } from 'node:timers/promises';

import type { ArtefactReader } from '@rushes/ports';
import { bucketKey, type BucketWidth } from '@rushes/views';

import type { ChangedBuckets } from '../merge/overlay/changed-buckets.ts';
import { requireDocument } from './documents.ts';

/** Some milliseconds of reading and adding; then others get their turn. */
const BUCKETS_PER_READ = 15;

/** How the values of a view are read, and how those of both layers are put together. */
export interface BucketView<Value> {
  /** The document `movies`. */
  read(document: string): Iterable<readonly [movieId: string, value: Value]>;
  /** The same of one movie. */
  of(document: string, movieId: string): Value | undefined;
  /** `since` is from events after all of `before`. */
  merge(before: Value, since: Value): Value;
}

export interface Bucket<Value> {
  readonly startMs: number;
  /** The value of one movie. */
  of(movieId: string): Value | undefined;
  /** All movies that have one. */
  movies(): ReadonlyMap<string, Value>;
}

export interface BucketRange<Width extends BucketWidth> {
  readonly width: Width;
  /** The buckets that start within `[fromMs, toMs)`. Both are starts of buckets within the years 1 to 9999. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The buckets of a range, the earliest first. @param added `undefined`: the batch layer alone. */
export const mergedBuckets = async function* <Value, Width extends BucketWidth>(
  view: BucketView<Value>,
  batch: Pick<ArtefactReader, 'getMany'>,
  added: Pick<ChangedBuckets<Width, Value>, 'within'> | undefined,
  { width, fromMs, toMs }: BucketRange<Width>,
): AsyncGenerator<Bucket<Value>> {
  const later = new Map([...(added?.within(width, fromMs, toMs) ?? [])].map((bucket) => [bucket.startMs, bucket]));
  for (let readMs = fromMs; readMs < toMs; readMs += BUCKETS_PER_READ * width) {
    const starts = Array.from({ length: Math.min(BUCKETS_PER_READ, (toMs - readMs) / width) }, (_, n) => readMs + n * width);
    const keys = starts.map((startMs) => bucketKey(width, startMs));
    const rows = await batch.getMany(keys, { documents: ['movies'] });
    const texts = new Map(rows.map(({ key, documents }) => [key, requireDocument(documents[0], `document movies of ${key}`)]));
    for (const startMs of starts) {
      const text = texts.get(bucketKey(width, startMs));
      const after = later.get(startMs);
      yield {
        startMs,
        of(movieId) {
          const before = text === undefined ? undefined : view.of(text, movieId);
          const since = after?.of(movieId);
          return before === undefined || since === undefined ? (since ?? before) : view.merge(before, since);
        },
        movies() {
          const all = new Map(text === undefined ? [] : view.read(text));
          for (const [id, since] of after?.movies ?? []) {
            const before = all.get(id);
            all.set(id, before === undefined ? since : view.merge(before, since));
          }
          return all;
        },
      };
    }
    await setImmediate();
  }
};
