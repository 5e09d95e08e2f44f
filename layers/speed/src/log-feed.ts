/**
 * The records of all partitions that a process projects, from one call of the log. Invariant: each partition gives its records in their order and without a
 * hole, whatever happens to the call: it is begun anew from behind what was handed out or lies ready whenever a partition comes, goes, or has room again.
 */
import type { PartitionId } from '@rushes/domain';
import type { EventLog, LogRecord } from '@rushes/ports';

/** What lies ready of a partition at most, in records, before the call goes on without it. */
const READY_RECORDS = 4_000;

export interface PartitionFeed {
  /**
   * Takes records that lie ready, at most `limit`; waits up to `waitMs` for the first.
   * @throws what the log says of the partition or of itself: then the feed is of no further use.
   */
  take(limit: number, waitMs: number, signal: AbortSignal): Promise<readonly LogRecord[]>;
  close(): void;
}

export interface LogFeed {
  /** From an offset on. Of each partition one at a time. */
  open(partition: PartitionId, from: number): PartitionFeed;
}

interface Reader {
  /** Behind what lies ready. */
  next: number;
  ready: LogRecord[];
  failure: { readonly error: unknown } | undefined;
  /** Called when something came. */
  wake: () => void;
}

export const createLogFeed = (log: Pick<EventLog, 'follow'>): LogFeed => {
  const readers = new Map<PartitionId, Reader>();
  let following: AbortController | undefined;
  let isChanging = false;

  const hasRoom = ({ ready, failure }: Reader): boolean => failure === undefined && ready.length < READY_RECORDS;
  const fail = (reader: Reader, error: unknown): void => {
    reader.failure = { error };
    reader.wake();
  };
  const follow = async (own: AbortController, from: ReadonlyMap<PartitionId, Reader>): Promise<void> => {
    const offsets = Object.fromEntries([...from].map(([partition, { next }]) => [partition, next]));
    try {
      for await (const followed of log.follow(offsets, own.signal)) {
        if (own.signal.aborted) return;
        const reader = from.get(followed.partition as PartitionId); // as: one of those that were asked for
        if (reader === undefined) continue;
        if ('fault' in followed) {
          fail(reader, followed.fault);
          continue;
        }
        reader.ready.push(...followed.records);
        reader.next = followed.next;
        if (followed.records.length > 0) reader.wake();
        if (!hasRoom(reader)) change();
      }
    } catch (error) {
      if (!own.signal.aborted) for (const reader of from.values()) fail(reader, error);
    }
  };
  /** Follows those that have room, from now on. Of many changes at once the last counts. */
  const change = (): void => {
    if (isChanging) return;
    isChanging = true;
    setImmediate(() => {
      isChanging = false;
      following?.abort();
      const wanted = new Map([...readers].filter(([, reader]) => hasRoom(reader)));
      following = wanted.size === 0 ? undefined : new AbortController();
      if (following !== undefined) void follow(following, wanted);
    });
  };

  return {
    open(partition, from) {
      const reader: Reader = { next: from, ready: [], failure: undefined, wake: () => undefined };
      readers.set(partition, reader);
      change();
      const came = async (waitMs: number, signal: AbortSignal): Promise<void> => {
        if (reader.ready.length > 0 || reader.failure !== undefined || waitMs <= 0) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        reader.wake = resolve;
        const timer = setTimeout(resolve, waitMs);
        const stop = (): void => resolve();
        signal.addEventListener('abort', stop);
        if (signal.aborted) stop();
        await promise;
        signal.removeEventListener('abort', stop);
        clearTimeout(timer);
      };
      return {
        async take(limit, waitMs, signal) {
          await came(waitMs, signal);
          signal.throwIfAborted();
          if (reader.ready.length === 0 && reader.failure !== undefined) throw reader.failure.error;
          const hadRoom = hasRoom(reader);
          const taken = reader.ready.splice(0, limit);
          if (!hadRoom && hasRoom(reader)) change();
          return taken;
        },
        close() {
          if (readers.get(partition) !== reader) return;
          readers.delete(partition);
          change();
        },
      };
    },
  };
};
