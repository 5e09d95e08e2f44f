/** How far answers lie behind the log: for how long a record has been in it that no answer shows yet. */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';

export interface Lag {
  /** The longest that a partition has been waited for, in milliseconds. */
  readonly ms: () => number;
  /** Looks where the log ends, and whether answers have come that far. */
  readonly check: (position: OffsetVector) => Promise<void>;
}

interface Awaited {
  readonly offset: number;
  readonly sinceMs: number;
}

export const trackLag = (log: Pick<EventLog, 'bounds'>, now: () => number): Lag => {
  const awaited = new Map<PartitionId, Awaited>();
  return {
    ms: () => {
      let oldest = Number.POSITIVE_INFINITY;
      for (const { sinceMs } of awaited.values()) oldest = Math.min(oldest, sinceMs);
      return oldest === Number.POSITIVE_INFINITY ? 0 : Math.max(0, now() - oldest);
    },
    async check(position) {
      for (const partition of PARTITIONS) {
        const reached = offsetAt(position, partition);
        const waiting = awaited.get(partition);
        if (waiting !== undefined && reached >= waiting.offset) awaited.delete(partition);
        if (awaited.has(partition)) continue;
        const { earliest, next } = await log.bounds(partition);
        if (next > earliest && next > reached) awaited.set(partition, { offset: next, sinceMs: now() });
      }
    },
  };
};
