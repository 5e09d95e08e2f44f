/** A made-up log, projected into a real speed store as far as one says, versions at any cut, and snapshots of both together. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openSqliteSpeedStore, type SqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { type MovieEvent, type OffsetVector, type PartitionId, PARTITIONS } from '@rushes/domain';
import { type ArtefactRow, type BatchViewStore, type Publication, type SpeedRow, type SpeedStore } from '@rushes/ports';
import { VIEWS } from '@rushes/views';

import { type CurrentSnapshot, trackCurrentSnapshot } from '../src/merge/current-snapshot.ts';
import type { ViewReaders } from '../src/merge/view-readers.ts';
import { memoryBatchViews, type MemoryBatchViews } from './memory-batch-views.ts';
import { BEGIN_MS, type History, makeHistory, movieId } from './overlay-history.ts';
import { HAPPENED_AT, nameIn, READ, readAll } from './read-merged.ts';

export const TTL_MS = 48 * 3_600_000;

/** What of a micro-batch is written, in the order of a writer: it may die after any of these. */
const WRITTEN = ['coverage', 'rows', 'change', 'position'] as const;
export type Written = (typeof WRITTEN)[number];

export interface OverlayCase {
  readonly history: History;
  readonly store: SqliteSpeedStore;
  readonly views: MemoryBatchViews;
  readonly clock: { nowMs: number };
  readonly troubles: unknown[];
  /** When the events were appended that replicas showed, as they told it. */
  readonly arrivals: number[];
  /** Projects a partition from where the store's position is. @param through the last thing that is written. */
  project(
    partition: PartitionId,
    options?: { readonly before?: number; readonly batch?: number; readonly through?: Written },
  ): Promise<void>;
  projectAll(batch?: number): Promise<void>;
  /** Projects partitions up to where rows of theirs were written already. */
  finish(): Promise<void>;
  /** Publishes what a full recompute says at a cut, as the next publication. */
  publish(version: number, cut: OffsetVector, lost?: Publication['lost']): Promise<Publication>;
  /** A replica that begins now. @param stores as it sees them. */
  follow(stores?: { readonly speed?: SpeedStore; readonly views?: BatchViewStore }): CurrentSnapshot;
  /** The fence of a partition's one owner. */
  fence(partition: PartitionId): Promise<number>;
  close(): Promise<void>;
}

const nameOf = ({ view, key }: Pick<SpeedRow, 'view' | 'key'>): string => `${view} ${key}`;

async function* once(rows: readonly ArtefactRow[]): AsyncGenerator<readonly ArtefactRow[]> {
  yield rows;
}

export const openOverlayCase = async (): Promise<OverlayCase> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-overlay-'));
  const clock = { nowMs: BEGIN_MS };
  const store = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), { now: () => clock.nowMs });
  const views = memoryBatchViews();
  const history = makeHistory();
  const troubles: unknown[] = [];
  const arrivals: number[] = [];
  const replicas: CurrentSnapshot[] = [];
  let publications = 0;
  const fences = new Map<PartitionId, number>();
  /** How far states of a partition were written, whether or not their change record was. */
  const written = new Map<PartitionId, number>();

  const opened: OverlayCase = {
    history,
    store,
    views,
    clock,
    troubles,
    arrivals,
    async project(partition, { before = Infinity, batch = 3, through = 'position' } = {}) {
      const items = history.items(partition).filter(({ offset }) => offset < before);
      const fence = await opened.fence(partition);
      const progress = (await store.progress()).find((one) => one.partition === partition);
      const covered = new Set(progress?.coverage.map(({ epoch }) => epoch));
      const isWritten = (what: Written): boolean => WRITTEN.indexOf(what) <= WRITTEN.indexOf(through);
      for (let from = progress?.position?.offset ?? 0; from < items.length;) {
        const first = items[from];
        if (first === undefined) throw new Error('offsets of a made-up log have no holes');
        const { epoch, appendedAtMs } = first;
        const all = items.slice(from, from + batch);
        const size = all.findIndex((item) => item.epoch !== epoch);
        const to = from + (size < 0 ? all.length : size);
        // A state that a writer before this one has written already is told as it is: with events that come after the batch.
        const told = Math.max(to, written.get(partition) ?? 0);
        const touched = new Set(history.epochRows(partition, epoch, to).flatMap((row) => (row.lastOffset >= from ? [nameOf(row)] : [])));
        const rows = history.epochRows(partition, epoch, told).filter((row) => touched.has(nameOf(row)));
        if (!covered.has(epoch)) {
          await store.putCoverage({ partition, epoch, generation: 0, from, expiresAtMs: clock.nowMs + TTL_MS, begun: 0, baseUs: 0 }, fence);
          covered.add(epoch);
        }
        if (isWritten('rows')) {
          await store.upsert(
            rows.map((row) => ({ ...row, timestampUs: row.lastOffset })),
            TTL_MS,
          );
          written.set(partition, told);
        }
        if (isWritten('change')) await store.appendChange({ partition, from, to, epoch, generation: 0, appendedAtMs, rows }, TTL_MS);
        if (isWritten('position'))
          await store.putPosition({ partition, offset: to, epoch, opening: { offset: 0, appendedAtMs: 0 } }, fence);
        from = to;
      }
    },
    async fence(partition) {
      const known = fences.get(partition) ?? (await store.owners.claim(partition, 'writer', 0));
      if (known === undefined) throw new Error(`somebody else owns ${partition}`);
      fences.set(partition, known);
      return known;
    },
    async projectAll(batch = 3) {
      for (const partition of PARTITIONS) await opened.project(partition, { batch });
    },
    async finish() {
      for (const [partition, before] of written) await opened.project(partition, { before });
    },
    async publish(version, cut, lost) {
      const number = (publications += 1);
      const rows = history.viewRows(cut);
      const artefacts: Record<string, { artefact: string; rows: number }> = {};
      for (const { name, layout } of VIEWS) {
        const artefact = `${name}-${number}`;
        artefacts[name] = { artefact, rows: await views.build(artefact, layout, once(rows[name] ?? [])) };
      }
      const [cutAt, publishedAt] = [new Date(BEGIN_MS).toISOString(), new Date(BEGIN_MS).toISOString()];
      const publication: Publication = {
        number,
        version,
        manifest: '',
        views: artefacts,
        cut,
        ...(lost && { lost }),
        cutAt,
        publishedAt,
        reason: 'run',
      };
      await views.insertPublication(publication);
      return publication;
    },
    follow(stores = {}) {
      const snapshots = trackCurrentSnapshot(stores.views ?? views, stores.speed ?? store, {
        now: () => clock.nowMs,
        elapsedMs: () => 0,
        lag: undefined,
        staleAfterMs: 5000,
        pollMs: 3_600_000,
        codeVersion: 'test',
        newId: randomUUID,
        onTrouble: (_message, error) => troubles.push(error),
        onSwitch: () => {},
        onArrivals: (appendedAtMs) => arrivals.push(...appendedAtMs),
      });
      replicas.push(snapshots);
      return snapshots;
    },
    async close() {
      for (const replica of replicas) await replica.stop();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return opened;
};

/** What a full recompute says of all events: what every replica has to say when it has come to their end. */
export const recomputed = async (on: OverlayCase, position: OffsetVector = on.history.end()): Promise<unknown> => {
  const whole = await openOverlayCase();
  try {
    for (const { name, layout } of VIEWS) await whole.views.build(name, layout, once(on.history.viewRows(position)[name] ?? []));
    const readers = await Promise.all(READ.map(async (name) => [name, await whole.views.open(nameIn(name))] as const));
    const searched = await whole.views.open('search');
    return await readAll({
      views: Object.fromEntries(readers) as unknown as ViewReaders, // as: those that are read
      overlay: undefined,
      search: (query) => searched.search({ ...query, except: [] }),
    });
  } finally {
    await whole.close();
  }
};

const AT = HAPPENED_AT;

export const rated = (movie: number, score: number): MovieEvent => ({
  type: 'rating_given',
  version: 1,
  payload: { movie_id: movieId(movie), score, user: null, at: AT },
});
export const reviewed = (movie: number, text: string, at = AT): MovieEvent => ({
  type: 'review_written',
  version: 1,
  payload: { movie_id: movieId(movie), text, author: null, score: null, at },
});
export const observed = (
  movie: number,
  source: 'imdb' | 'tmdb',
  average: number,
  votes: number,
  popularity: number | null = null,
  at = AT,
): MovieEvent => ({
  type: 'rating_observed',
  version: 1,
  payload: { movie_id: movieId(movie), source, average, votes, popularity, at },
});
export const added = (movie: number, title: string, genres: readonly string[] = ['Odd']): MovieEvent => ({
  type: 'movie_added',
  version: 1,
  payload: {
    movie_id: movieId(movie),
    tconst: null,
    source: 'posted',
    at: AT,
    title,
    genres: [...genres],
    year: 2001,
    runtime_minutes: null,
    rating: null,
  },
});
export const linked = (movie: number, tmdb_id: number | null): MovieEvent => ({
  type: 'movie_linked',
  version: 1,
  payload: { movie_id: movieId(movie), source: 'tmdb', at: AT, tmdb_id },
});
export const changed = (movie: number, title: string, genres: readonly string[], year?: number | null): MovieEvent => ({
  type: 'movie_changed',
  version: 1,
  payload: {
    movie_id: movieId(movie),
    source: 'posted',
    at: AT,
    changes: { title, genres: [...genres], ...(year === undefined ? {} : { year }) },
  },
});

/** All that a replica says, as far as its views go. */
export const answersOf = async (replica: CurrentSnapshot) => ({
  completeness: replica.require().completeness,
  views: await readAll(replica.require()),
});

/** A replica that has looked once. */
export const followingReplica = async (on: OverlayCase): Promise<CurrentSnapshot> => {
  const replica = on.follow();
  await replica.poll();
  return replica;
};

/** One event in each of two epochs; version 1 covers the first. */
export const giveTwoEpochs = async (on: OverlayCase): Promise<void> => {
  on.history.give(rated(1, 2));
  const cut = on.history.barrier(1);
  on.history.give(rated(1, 10), reviewed(1, 'I love it!'));
  await on.publish(1, cut);
  await on.projectAll();
};
