/**
 * Projects one partition into the speed store. Order of writes, so that a crash at any point only means doing the last step again: coverage of an
 * epoch before its first row, rows, the change record, the position. Invariant: what was written is the state at `offset`, or it is written again.
 *
 * The owner is the only one who writes coverage and position, so it keeps them in memory from the beginning on. A writer that failed is of no further use: what
 * it knows of duplicates, states and coverage may be ahead of the store or behind it. The next one reads the store's progress and goes on from there.
 */
import type { PartitionId } from '@rushes/domain';
import { boundsAt, type Coverage, NEVER_MS, type OpenDuplicateFilter, type PartitionProgress, type SpeedStore } from '@rushes/ports';
import type { Tracing } from '@rushes/runtime';

import { beginPartition, type Beginning, openWindow, type Published, type Reading } from './begin-partition.ts';
import { foldEvents, type FoldedEvents, judgeRecords, keysOf, placeEvents, type RejectedEvent } from './fold-batch.ts';
import { lateForBuckets } from './late.ts';
import type { LogFeed } from './log-feed.ts';
import type { SpeedOptions } from './options.ts';
import { type MicroBatch, planBatches } from './plan-batches.ts';
import { renewEpoch } from './renew-epoch.ts';
import { createRowCache } from './row-cache.ts';
import { traceBatch } from './trace-batch.ts';
import { baseOf, timed } from './write-timestamp.ts';

/** `signal` ends what takes long: reading the ids of the last days, waiting for records, projecting an epoch again. */
export interface WriterContext extends Reading {
  readonly store: SpeedStore;
  readonly feed: LogFeed;
  readonly options: SpeedOptions;
  readonly nowMs: () => number;
  /** Default: nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** When the store was made the log's: what write timestamps of the first epoch count from. */
  readonly createdAtMs: number;
  readonly published: () => Promise<Published>;
  /** Told of events that cannot be used. Called again after a crash: must be idempotent. */
  readonly reject: (partition: PartitionId, rejected: readonly RejectedEvent[]) => Promise<void>;
}

export interface Progressed {
  readonly records: number;
  readonly rows: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Of each event that came late for a bucket of event time, by how many milliseconds. */
  readonly lateMs: readonly number[];
  /** Append time of the last record. */
  readonly appendedAtMs: number;
}

/** Another member owns the partition by now. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export interface PartitionWriter {
  readonly partition: PartitionId;
  readonly offset: number;
  /** Reads and projects what came, or waits a while for something to come. After its first error a writer is unusable. */
  step(): Promise<Progressed | undefined>;
  /** Asks for an epoch to be projected again from the log under the next generation, before its rows expire: the next step begins with it. */
  renew(coverage: Coverage): void;
  /** Asks for the coverage of all epochs up to this one to be dropped, which no version needs any more. */
  forget(upToEpoch: number): void;
  /** Ends reading the log, and lets go of what it knows of duplicates. To be called when no step is under way. */
  close(): void;
}

/** @param fence under which this process owns the partition. @throws FencedError if the partition has a later owner. */
export const openPartitionWriter = async (context: WriterContext, partition: PartitionId, fence: number): Promise<PartitionWriter> => {
  await context.turn();
  const progress = (await context.store.progress()).find((one) => one.partition === partition);
  if (progress !== undefined && progress.fence > fence) throw new FencedError(`${partition} is owned by another member`);
  const begun = await beginPartition(context.log, partition, progress?.position, await context.published(), context.createdAtMs);
  const duplicates = await openWindow(context, partition, begun.offset);
  try {
    return await goOn(context, { partition, fence, begun, duplicates, covered: progress?.coverage ?? [] });
  } catch (error) {
    duplicates.close();
    throw error;
  }
};

interface Begun {
  readonly partition: PartitionId;
  readonly fence: number;
  readonly begun: Beginning;
  readonly duplicates: OpenDuplicateFilter;
  readonly covered: PartitionProgress['coverage'];
}

const sumOf = (done: readonly Progressed[]): Progressed | undefined => {
  const last = done.at(-1);
  const sum = (of: (one: Progressed) => number): number => done.reduce((total, one) => total + of(one), 0);
  return (
    last && {
      records: sum((one) => one.records),
      rows: sum((one) => one.rows),
      duplicates: sum((one) => one.duplicates),
      rejected: sum((one) => one.rejected),
      lateMs: done.flatMap((one) => one.lateMs),
      appendedAtMs: last.appendedAtMs,
    }
  );
};

const goOn = async (context: WriterContext, { partition, fence, begun, duplicates, covered }: Begun): Promise<PartitionWriter> => {
  const { log, store, options, signal, turn, nowMs } = context;
  let { offset, epoch, opening } = begun;
  const coverage = new Map(covered.map((one) => [one.epoch, one]));
  /** Epochs that are to be projected again, as they were covered when that was asked for. */
  const due = new Map<number, Coverage>();
  let forgetUpTo: number | undefined;
  const cache = createRowCache(store, options.cachedStates);
  let cached: Pick<Coverage, 'epoch' | 'generation'> | undefined;
  /** Until when rows written from now on may be trusted. */
  const expiry = (): number => nowMs() + options.ttlMs - options.clockToleranceMs;
  const requireOwner = (isOwner: boolean): void => {
    if (!isOwner) throw new FencedError(`${partition} is owned by another member`);
  };

  const cover = async (next: Coverage): Promise<Coverage> => {
    requireOwner(await store.putCoverage(next, fence));
    coverage.set(next.epoch, next);
    return next;
  };
  const reach = async (to: number, at: Pick<MicroBatch, 'epoch' | 'opening'>): Promise<void> => {
    requireOwner(await store.putPosition({ partition, offset: to, epoch: at.epoch, opening: at.opening }, fence));
    ({ epoch, opening } = at);
    offset = to;
  };

  /** Projects an epoch again. `end`: of the one that is still being written, how far it is; writing goes on in the new generation. */
  const renewAgain = async (old: Coverage, end: number | undefined): Promise<void> => {
    // The log does not have all of it any more: it stays missing until a version covers it.
    if (boundsAt(await log.bounds(), partition).earliest > old.from) return;
    await renewEpoch({ ...context, partition, old, end, expiry, cover });
  };

  /** Writes what was folded, as the events from `from` up to `to`. */
  const writePiece = async ({ rows, touched }: FoldedEvents, batch: MicroBatch, from: number, to: number): Promise<void> => {
    const known = coverage.get(batch.epoch);
    const expiresAtMs = rows.length > 0 ? expiry() : NEVER_MS;
    const first = { partition, epoch: batch.epoch, generation: 0, from, expiresAtMs, begun: 0, baseUs: baseOf(batch.opening) };
    const current =
      known === undefined
        ? await cover(first)
        : rows.length > 0 && known.expiresAtMs === NEVER_MS
          ? await cover({ ...known, expiresAtMs })
          : known;
    if (rows.length > 0)
      await store.upsert(
        rows.map((row) => timed(row, current.baseUs)),
        options.ttlMs,
      );
    const { generation } = current;
    const appendedAtMs = to === batch.to ? batch.appendedAtMs : (rows.at(-1)?.appendedAtMs ?? batch.appendedAtMs);
    await store.appendChange({ partition, from, to, epoch: batch.epoch, generation, appendedAtMs, rows: touched }, options.ttlMs);
    await reach(to, batch);
    cache.keep(rows);
  };

  const write = async (batch: MicroBatch): Promise<Progressed> => {
    const expired = coverage.get(batch.epoch);
    // Its rows may be gone: what is folded now would begin from nothing, and be told as if it were whole.
    if (expired !== undefined && expired.expiresAtMs <= nowMs()) await renewAgain(expired, batch.from);
    const target = { partition, epoch: batch.epoch, generation: coverage.get(batch.epoch)?.generation ?? 0 };
    if (cached?.epoch !== target.epoch || cached.generation !== target.generation) cache.clear();
    cached = target;
    const judged = judgeRecords(partition, batch.records, duplicates);
    if (judged.rejected.length > 0) await context.reject(partition, judged.rejected);
    const placed = placeEvents(target, judged.events);
    const pieces = foldEvents(placed, await cache.load(keysOf(placed)), options.maxChangeBytes);
    let from = batch.from;
    for (const [n, piece] of pieces.entries()) {
      const to = pieces[n + 1]?.events[0]?.offset ?? batch.to;
      await writePiece(piece, batch, from, to);
      from = to;
    }
    return {
      records: batch.records.filter(({ kind }) => kind === 'event').length,
      rows: pieces.reduce((sum, { rows }) => sum + rows.length, 0),
      duplicates: judged.duplicates,
      rejected: judged.rejected.length,
      lateMs: judged.events.flatMap((event) => lateForBuckets(event) ?? []),
      appendedAtMs: batch.appendedAtMs,
    };
  };

  /** Says in coverage that projecting begins here, before the position does. */
  const beginAnew = async (): Promise<void> => {
    // Whoever wrote these epochs may not have come to their ends: they are trusted no more, also where a rollback asks for them.
    for (const one of coverage.values()) if (one.epoch < epoch) await cover({ ...one, expiresAtMs: Math.min(one.expiresAtMs, nowMs()) });
    const known = coverage.get(epoch);
    const generation = known === undefined ? 0 : known.begun + 1;
    const baseUs = baseOf(known === undefined ? opening : { offset, appendedAtMs: nowMs() });
    await cover({ partition, epoch, generation, from: offset, expiresAtMs: NEVER_MS, begun: generation, baseUs });
    await reach(offset, { epoch, opening });
  };

  const forgetCovered = async (): Promise<void> => {
    if (forgetUpTo === undefined) return;
    const upToEpoch = forgetUpTo;
    forgetUpTo = undefined;
    requireOwner(await store.dropCoverage(partition, upToEpoch, fence));
    for (const of of coverage.keys()) if (of <= upToEpoch) coverage.delete(of);
  };
  const renewDue = async (): Promise<void> => {
    for (const old of due.values()) {
      due.delete(old.epoch);
      // It was renewed meanwhile, or no version needs it any more.
      if (coverage.get(old.epoch)?.generation !== old.generation) continue;
      const isOpen = old.epoch === epoch;
      // Between two micro-batches: nobody else writes rows of the epoch that is still open.
      await renewAgain({ ...old, begun: Math.max(old.begun, coverage.get(old.epoch)?.begun ?? 0) }, isOpen ? offset : undefined);
    }
  };
  const project = async (): Promise<Progressed | undefined> => {
    const records = await incoming.take(options.batchRecords, options.waitMs, signal);
    const done: Progressed[] = [];
    for (const batch of planBatches(records, offset, { epoch, opening })) {
      await turn();
      done.push(await traceBatch(context.tracing, partition, batch, () => write(batch)));
    }
    return sumOf(done);
  };
  let failure: { readonly error: unknown } | undefined;

  await turn();
  if (begun.isNew) await beginAnew();
  const incoming = context.feed.open(partition, offset);
  return {
    partition,
    get offset() {
      return offset;
    },
    async step() {
      if (failure) throw failure.error;
      try {
        await forgetCovered();
        await renewDue();
        return await project();
      } catch (error) {
        failure = { error };
        throw error;
      }
    },
    renew: (old) => {
      due.set(old.epoch, old);
    },
    forget: (upToEpoch) => {
      forgetUpTo = upToEpoch;
    },
    close() {
      incoming.close();
      duplicates.close();
    },
  };
};
