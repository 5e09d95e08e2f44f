/**
 * Projects one partition into the speed store. Order of writes, so that a crash at any point only means doing the last step again: coverage of an
 * epoch before its first row, rows, the change record, the position. Invariant: what was written is the state at `position`, or it is written again.
 */
import { offsetAt, type OffsetVector, type PartitionId } from '@rushes/domain';
import type { Coverage, DuplicateFilters, EventLog, SpeedStore } from '@rushes/ports';

import { beginPartition, type Beginning } from './begin-partition.ts';
import { foldBatch, type RejectedEvent } from './fold-batch.ts';
import { NEVER_MS, type SpeedOptions } from './options.ts';
import { type MicroBatch, planBatches } from './plan-batches.ts';
import { renewEpoch } from './renew-epoch.ts';
import { createRowCache } from './row-cache.ts';
import { turn } from './turn.ts';
import { baseOf, timed } from './write-timestamp.ts';

export interface WriterContext {
  readonly log: EventLog;
  readonly store: SpeedStore;
  readonly duplicateFilters: DuplicateFilters;
  readonly options: SpeedOptions;
  readonly nowMs: () => number;
  /** Ends what takes long: reading the ids of the last days, projecting an epoch again. */
  readonly signal: AbortSignal;
  /** Cut of the published version. */
  readonly publishedCut: () => Promise<OffsetVector>;
  /** Told of events that cannot be used. Called again after a crash: it has to bear the same event twice. */
  readonly reject: (partition: PartitionId, rejected: readonly RejectedEvent[]) => Promise<void>;
}

export interface Progressed {
  readonly records: number;
  readonly rows: number;
  readonly duplicates: number;
  readonly rejected: number;
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
  /**
   * Reads and projects what came, or waits a while for something to come. A writer that failed once fails again: what it knows of duplicates and states is
   * ahead of what it wrote. Another one begins where the store is.
   */
  step(): Promise<Progressed | undefined>;
  /** Asks for an epoch to be projected again from the log under the next generation, before its rows expire: the next step begins with it. */
  renew(coverage: Coverage): void;
  /** Lets go of what it knows of duplicates. To be called when no step is under way. */
  close(): void;
}

/** What an owner asked the store for: to be done for it alone. */
const requireOwner = (partition: PartitionId, isOwner: boolean): void => {
  if (!isOwner) throw new FencedError(`${partition} is owned by another member`);
};

/** @throws FencedError if the partition has a later owner. */
export const openPartitionWriter = async (context: WriterContext, partition: PartitionId, fence: number): Promise<PartitionWriter> => {
  // First of all: what is read from here on, no former owner changes any more.
  requireOwner(partition, await context.store.claim(partition, fence));
  const begun = await beginPartition(context, context.store, partition, await context.publishedCut());
  try {
    return await goOn(context, partition, fence, begun);
  } catch (error) {
    begun.duplicates.close();
    throw error;
  }
};

const goOn = async (context: WriterContext, partition: PartitionId, fence: number, begun: Beginning): Promise<PartitionWriter> => {
  const { log, store, duplicateFilters, options, signal } = context;
  const owning = (isOwner: boolean): void => requireOwner(partition, isOwner);
  let { offset, epoch, opening } = begun;
  const { duplicates } = begun;
  /** There is one already if a former owner came that far. */
  const readCoverage = async (of: number): Promise<Coverage | undefined> =>
    (await store.readCoverage()).find((one) => one.partition === partition && one.epoch === of);
  let coverage = await readCoverage(epoch);
  /** Until when rows written from now on may be trusted. */
  const expiry = (): number => context.nowMs() + options.ttlMs - options.clockToleranceMs;
  const due = new Map<number, Coverage>();
  const cache = createRowCache(store, options.cachedStates);

  const cover = async (next: Coverage): Promise<Coverage> => {
    owning(await store.putCoverage(next, fence));
    return next;
  };
  const reach = async (to: number, at: Pick<MicroBatch, 'epoch' | 'opening'>): Promise<void> => {
    owning(await store.putPosition({ partition, offset: to, epoch: at.epoch, opening: at.opening }, fence));
    ({ epoch, opening } = at);
    offset = to;
  };

  /** Projects an epoch again. `end`: of the one that is still being written, how far it is; writing goes on in the new generation. */
  const renewAgain = async (old: Coverage, end: number | undefined): Promise<void> => {
    // The log does not have all of it any more: it stays missing until a version covers it.
    if (offsetAt((await log.bounds()).earliest, partition) > old.from) return;
    const renewed = await renewEpoch({ log, store, duplicateFilters, signal, options, partition, old, end, expiry, cover });
    if (end === undefined) return;
    coverage = renewed;
    cache.clear();
  };

  const write = async (batch: MicroBatch): Promise<Progressed> => {
    if (coverage === undefined || coverage.epoch !== batch.epoch) {
      cache.clear();
      coverage = await readCoverage(batch.epoch);
    }
    // Its rows may be gone: what is folded now would begin from nothing, and be told as if it were whole.
    if (coverage !== undefined && coverage.expiresAtMs <= context.nowMs())
      await renewAgain((await readCoverage(batch.epoch)) ?? coverage, batch.from);
    const { from, to, appendedAtMs } = batch;
    coverage ??= await cover({
      partition,
      epoch: batch.epoch,
      generation: 0,
      from,
      expiresAtMs: NEVER_MS,
      begun: 0,
      baseUs: baseOf(batch.opening),
    });
    const { generation } = coverage;
    const folded = await foldBatch(partition, batch, generation, duplicates, cache.find);
    if (folded.rejected.length > 0) await context.reject(partition, folded.rejected);
    if (folded.rows.length > 0) {
      if (coverage.expiresAtMs === NEVER_MS) coverage = await cover({ ...coverage, expiresAtMs: expiry() });
      await store.upsert(
        folded.rows.map((row) => timed(row, batch.opening)),
        options.ttlMs,
      );
    }
    await store.appendChange({ partition, from, to, epoch: batch.epoch, generation, appendedAtMs, rows: folded.touched }, options.ttlMs);
    await reach(to, batch);
    cache.keep(folded.rows);
    return {
      records: batch.records.filter(({ kind }) => kind === 'event').length,
      rows: folded.rows.length,
      duplicates: folded.duplicates,
      rejected: folded.rejected.length,
      appendedAtMs,
    };
  };

  if (begun.isNew) {
    // Whoever wrote these epochs may not have come to their ends: they are trusted no more, also where a rollback asks for them.
    for (const one of await store.readCoverage())
      if (one.partition === partition && one.epoch < epoch)
        await cover({ ...one, expiresAtMs: Math.min(one.expiresAtMs, context.nowMs()) });
    const generation = coverage === undefined ? 0 : coverage.begun + 1;
    coverage = await cover({
      partition,
      epoch,
      generation,
      from: offset,
      expiresAtMs: NEVER_MS,
      begun: generation,
      baseUs: baseOf(opening),
    });
    await reach(offset, { epoch, opening });
  }

  const renewDue = async (): Promise<void> => {
    for (const old of due.values()) {
      due.delete(old.epoch);
      const current = await readCoverage(old.epoch);
      // It was renewed meanwhile, or no version needs it any more.
      if (current?.generation !== old.generation) continue;
      const isOpen = old.epoch === epoch;
      // Between two micro-batches: nobody else writes rows of the epoch that is still open.
      await renewAgain(current, isOpen ? offset : undefined);
    }
  };
  const project = async (): Promise<Progressed | undefined> => {
    const records = await log.read(partition, offset, options.batchRecords, options.waitMs);
    let all: Progressed | undefined;
    for (const batch of planBatches(records, offset, { epoch, opening })) {
      await turn();
      const done = await write(batch);
      all = {
        records: (all?.records ?? 0) + done.records,
        rows: (all?.rows ?? 0) + done.rows,
        duplicates: (all?.duplicates ?? 0) + done.duplicates,
        rejected: (all?.rejected ?? 0) + done.rejected,
        appendedAtMs: done.appendedAtMs,
      };
    }
    return all;
  };
  let failure: { readonly error: unknown } | undefined;

  return {
    partition,
    get offset() {
      return offset;
    },
    async step() {
      if (failure) throw failure.error;
      try {
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
    close: () => duplicates.close(),
  };
};
