/**
 * Following many partitions: for each broker one request that asks for all that it leads and waits there until something comes. The order in which partitions
 * are asked for changes with each request, because the first ones get the bytes. What is wrong with one partition ends that partition alone.
 */
import { type LogOffsets, type LogPartition, offsetAt } from '@rushes/domain';
import { type Followed, OffsetTrimmedError, StoreUnavailable } from '@rushes/ports';

import type { FetchedPartition, Position } from './fetch.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { hasMoved, OFFSET_OUT_OF_RANGE, OK, protocolFailure } from './protocol-codes.ts';
import { answeredFault, checkOffset, type Fetcher, leaderFetcher, outOfRange, piecesOf, type Reading, RETRY_MS } from './reading.ts';
import { pause, untilAborted } from './waiting.ts';

interface State {
  position: Position;
  /** Since when it could not be read. */
  failingSinceMs?: number | undefined;
  /** Since when the log seems to end before the position. */
  shortSinceMs?: number | undefined;
  /** Not asked for before. */
  resumeAtMs: number;
}

type Fault = Extract<Followed, { readonly fault: unknown }>['fault'];

/** What a request to one broker came to. */
type Outcome = { readonly node: number } & ({ readonly fetched: readonly FetchedPartition[] } | { readonly failure: unknown });

const turned = <Item>(items: readonly Item[], by: number): readonly Item[] => {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
};

/** The requests that are under way, one for each broker at most. */
const requests = (reading: Reading, states: ReadonlyMap<LogPartition, State>) => {
  const { cluster, limits } = reading;
  const fetchers = new Map<number, Fetcher>();
  const underWay = new Map<number, Promise<Outcome>>();
  let turn = 0;

  const fetcherOf = (node: number): Fetcher => {
    const fetcher = fetchers.get(node) ?? leaderFetcher(reading, node);
    fetchers.set(node, fetcher);
    return fetcher;
  };
  const drop = (node: number): void => {
    fetchers.get(node)?.drop();
    fetchers.delete(node);
  };
  const fetchFrom = async (node: number, positions: ReadonlyMap<LogPartition, Position>): Promise<Outcome> => {
    try {
      return { node, fetched: await fetcherOf(node).fetch(positions, limits.waitMs) };
    } catch (error) {
      drop(node);
      return { node, failure: kafkaFailure(error, cluster.location) };
    }
  };
  const positionsOf = (node: number): ReadonlyMap<LogPartition, Position> => {
    const { leaders } = cluster.view();
    const nowMs = performance.now();
    const due = [...states].filter(([partition, { resumeAtMs }]) => leaders.get(partition) === node && resumeAtMs <= nowMs);
    return new Map(turned(due, turn++).map(([partition, { position }]) => [partition, position]));
  };

  return {
    /** Asks every broker that leads something and is not being asked. */
    begin: (): void => {
      for (const node of new Set(cluster.view().leaders.values())) {
        if (underWay.has(node)) continue;
        const positions = positionsOf(node);
        if (positions.size > 0) underWay.set(node, fetchFrom(node, positions));
      }
    },
    isAny: (): boolean => underWay.size > 0,
    /** The first that is done. */
    next: async (): Promise<Outcome> => {
      const outcome = await Promise.race(underWay.values());
      underWay.delete(outcome.node);
      return outcome;
    },
    drop,
    dropAll: (): void => {
      for (const fetcher of fetchers.values()) fetcher.drop();
    },
  };
};

export const followLog = async function* (
  reading: Reading,
  from: LogOffsets,
  signal: AbortSignal,
): AsyncGenerator<Followed, void, undefined> {
  const { cluster, limits, closing } = reading;
  const ending = AbortSignal.any([signal, closing]);
  const states = new Map<LogPartition, State>();
  // as: the keys of offsets; whatever is no partition is refused by `placeOf`
  for (const partition of Object.keys(from) as LogPartition[]) {
    cluster.topics.placeOf(partition);
    const offset = offsetAt(from, partition);
    checkOffset(offset);
    states.set(partition, { position: { offset, epoch: -1 }, resumeAtMs: 0 });
  }
  if (signal.aborted) return;
  const asked = requests(reading, states);

  const fail = (state: State, failure: unknown): void => {
    const nowMs = performance.now();
    state.failingSinceMs ??= nowMs;
    state.resumeAtMs = nowMs + RETRY_MS;
    if (nowMs - state.failingSinceMs > limits.stallMs) throw failure;
  };
  const refresh = async (): Promise<void> => {
    try {
      await untilAborted(cluster.refresh(), ending);
    } catch (error) {
      ending.throwIfAborted();
      const failure = kafkaFailure(error, cluster.location);
      if (!(failure instanceof StoreUnavailable)) throw failure;
    }
  };
  /** What ends a partition; `undefined`: it goes on, now or later. */
  const faultOf = async (state: State, fetched: FetchedPartition): Promise<Fault | undefined> => {
    const { partition, errorCode } = fetched;
    const { offset } = state.position;
    if (errorCode === OK) return answeredFault(reading, fetched, offset);
    if (errorCode !== OFFSET_OUT_OF_RANGE) return undefined;
    const fault = await untilAborted(outOfRange(reading, partition, offset), ending);
    if (fault === undefined || fault instanceof OffsetTrimmedError) return fault;
    state.shortSinceMs ??= performance.now();
    return performance.now() - state.shortSinceMs > limits.settleMs ? fault : undefined;
  };

  /** Takes an answer in: faults, and what can be given. */
  const take = async function* (fetched: readonly FetchedPartition[]): AsyncGenerator<Followed, void, undefined> {
    const good: FetchedPartition[] = [];
    let isStale = false;
    for (const one of fetched) {
      const state = states.get(one.partition);
      if (state === undefined) continue;
      const fault = await faultOf(state, one);
      if (fault !== undefined) {
        states.delete(one.partition);
        yield { partition: one.partition, fault };
      } else if (one.errorCode === OK) {
        if (one.next.offset > state.position.offset) good.push(one);
        [state.position, state.failingSinceMs, state.shortSinceMs] = [one.next, undefined, undefined];
      } else {
        const failure = protocolFailure(one.errorCode, cluster.location, one.partition);
        if (one.errorCode !== OFFSET_OUT_OF_RANGE && !hasMoved(one.errorCode)) throw failure;
        fail(state, failure);
        isStale = true;
      }
    }
    if (isStale) await refresh();
    // The next answer is on its way while this one is worked on.
    asked.begin();
    yield* piecesOf(reading, good, reading.traces);
  };

  try {
    while (!ending.aborted) {
      if (states.size === 0) return await untilAborted(new Promise<never>(() => {}), ending);
      asked.begin();
      if (!asked.isAny()) {
        await pause(RETRY_MS, ending);
        for (const [partition, state] of states)
          if (!cluster.view().leaders.has(partition))
            fail(state, new StoreUnavailable({ location: cluster.location, reason: `has no leader for ${partition}` }));
        await refresh();
        continue;
      }
      const outcome = await untilAborted(asked.next(), ending);
      if ('fetched' in outcome) {
        for await (const one of take(outcome.fetched)) {
          yield one;
          if (ending.aborted) break;
        }
        continue;
      }
      const { failure, node } = outcome;
      if (!(failure instanceof StoreUnavailable)) throw failure;
      for (const [partition, state] of states) if (cluster.view().leaders.get(partition) === node) fail(state, failure);
      await pause(RETRY_MS, ending);
      await refresh();
    }
  } catch (error) {
    if (!ending.aborted) throw error;
  } finally {
    asked.dropAll();
  }
  if (!signal.aborted) closing.throwIfAborted();
};
