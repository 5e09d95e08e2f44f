/**
 * Projects one partition into the speed store. Order of writes, so that a crash at any point only means doing the last step again: coverage of an
 * epoch before its first row, rows, the change record, the position. Invariant: what was written is the state at `position`, or it is written again.
 */
import type { OffsetVector, PartitionId } from '@rushes/domain';
import type { Coverage, EventLog, SpeedKey, SpeedRow, SpeedStore, TimedRow } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

import { beginPartition, type Beginning } from './begin-partition.ts';
import { foldBatch, type RejectedEvent, rowName } from './fold-batch.ts';
import type { SpeedOptions } from './options.ts';
import { type MicroBatch, planBatches } from './plan-batches.ts';

/** An epoch without rows does not expire. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

const US_PER_MS = 1000;

export interface WriterContext {
  readonly log: EventLog;
  readonly store: SpeedStore;
  readonly options: SpeedOptions;
  readonly nowMs: () => number;
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
  /** Reads and projects what came, or waits a while for something to come. */
  step(): Promise<Progressed | undefined>;
  /** Asks for an epoch to be projected again from the log under the next generation, before its rows expire: the next step begins with it. */
  renew(coverage: Coverage): void;
}

/** Until when rows written from now on may be trusted. */
const expiryOf = ({ nowMs, options }: WriterContext): number => nowMs() + options.ttlMs - options.clockToleranceMs;

const timestampUs = (batch: Pick<MicroBatch, 'opening'>, offset: number): number =>
  batch.opening.appendedAtMs * US_PER_MS + (offset - batch.opening.offset);

export const openPartitionWriter = async (context: WriterContext, partition: PartitionId, fence: number): Promise<PartitionWriter> => {
  const { log, store, options } = context;
  const begun: Beginning = await beginPartition(log, store, partition, await context.publishedCut());
  let { offset, epoch, opening } = begun;
  const { duplicates } = begun;
  /** There is one already if a crash or a former owner was faster; the store keeps the earlier expiry of the two. */
  const readCoverage = async (of: number): Promise<Coverage | undefined> =>
    (await store.readCoverage()).find((one) => one.partition === partition && one.epoch === of);
  let coverage = await readCoverage(epoch);
  const due = new Map<number, Coverage>();
  const cache = new LRUCache<string, SpeedRow>({ max: options.cachedStates });

  const cover = async (next: Coverage): Promise<void> => {
    await store.putCoverage(next);
    coverage = next;
  };
  const readBack = async (key: SpeedKey): Promise<SpeedRow | undefined> =>
    (await store.readKey(key.view, key.key, key.epoch - 1)).find(
      (row) => row.epoch === key.epoch && row.partition === partition && row.generation === key.generation,
    );
  const findRow = async (key: SpeedKey): Promise<SpeedRow | undefined> => cache.get(rowName(key)) ?? readBack(key);

  const write = async (batch: MicroBatch): Promise<Progressed> => {
    if (coverage === undefined || coverage.epoch !== batch.epoch) {
      cache.clear();
      coverage = await readCoverage(batch.epoch);
      if (coverage === undefined) await cover({ partition, epoch: batch.epoch, generation: 0, from: batch.from, expiresAtMs: NEVER_MS });
    }
    const generation = coverage?.generation ?? 0;
    const folded = await foldBatch(partition, batch, generation, duplicates, findRow);
    if (folded.rejected.length > 0) await context.reject(partition, folded.rejected);
    if (folded.rows.length > 0) {
      if (coverage?.expiresAtMs === NEVER_MS) await cover({ ...coverage, expiresAtMs: expiryOf(context) });
      const rows = folded.rows.map((row): TimedRow => ({ ...row, timestampUs: timestampUs(batch, row.lastOffset) }));
      await store.upsert(rows, options.ttlMs);
    }
    const { from, to, appendedAtMs } = batch;
    await store.appendChange({ partition, from, to, epoch: batch.epoch, generation, appendedAtMs, rows: folded.rows }, options.ttlMs);
    if (!(await store.putPosition({ partition, offset: to, epoch: batch.epoch, opening: batch.opening, fence })))
      throw new FencedError(`${partition} is owned by another member`);
    for (const row of folded.rows) cache.set(rowName(row), row);
    [offset, epoch, opening] = [to, batch.epoch, batch.opening];
    return {
      records: batch.events.length,
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
        await store.putCoverage({ ...one, expiresAtMs: Math.min(one.expiresAtMs, context.nowMs()) });
    await cover({ partition, epoch, generation: 0, from: offset, expiresAtMs: NEVER_MS });
  }

  return {
    partition,
    get offset() {
      return offset;
    },
    async step() {
      for (const old of due.values()) {
        if ((await log.bounds(partition)).earliest > old.from) {
          // The log does not have all of it any more: it stays missing until a version covers it.
          due.delete(old.epoch);
          continue;
        }
        // Between two micro-batches: nobody else writes rows of the epoch that is still open.
        const renewed = await renewEpoch(context, partition, old, old.epoch === epoch ? offset : undefined);
        due.delete(old.epoch);
        if (old.epoch !== epoch) continue;
        coverage = renewed;
        cache.clear();
      }
      const records = await log.read(partition, offset, options.batchRecords, options.waitMs);
      let all: Progressed | undefined;
      for (const batch of planBatches(records, offset, { epoch, opening })) {
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
    },
    renew: (old) => {
      due.set(old.epoch, old);
    },
  };
};

/**
 * The epoch's rows once more under the next generation, then the coverage that makes them count. `end`: for the epoch that is still being written, how
 * far it was.
 */
const renewEpoch = async (context: WriterContext, partition: PartitionId, old: Coverage, end: number | undefined): Promise<Coverage> => {
  const { log, store, options } = context;
  const { duplicates, opening } = await epochBeginning(log, partition, old);
  const rows = new Map<string, SpeedRow>();
  const generation = old.generation + 1;
  let at = old.from;
  reading: for (;;) {
    const records = await log.read(partition, at, options.batchRecords);
    for (const batch of planBatches(records, at, { epoch: old.epoch, opening })) {
      if (batch.epoch !== old.epoch) break reading;
      const events = end === undefined ? batch.events : batch.events.filter((record) => record.offset < end);
      const folded = await foldBatch(partition, { ...batch, events }, generation, duplicates, async (key) => rows.get(rowName(key)));
      for (const row of folded.rows) rows.set(rowName(row), row);
    }
    const last = records.at(-1);
    if (last === undefined || (end !== undefined && last.offset + 1 >= end)) break;
    at = last.offset + 1;
  }
  const expiresAtMs = rows.size === 0 ? NEVER_MS : expiryOf(context);
  const timed = [...rows.values()].map((row): TimedRow => ({ ...row, timestampUs: timestampUs({ opening }, row.lastOffset) }));
  for (let from = 0; from < timed.length; from += options.batchRecords)
    await store.upsert(timed.slice(from, from + options.batchRecords), options.ttlMs);
  const renewed: Coverage = { ...old, generation, expiresAtMs };
  await store.putCoverage(renewed);
  return renewed;
};

const epochBeginning = async (log: EventLog, partition: PartitionId, { from }: Coverage) => {
  const without = { readPosition: async () => undefined };
  return beginPartition(log, without, partition, { [partition]: from });
};
