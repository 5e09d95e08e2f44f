/**
 * How far answers lie behind the log: for how long an event has been in it that no answer shows yet. Barriers are no events: where only barriers lie
 * behind the position, nothing is missing.
 */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog } from '@rushes/ports';

export interface Lag {
  /** The longest that an event has been waited for, in milliseconds. */
  readonly ms: () => number;
  /** Looks for the first event of each partition that answers do not show. */
  readonly check: (position: OffsetVector) => Promise<void>;
}

export interface LagClocks {
  /** Milliseconds since 1970, to be compared with the log's times. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets: what has begun to be late stays late. */
  readonly elapsedMs: () => number;
}

/** The first event that is not shown. */
interface Awaited {
  readonly offset: number;
  readonly sinceMs: number;
}

/** From a position on there are only barriers, up to an offset. */
interface Barriers {
  readonly from: number;
  readonly to: number;
}

const RECORDS_PER_READ = 20;

export const trackLag = (log: Pick<EventLog, 'bounds' | 'read'>, { now, elapsedMs }: LagClocks): Lag => {
  const awaited = new Map<PartitionId, Awaited>();
  const passed = new Map<PartitionId, Barriers>();

  /** The first event from `reached` on that is in the log, if there is one. */
  const firstMissing = async (partition: PartitionId, reached: number): Promise<Awaited | undefined> => {
    const { earliest, next } = boundsAt(await log.bounds(), partition);
    if (next <= earliest || next <= reached) return undefined;
    // Whether what is gone from the log were events nobody knows any more.
    if (reached < earliest) return { offset: earliest - 1, sinceMs: elapsedMs() };
    const before = passed.get(partition);
    const { from, to } = before !== undefined && before.from <= reached ? before : { from: reached, to: reached };
    let at = Math.max(reached, to);
    while (at < next) {
      const records = await log.read(partition, at, RECORDS_PER_READ);
      const event = records.find(({ kind }) => kind === 'event');
      if (event !== undefined) return { offset: event.offset, sinceMs: elapsedMs() - Math.max(0, now() - event.appendedAtMs) };
      at = (records.at(-1)?.offset ?? next - 1) + 1;
      passed.set(partition, { from, to: at });
    }
    return undefined;
  };

  return {
    ms: () => {
      let oldest = Number.POSITIVE_INFINITY;
      for (const { sinceMs } of awaited.values()) oldest = Math.min(oldest, sinceMs);
      return oldest === Number.POSITIVE_INFINITY ? 0 : Math.max(0, elapsedMs() - oldest);
    },
    async check(position) {
      for (const partition of PARTITIONS) {
        const reached = offsetAt(position, partition);
        const waiting = awaited.get(partition);
        if (waiting !== undefined && reached <= waiting.offset) continue;
        const missing = await firstMissing(partition, reached);
        if (missing === undefined) awaited.delete(partition);
        else awaited.set(partition, missing);
      }
    },
  };
};
