/** What a log begins with that takes the place of a lost one, partition by partition. */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId, type PartitionRange } from '@rushes/domain';
import type { Lake } from '@rushes/lake';
import type { EventLog, Publication } from '@rushes/ports';
import { isInWindow } from '../archive/landed-window.ts';
import { type LandedPartition, landedOf, type Landing, landingBefore } from '../archive/landing.ts';
import { readableRecords } from '../archive/log-records.ts';

/** What a restart needs to know of one partition. */
export interface PartitionPlan {
  /** End of the archive. */
  readonly archived: number;
  /** End of what can be read of what is left of the lost log, 0 if nothing is. */
  readonly left: number;
  readonly next: number;
  readonly lost: PartitionRange | undefined;
}

/**
 * Pure. What lies before the highest cut is archived, or no event; the record at the cut is that run's barrier: to lose it is no loss.
 * @param cut `undefined` if the archive is lost too.
 * @param seen offsets before these were given, as different stores tell.
 */
export const planPartition = (
  partition: PartitionId,
  archived: number,
  cut: number | undefined,
  left: number,
  seen: readonly number[],
): PartitionPlan => {
  const known = cut === undefined ? 0 : Math.max(archived, cut) + 1;
  const kept = Math.max(known, left);
  const next = Math.max(kept, ...seen);
  return { archived, left, next, lost: next > kept ? { partition, from: kept, to: next } : undefined };
};

/**
 * From where on archived records come back into the log: landings that have records younger than `sinceMs`, or at or after the cut, or of which later
 * ones may be duplicates.
 */
export const restoreFrom = async (lake: Lake, last: Landing | undefined, cut: OffsetVector, sinceMs: number): Promise<OffsetVector> => {
  const from: Partial<Record<PartitionId, number>> = {};
  for (const partition of PARTITIONS) from[partition] = landedOf(last, partition).to;
  const ends = new Map<PartitionId, LandedPartition>();
  for (let landing = last, isNeeded = true; landing && isNeeded; landing = await landingBefore(lake, landing)) {
    isNeeded = false;
    for (const partition of PARTITIONS) {
      const landed = landedOf(landing, partition);
      // A writer begins at the cut.
      if (landed.to <= offsetAt(cut, partition) && !ends.has(partition)) ends.set(partition, landed);
      const end = ends.get(partition);
      if (end !== undefined && landed.timeMs < sinceMs && !isInWindow(landed, end)) continue;
      from[partition] = landed.from;
      isNeeded = true;
    }
  }
  return from;
};

/** What can be read of a partition: of a damaged log less than it has. */
export interface ReadableTail {
  readonly end: number;
  /** The highest barrier in it, 0 for none. */
  readonly highestBarrier: number;
}

/** @param from where it begins. */
export const readableTail = async (log: EventLog, partition: PartitionId, from: number): Promise<ReadableTail> => {
  const batches = readableRecords(log, partition, from);
  for (let highestBarrier = 0; ;) {
    const { done, value } = await batches.next();
    if (done === true) return { end: value, highestBarrier };
    for (const record of value) if (record.kind === 'barrier') highestBarrier = Math.max(highestBarrier, record.number);
  }
};

/** The furthest cut of any version. */
export const highestCut = (publications: readonly Publication[]): OffsetVector =>
  Object.fromEntries(PARTITIONS.map((partition) => [partition, Math.max(0, ...publications.map(({ cut }) => offsetAt(cut, partition)))]));

export const vectorOf = (
  plans: ReadonlyMap<PartitionId, PartitionPlan>,
  value: (plan: PartitionPlan, partition: PartitionId) => number,
): OffsetVector => Object.fromEntries([...plans].map(([partition, plan]) => [partition, value(plan, partition)]));

/** A barrier stands behind everything that was acknowledged before its run began. */
export const safeUntil = (last: Landing | undefined, publications: readonly Publication[]): string | null => {
  const instants = [
    ...PARTITIONS.map((partition) => landedOf(last, partition).timeMs),
    ...publications.flatMap(({ cut, cutAt }) => (Object.keys(cut).length > 0 ? [Date.parse(cutAt)] : [])),
  ];
  const latest = Math.max(...instants);
  return latest > 0 ? new Date(latest).toISOString() : null;
};
