/**
 * What happened to each movie in the windows of a span, batch and speed layer together. The batch layer's part does not change as long as its artefact is open:
 * it is added up once for all who ask. Invariants: sums that are kept are never changed; what is kept is bounded.
 */
import { setImmediate } from 'node:timers/promises';

import type { ArtefactReader } from '@rushes/ports';
import { bucketKey, readActivity } from '@rushes/views';
import { LRUCache } from 'lru-cache';

import type { OverlayState } from '../merge/overlay/overlay.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { requireDocument } from './documents.ts';
import { addActivity, copySums, noSums, type TrendSums } from './trend-score.ts';
import { bucketStarts, placeOfBucket, type TrendSpan } from './trend-windows.ts';

type MovieSums = ReadonlyMap<string, TrendSums>;

/** Movies of all sums that are kept of one artefact: some 400 bytes each. */
const MAX_KEPT_MOVIES = 50_000;
/** Some milliseconds of reading and adding; then others get their turn. */
const ROWS_PER_READ = 20;

const batchSums = async (reader: ArtefactReader, span: TrendSpan): Promise<MovieSums> => {
  const byMovie = new Map<string, TrendSums>();
  const starts = bucketStarts(span);
  for (let from = 0; from < starts.length; from += ROWS_PER_READ) {
    const keys = new Map(starts.slice(from, from + ROWS_PER_READ).map((startMs) => [bucketKey(span.width, startMs), startMs]));
    for (const { key, documents } of await reader.getMany([...keys.keys()], { documents: ['movies'] })) {
      const place = placeOfBucket(span, keys.get(key) ?? 0);
      for (const [id, activity] of readActivity(requireDocument(documents[0], `document movies of ${key}`))) {
        let sums = byMovie.get(id);
        if (sums === undefined) byMovie.set(id, (sums = noSums()));
        addActivity(sums, place, activity);
      }
    }
    await setImmediate();
  }
  return byMovie;
};

interface KeptSums {
  readonly sums: LRUCache<string, MovieSums>;
  readonly underWay: Map<string, Promise<MovieSums>>;
}

const keptOf = new WeakMap<ArtefactReader, KeptSums>();

const keptFor = (reader: ArtefactReader): KeptSums => {
  let kept = keptOf.get(reader);
  if (kept === undefined) {
    kept = { sums: new LRUCache({ maxSize: MAX_KEPT_MOVIES, sizeCalculation: ({ size }) => size + 1 }), underWay: new Map() };
    keptOf.set(reader, kept);
  }
  return kept;
};

const keptBatchSums = async (reader: ArtefactReader, span: TrendSpan): Promise<MovieSums> => {
  const { sums, underWay } = keptFor(reader);
  const name = `${span.window}/${span.endMs}`;
  const known = sums.get(name);
  if (known !== undefined) return known;
  let reading = underWay.get(name);
  if (reading === undefined) {
    reading = batchSums(reader, span)
      .then((read) => {
        sums.set(name, read);
        return read;
      })
      .finally(() => underWay.delete(name));
    underWay.set(name, reading);
  }
  return reading;
};

/** What of a snapshot tells of activity. */
interface ActivityParts {
  readonly batch: Pick<Snapshot['batch'], 'activity'>;
  readonly overlay: Pick<OverlayState, 'activity'> | undefined;
}

/** By movie. Not to be changed. */
export const windowActivity = async ({ batch, overlay }: ActivityParts, span: TrendSpan): Promise<MovieSums> => {
  const before = await keptBatchSums(batch.activity, span);
  const added = new Map<string, TrendSums>();
  for (const { startMs, movies } of overlay?.activity.within(span.width, span.firstMs, span.endMs) ?? []) {
    const place = placeOfBucket(span, startMs);
    for (const [id, activity] of movies) {
      let sums = added.get(id);
      if (sums === undefined) {
        const known = before.get(id);
        added.set(id, (sums = known === undefined ? noSums() : copySums(known)));
      }
      addActivity(sums, place, activity);
    }
  }
  return added.size === 0 ? before : new Map([...before, ...added]);
};
