/**
 * Reading from one offset to another. Invariant: it ends only at `to`. An answer without records is no end: brokers give one when they throttle, when a wait
 * ends, and where only their own markers lie.
 */
import type { LogPartition } from '@rushes/domain';
import { type CallOptions, type LogRecord, LogTruncatedError, OffsetTrimmedError, StoreUnavailable } from '@rushes/ports';

import type { FetchedPartition, Position } from './fetch.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { hasMoved, OFFSET_OUT_OF_RANGE, OK, protocolFailure } from './protocol-codes.ts';
import { answeredFault, checkOffset, type Fetcher, leaderFetcher, outOfRange, piecesOf, type Reading, RETRY_MS } from './reading.ts';
import { pause, untilAborted } from './waiting.ts';

/** How long a broker waits with its answer where nothing is left to read before `to`. */
const WAIT_MS = 100;

/** Fetches a partition from its leader, wherever that is. `undefined`: not now. */
const partitionFetcher = (reading: Reading, partition: LogPartition) => {
  const { cluster } = reading;
  let current: { readonly node: number; readonly fetcher: Fetcher } | undefined;
  const drop = (): void => {
    current?.fetcher.drop();
    current = undefined;
  };
  const attempt = async (from: Position): Promise<FetchedPartition | undefined> => {
    const node = cluster.view().leaders.get(partition);
    if (node === undefined)
      throw new StoreUnavailable({
        location: cluster.location,
        reason: `has no leader for ${partition}`,
        hint: 'Try again; see whether all brokers run.',
      });
    if (current?.node !== node) {
      drop();
      current = { node, fetcher: leaderFetcher(reading, node) };
    }
    const fetched = await current.fetcher.fetch(new Map([[partition, from]]), WAIT_MS);
    return fetched[0];
  };
  return { attempt, drop };
};

interface Progress {
  /** Since when nothing was got, and why. */
  readonly sinceMs: number;
  readonly failure: unknown;
}

export const readRange = async function* (
  reading: Reading,
  partition: LogPartition,
  from: number,
  to: number,
  { signal }: CallOptions = {},
): AsyncGenerator<readonly LogRecord[], void, undefined> {
  const { cluster, limits, closing } = reading;
  const ending = signal === undefined ? closing : AbortSignal.any([signal, closing]);
  checkOffset(from);
  cluster.topics.placeOf(partition);
  ending.throwIfAborted();
  if (from >= to) return;
  const { attempt, drop } = partitionFetcher(reading, partition);
  // What is thrown before it is waited for must not count as unhandled.
  const begin = (position: Position): ReturnType<typeof attempt> => {
    const fetching = attempt(position);
    fetching.catch(() => {});
    return fetching;
  };
  let at: Position = { offset: from, epoch: -1 };
  let stalled: Progress | undefined;
  let shortSinceMs: number | undefined;

  /** Throws once nothing was got for too long. */
  const stall = async (failure: unknown): Promise<void> => {
    stalled ??= { sinceMs: performance.now(), failure };
    if (performance.now() - stalled.sinceMs > limits.stallMs) throw failure;
    await pause(RETRY_MS, ending);
    ending.throwIfAborted();
    await untilAborted(cluster.refresh().catch(refused), ending);
  };
  /** Throws once answers were empty for too long. */
  const requireProgress = (): void => {
    stalled ??= { sinceMs: performance.now(), failure: undefined };
    if (performance.now() - stalled.sinceMs <= limits.stallMs) return;
    throw new StoreUnavailable({
      location: cluster.location,
      reason: `has given nothing of ${partition} from offset ${at.offset} on for ${limits.stallMs} ms`,
      hint: 'Try again; see whether brokers throttle this client.',
    });
  };
  const refused = (error: unknown): void => {
    const failure = kafkaFailure(error, cluster.location);
    if (!(failure instanceof StoreUnavailable)) throw failure;
  };
  /** The log ends before `to`. A new leader may say so for a moment. */
  const short = (next: number): void => {
    shortSinceMs ??= performance.now();
    if (performance.now() - shortSinceMs > limits.settleMs)
      throw new LogTruncatedError(cluster.location, partition, Math.max(to, at.offset), next);
  };
  const checkCode = async (code: number): Promise<boolean> => {
    if (code === OK) return true;
    if (code !== OFFSET_OUT_OF_RANGE && !hasMoved(code)) throw protocolFailure(code, cluster.location, partition);
    const fault = code === OFFSET_OUT_OF_RANGE ? await outOfRange(reading, partition, at.offset) : undefined;
    if (fault instanceof OffsetTrimmedError) throw fault;
    if (fault !== undefined) short(fault.next);
    drop();
    await stall(protocolFailure(code, cluster.location, partition));
    return false;
  };

  try {
    for (let fetching = begin(at); ;) {
      let fetched: FetchedPartition | undefined;
      const before = at;
      try {
        fetched = await untilAborted(fetching, ending);
      } catch (error) {
        ending.throwIfAborted();
        refused(error);
        drop();
        await stall(kafkaFailure(error, cluster.location));
      }
      if (fetched !== undefined && (await untilAborted(checkCode(fetched.errorCode), ending))) {
        const fault = answeredFault(reading, fetched, at.offset);
        if (fault !== undefined) throw fault;
        at = fetched.next;
        if (at.offset > before.offset) [stalled, shortSinceMs] = [undefined, undefined];
        else if (fetched.highWatermark <= at.offset) short(fetched.highWatermark);
      }
      if (fetched === undefined || fetched.next.offset === before.offset) requireProgress();
      if (at.offset < to) fetching = begin(at);
      if (fetched !== undefined)
        for await (const { records } of piecesOf(reading, [fetched], false)) {
          ending.throwIfAborted();
          const wanted = records.filter(({ offset }) => offset < to);
          if (wanted.length > 0) yield wanted;
        }
      if (at.offset >= to) return;
    }
  } finally {
    drop();
  }
};
