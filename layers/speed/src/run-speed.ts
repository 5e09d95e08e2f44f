/** The speed layer's process: owns partitions (`run-membership.ts`), projects each in a loop of its own, and keeps epochs from expiring. */
import { setTimeout } from 'node:timers/promises';

import { type PartitionId, PARTITIONS } from '@rushes/domain';
import { boundsAt, type DuplicateFilters, type EventLog, type Owners, type SpeedStore } from '@rushes/ports';
import { explainError, type Logger, TerminalError, type Tracing } from '@rushes/runtime';

import type { Published } from './begin-partition.ts';
import { guardEpochs, NOTHING_GUARDED } from './guard-epochs.ts';
import { createLogFeed } from './log-feed.ts';
import { DEFAULT_SPEED_OPTIONS, type SpeedOptions } from './options.ts';
import type { PartitionWriter, WriterContext } from './partition-writer.ts';
import { projectPartition } from './project-partition.ts';
import { runMembership, type Sleep } from './run-membership.ts';
import type { SpeedMetrics } from './speed-metrics.ts';
import { createTurns } from './turn.ts';

export interface SpeedStores {
  readonly log: EventLog;
  readonly speed: SpeedStore;
  readonly owners: Owners;
  readonly duplicateFilters: DuplicateFilters;
  readonly published: () => Promise<Published>;
}

export interface SpeedContext {
  readonly logger: Logger;
  readonly metrics?: SpeedMetrics;
  /** Told of events that cannot be used, perhaps more than once of the same. */
  readonly reject: WriterContext['reject'];
  readonly nowMs?: () => number;
  /** Default: nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** Id of this member of the group, which no other process has. */
  readonly member: string;
}

export interface RunningSpeed {
  /** Resolves when all partitions are at the end that their logs had when it was called, or the layer is stopped. @param restMs between two looks. */
  caughtUp(restMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface WatchedSpeed extends RunningSpeed {
  /** Whether it has kept its part in the group lately: `false` means that nobody knows when events will show. It says nothing of whether the process lives. */
  isMember(): boolean;
}

const SOON_MS = 100;
/** A member that could not renew for so many leases may be stuck. */
const LEASES = 3;

const sleep: Sleep = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined);

/** When the store was made this log's. Another log's positions and rows would say that this one's events were projected. */
const requireOwnStore = async (log: EventLog, store: SpeedStore): Promise<number> => {
  const { log: owner, claimedAtMs } = await store.claimLog(log.id);
  if (owner !== log.id)
    throw new TerminalError(`${store.location} holds what was projected from log ${owner}, but ${log.location} is log ${log.id}`, {
      hint: 'Stop the speed layer and put the speed store aside: it is projected anew from the log.',
    });
  return claimedAtMs;
};

export const startSpeed = (stores: SpeedStores, context: SpeedContext, given: Partial<SpeedOptions> = {}): WatchedSpeed => {
  const options: SpeedOptions = { ...DEFAULT_SPEED_OPTIONS, ...given };
  const { log, speed: store, duplicateFilters, published } = stores;
  const { logger, metrics, nowMs = Date.now, tracing } = context;
  const stopped = new AbortController();
  const writers = new Map<PartitionId, PartitionWriter | undefined>();
  const turn = createTurns(options.turnMs, () => performance.now());
  /** By a clock that nobody sets. Who never renewed has no part in the group. */
  let renewedAtMs = Number.NEGATIVE_INFINITY;

  /** Again and again until it stops; what fails is told and tried again. */
  const again = async (ms: number, what: string, work: () => Promise<number | undefined>): Promise<void> => {
    while (!stopped.signal.aborted) {
      const restMs = await work().catch((err: unknown) => {
        const { message, hint } = explainError(err);
        logger.error({ err, hint }, `${what}: ${message}`);
        return ms;
      });
      if (restMs === undefined) return;
      await sleep(restMs, stopped.signal);
    }
  };
  const member = async (createdAtMs: number): Promise<void> => {
    const writing = {
      log,
      feed: createLogFeed(log),
      store,
      duplicateFilters,
      options,
      nowMs,
      createdAtMs,
      published,
      turn,
      tracing,
      reject: context.reject,
    };
    await runMembership(
      {
        owners: stores.owners,
        member: context.member,
        leaseMs: options.leaseMs,
        logger,
        sleep,
        async project(partition, fence, signal) {
          writers.set(partition, undefined);
          const onWriter = (writer: PartitionWriter | undefined): void => void writers.set(partition, writer);
          const how = await projectPartition({ ...writing, signal, logger, metrics, sleep, onWriter }, partition, fence);
          writers.delete(partition);
          return how;
        },
        onRenewed(state) {
          renewedAtMs = performance.now();
          metrics?.owned(state.holdings.size);
        },
      },
      stopped.signal,
    );
  };
  const guard = async (): Promise<void> => {
    const restMs = options.leaseMs / 3;
    let guarded = NOTHING_GUARDED;
    await again(restMs, 'which epochs expire could not be looked at', async () => {
      guarded = await guardEpochs({ log, store, options, nowMs, published, logger, metrics, writers }, guarded);
      return guarded.isPending ? Math.min(restMs, SOON_MS) : restMs;
    });
  };
  const run = async (): Promise<void> => {
    let createdAtMs: number | undefined;
    await again(options.leaseMs / 3, "the speed layer's store could not be taken", async () => {
      createdAtMs = await requireOwnStore(log, store);
      return undefined;
    });
    if (createdAtMs !== undefined) await Promise.all([member(createdAtMs), guard()]);
  };
  const running = run();

  return {
    async caughtUp(restMs = 1) {
      const ends = new Map<PartitionId, number>();
      const bounds = await log.bounds();
      for (const partition of PARTITIONS) {
        const { earliest, next } = boundsAt(bounds, partition);
        if (next > earliest) ends.set(partition, next);
      }
      const isBehind = async (): Promise<boolean> => {
        const reached = new Map((await store.progress()).map(({ partition, position }) => [partition, position?.offset ?? 0]));
        return [...ends].some(([partition, until]) => (reached.get(partition) ?? 0) < until);
      };
      while (!stopped.signal.aborted && (await isBehind())) await setTimeout(restMs);
    },
    isMember: () => performance.now() - renewedAtMs < LEASES * options.leaseMs,
    async stop() {
      stopped.abort();
      await running;
    },
  };
};
