/**
 * Projects an epoch of a partition again from the log, under a generation that nothing was ever written under, and switches coverage to it once it is
 * whole: before the rows at hand expire. Written in place they would keep their write timestamps, and a store may drop the renewed copies with the old ones.
 */
import type { PartitionId } from '@rushes/domain';
import { boundsAt, type Coverage, type LogRecord, NEVER_MS, type OpenDuplicateFilter, type SpeedStore } from '@rushes/ports';

import { openWindow, type Reading } from './begin-partition.ts';
import { foldEvents, judgeRecords, keysOf, placeEvents } from './fold-batch.ts';
import type { SpeedOptions } from './options.ts';
import { planBatches } from './plan-batches.ts';
import { createRowCache } from './row-cache.ts';
import { baseOf, timed } from './write-timestamp.ts';

export interface Renewal extends Reading {
  readonly store: SpeedStore;
  readonly options: SpeedOptions;
  readonly nowMs: () => number;
  readonly partition: PartitionId;
  /** What coverage says of the epoch now. */
  readonly old: Coverage;
  /** Of the epoch that is still being written: how far it was. */
  readonly end: number | undefined;
  /** Until when rows written from now on may be trusted. */
  readonly expiry: () => number;
  /** Writes coverage as the partition's owner, or throws. */
  readonly cover: (coverage: Coverage) => Promise<Coverage>;
}

/** Returns the coverage that is in force from now on. */
export const renewEpoch = async (renewal: Renewal): Promise<Coverage> => {
  const { partition, old, cover, nowMs } = renewal;
  const generation = old.begun + 1;
  await cover({ ...old, begun: generation });
  const duplicates = await openWindow(renewal, partition, old.from);
  try {
    const baseUs = baseOf({ offset: old.from, appendedAtMs: nowMs() });
    const expiresAtMs = await projectAgain(renewal, duplicates, generation, baseUs);
    return await cover({ ...old, generation, expiresAtMs, begun: generation, baseUs });
  } finally {
    duplicates.close();
  }
};

/** The same records, so many at a time; the last ones may be fewer. */
const inBatches = async function* (pages: AsyncIterable<readonly LogRecord[]>, size: number): AsyncGenerator<readonly LogRecord[]> {
  const left: LogRecord[] = [];
  for await (const page of pages) {
    left.push(...page);
    while (left.length >= size) yield left.splice(0, size);
  }
  if (left.length > 0) yield left;
};

/** Returns when the first of the rows expires. */
const projectAgain = async (
  { log, turn, store, signal, options, partition, old, end, expiry }: Renewal,
  duplicates: OpenDuplicateFilter,
  generation: number,
  baseUs: number,
): Promise<number> => {
  const { epoch } = old;
  const target = { partition, epoch, generation };
  const cache = createRowCache(store, options.cachedStates);
  let expiresAtMs = NEVER_MS;
  let at = old.from;
  const to = end ?? boundsAt(await log.bounds({ signal }), partition).next;
  for await (const records of inBatches(log.range(partition, old.from, to, { signal }), options.batchRecords)) {
    await turn();
    signal.throwIfAborted();
    for (const batch of planBatches(records, at, { epoch, opening: { offset: at, appendedAtMs: 0 } })) {
      if (batch.epoch !== epoch) return expiresAtMs;
      at = batch.to;
      const { events } = judgeRecords(partition, batch.records, duplicates);
      const placed = placeEvents(target, events);
      for (const { rows } of foldEvents(placed, await cache.load(keysOf(placed)), options.maxChangeBytes)) {
        if (rows.length === 0) continue;
        if (expiresAtMs === NEVER_MS) expiresAtMs = expiry();
        await store.upsert(
          rows.map((row) => timed(row, baseUs)),
          options.ttlMs,
        );
        cache.keep(rows);
      }
    }
  }
  return expiresAtMs;
};
