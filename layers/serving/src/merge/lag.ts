/**
 * How far answers lie behind the log: for how long an event has been in it that no answer shows yet. Barriers are no events: where only barriers lie
 * behind the position, nothing is missing. The log is asked for its ends, and read only where a partition has not come on for a while: then it is worth
 * knowing whether events or barriers are waiting, and since when.
 */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog } from '@rushes/ports';

export interface Lag {
  /** The longest that an event has been waited for, in milliseconds. */
  readonly ms: () => number;
  /** The same of each partition that has such an event. */
  readonly byPartition: () => ReadonlyMap<PartitionId, number>;
  /** Whether a check has ended: before, nobody knows. */
  readonly isKnown: () => boolean;
  /** Looks for the first event of each partition that answers at this position do not show. One call of the log while answers keep up. */
  readonly check: (position: OffsetVector | Promise<OffsetVector>) => Promise<void>;
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

/** The partition reached to `next` at that time, and answers did not. */
interface Ahead {
  readonly next: number;
  readonly atMs: number;
}

/** For so long the speed layer may take over an event before anybody asks what it is. */
const USUAL_MS = 200;

export const trackLag = (log: Pick<EventLog, 'bounds' | 'range'>, { now, elapsedMs }: LagClocks): Lag => {
  const awaited = new Map<PartitionId, Awaited>();
  const passed = new Map<PartitionId, Barriers>();
  /** Of what lay in the log before the first check, nobody knows for how long. */
  let ahead: ReadonlyMap<PartitionId, Ahead> | undefined;

  /** The first event from `reached` on and before `next`, if there is one. */
  const findEvent = async (partition: PartitionId, reached: number, next: number): Promise<Awaited | undefined> => {
    const before = passed.get(partition);
    const { from, to } = before !== undefined && before.from <= reached ? before : { from: reached, to: reached };
    for await (const records of log.range(partition, Math.max(reached, to), next)) {
      const event = records.find(({ kind }) => kind === 'event');
      if (event !== undefined) return { offset: event.offset, sinceMs: elapsedMs() - Math.max(0, now() - event.appendedAtMs) };
    }
    passed.set(partition, { from, to: Math.max(next, to) });
    return undefined;
  };

  return {
    isKnown: () => ahead !== undefined,
    byPartition: () => new Map([...awaited].map(([partition, { sinceMs }]) => [partition, Math.max(0, elapsedMs() - sinceMs)])),
    ms: () => {
      let oldest = Number.POSITIVE_INFINITY;
      for (const { sinceMs } of awaited.values()) oldest = Math.min(oldest, sinceMs);
      return oldest === Number.POSITIVE_INFINITY ? 0 : Math.max(0, elapsedMs() - oldest);
    },
    async check(shown) {
      const [bounds, position] = await Promise.all([log.bounds(), shown]);
      const nowAhead = new Map<PartitionId, Ahead>();
      const checkPartition = async (partition: PartitionId): Promise<void> => {
        const reached = offsetAt(position, partition);
        const known = awaited.get(partition);
        if (known !== undefined && reached <= known.offset) return;
        const { earliest, next } = boundsAt(bounds, partition);
        const barriers = passed.get(partition);
        const isOnlyBarriers = barriers !== undefined && barriers.from <= reached && barriers.to >= next;
        if (next <= earliest || next <= reached || isOnlyBarriers) {
          awaited.delete(partition);
          return;
        }
        // Whether what is gone from the log were events nobody knows any more.
        if (reached < earliest) {
          awaited.set(partition, { offset: earliest - 1, sinceMs: elapsedMs() });
          return;
        }
        const since = ahead?.get(partition);
        const waiting = since !== undefined && reached < since.next ? since : { next, atMs: elapsedMs() };
        if (ahead !== undefined && known === undefined && elapsedMs() - waiting.atMs < USUAL_MS) {
          nowAhead.set(partition, waiting);
          return;
        }
        const event = await findEvent(partition, reached, next);
        if (event === undefined) awaited.delete(partition);
        else awaited.set(partition, event);
      };
      await Promise.all(PARTITIONS.map(checkPartition));
      ahead = nowAhead;
    },
  };
};
