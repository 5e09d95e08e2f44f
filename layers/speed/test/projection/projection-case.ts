/** One partition of a real log and a real speed store, a clock in hand, and writers that can be begun and broken at any step. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { openSqliteSpeedStore, type SqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { type PartitionId, partitionOf } from '@rushes/domain';
import {
  boundsAt,
  type ChangeRecord,
  type Coverage,
  type DuplicateFilters,
  type EventLog,
  type LogRecord,
  type Owners,
  type SpeedPosition,
  type SpeedRow,
  type SpeedStore,
} from '@rushes/ports';
import { awkwardLog } from '@rushes/ports/contracts/awkward-log';
import { KEYED_VIEWS } from '@rushes/views';

import type { Published } from '../../src/begin-partition.ts';
import type { RejectedEvent } from '../../src/fold-batch.ts';
import type { LogFeed } from '../../src/log-feed.ts';
import { DEFAULT_SPEED_OPTIONS, type SpeedOptions } from '../../src/options.ts';
import { openPartitionWriter, type PartitionWriter } from '../../src/partition-writer.ts';
import { createTurns } from '../../src/turn.ts';
import { nameOf, plainFold, type Told } from './plain-fold.ts';

export const PARTITION: PartitionId = 'movie.ratings/2';
export const START_MS = Date.UTC(2026, 0, 5);
export const HOUR_MS = 3_600_000;
/** When the log was claimed: what write timestamps of the first epoch count from. */
export const CREATED_MS = START_MS - HOUR_MS;

/** Movies whose ratings lie in the partition. */
const MOVIES: readonly string[] = Array.from({ length: 200 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`).filter(
  (id) => partitionOf('movie.ratings', id) === PARTITION,
);

export interface Given {
  readonly id: string;
  readonly movie: number;
  /** 0: an event that no judgment lets pass. */
  readonly score: number;
}

const textOf = (movie_id: string, score: number): string =>
  score === 0
    ? 'no event'
    : JSON.stringify({ type: 'rating_given', version: 1, payload: { movie_id, score, user: null, at: '2026-01-05T10:00:00.000Z' } });

export interface ProjectionCase {
  readonly clock: { nowMs: number };
  readonly log: EventLog;
  readonly store: SqliteSpeedStore;
  readonly duplicateFilters: DuplicateFilters;
  /** Where a writer without a position begins. */
  published: Published;
  readonly rejected: RejectedEvent[];
  give(...events: readonly Given[]): Promise<void>;
  /** Gives ratings with ids of their own, of movies that follow from the scores. */
  rate(...scores: readonly number[]): Promise<void>;
  /** A new owner of the partition. @param store other than the case's: one that breaks. */
  writer(options?: Partial<SpeedOptions>, store?: SpeedStore | SqliteSpeedStore, signal?: AbortSignal): Promise<PartitionWriter>;
  records(): Promise<readonly LogRecord[]>;
  coverage(): Promise<readonly Coverage[]>;
  changes(): Promise<readonly ChangeRecord[]>;
  position(): Promise<SpeedPosition | undefined>;
  /** The rows that count: those of the generation that coverage names. */
  told(): Promise<Told>;
  /** What they have to say of the records before an offset. */
  plain(before?: number): Promise<Told>;
  close(): Promise<void>;
}

/** Gives what the log has when it is asked, and waits for nothing: so a step's work is known beforehand. */
const pulled = (log: EventLog): LogFeed => ({
  open(partition, from) {
    let at = from;
    return {
      async take(limit) {
        const { next } = boundsAt(await log.bounds(), partition);
        const taken: LogRecord[] = [];
        for await (const records of log.range(partition, at, Math.max(at, next))) {
          taken.push(...records.slice(0, limit - taken.length));
          if (taken.length === limit) break;
        }
        at = (taken.at(-1)?.offset ?? at - 1) + 1;
        return taken;
      },
      close: () => undefined,
    };
  },
});

/** @param answering how the log answers: by default as awkwardly as it may. */
export const openProjectionCase = async (answering: (log: EventLog) => EventLog = awkwardLog): Promise<ProjectionCase> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-projection-'));
  const clock = { nowMs: START_MS };
  const now = (): number => clock.nowMs;
  const log = answering(await openSqliteEventLog(join(folder, 'log.sqlite'), { now, retentionMs: 48 * HOUR_MS }));
  const store = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), { now });
  const duplicateFilters = await openSqliteDuplicateFilters(folder, { cacheKib: 16 });
  const rejected: RejectedEvent[] = [];
  let [members, ratings] = [0, 0];
  const fences = new Map<Owners, number>();
  const turn = createTurns(0, () => performance.now());
  const records = async (): Promise<readonly LogRecord[]> => {
    const { earliest, next } = boundsAt(await log.bounds(), PARTITION);
    const all: LogRecord[] = [];
    for await (const some of log.range(PARTITION, earliest, next)) all.push(...some);
    return all;
  };
  const coverage = async () => (await store.progress()).flatMap((one) => one.coverage);
  /** A new owner's fence, of the store that will check it. */
  const claim = async (owners: Owners): Promise<number> => {
    const fence = await owners.claim(PARTITION, `member ${(members += 1)}`, fences.get(owners) ?? 0);
    if (fence === undefined) throw new Error('somebody else has the partition');
    fences.set(owners, fence);
    return fence;
  };

  const opened: ProjectionCase = {
    clock,
    log,
    store,
    duplicateFilters,
    published: undefined,
    rejected,
    async give(...events) {
      for (const { id, movie, score } of events) {
        const key = MOVIES[movie] ?? '';
        await log.append([{ partition: PARTITION, key, id, value: textOf(key, score) }]);
      }
    },
    rate: (...scores) => opened.give(...scores.map((score) => ({ id: `rating ${(ratings += 1)}`, movie: score % 3, score }))),
    writer: async (options = {}, used = store, signal = new AbortController().signal) =>
      openPartitionWriter(
        {
          log,
          feed: pulled(log),
          store: used,
          duplicateFilters,
          signal,
          options: { ...DEFAULT_SPEED_OPTIONS, waitMs: 0, batchRecords: 5, ...options },
          nowMs: now,
          turn,
          createdAtMs: CREATED_MS,
          published: async () => opened.published,
          reject: async (_partition, events) => void rejected.push(...events),
        },
        PARTITION,
        await claim('owners' in used ? used.owners : store.owners),
      ),
    records,
    coverage,
    changes: () => store.changesAfter({ [PARTITION]: 0 }, { limit: 1000 }),
    position: async () => (await store.progress()).find((one) => one.partition === PARTITION)?.position,
    async told() {
      const generations = new Map((await coverage()).map((one) => [one.epoch, one.generation]));
      const found: SpeedRow[] = [];
      for (const view of KEYED_VIEWS) for await (const rows of store.scan(view.storedName, 0)) found.push(...rows);
      return Object.fromEntries(
        found
          .filter((row) => row.generation === generations.get(row.epoch))
          .map((row) => [nameOf(row.view, row.key, row.epoch), [row.state, row.lastOffset]]),
      );
    },
    plain: async (before = Infinity) =>
      plainFold(
        PARTITION,
        (await records()).filter(({ offset }) => offset < before),
      ),
    async close() {
      await log.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return opened;
};

/** Steps of a writer until nothing is left to do. */
export const drain = async (writer: PartitionWriter): Promise<PartitionWriter> => {
  while ((await writer.step()) !== undefined);
  return writer;
};

export class Broken extends Error {}

const WRITES = ['upsert', 'appendChange', 'putCoverage', 'putPosition'] as const;

/** A store whose write number `at` (from 0) fails, `before` or after it was done; later ones fail too, as after a crash. */
export const breaking = (store: SpeedStore, at: number, before: boolean): SpeedStore => {
  let writes = 0;
  const broken = { ...store };
  for (const name of WRITES) {
    const work = store[name] as (...args: readonly unknown[]) => Promise<unknown>; // as: handed on as it came
    const failing = async (...args: readonly unknown[]): Promise<unknown> => {
      const n = writes++;
      if (n > at || (n === at && before)) throw new Broken(`${name} was not done`);
      const result = await work(...args);
      if (n === at) throw new Broken(`${name} was done, and nothing after it`);
      return result;
    };
    Object.assign(broken, { [name]: failing });
  }
  return broken;
};
