/**
 * The speed layer's process: owns partitions, projects each in a loop of its own, and keeps epochs from expiring. A fault of the machinery rests one
 * partition and is tried again; it never skips an event.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { offsetAt, type OffsetVector, type PartitionId } from '@rushes/domain';
import { boundsAt, type DuplicateFilters, type EventLog, type Membership, type SpeedStore } from '@rushes/ports';
import { explainError, type Logger, TerminalError } from '@rushes/runtime';

import { checkInterlock } from './interlock.ts';
import { DEFAULT_SPEED_OPTIONS, type SpeedOptions } from './options.ts';
import { FencedError, openPartitionWriter, type PartitionWriter, type WriterContext } from './partition-writer.ts';
import type { SpeedMetrics } from './speed-metrics.ts';

export interface SpeedStores {
  readonly log: EventLog;
  readonly speed: SpeedStore;
  readonly duplicateFilters: DuplicateFilters;
  /** Cut of the published version; empty if there is none. */
  readonly publishedCut: () => Promise<OffsetVector>;
}

export interface SpeedContext {
  readonly logger: Logger;
  readonly metrics?: SpeedMetrics;
  /** Told of events that cannot be used, perhaps more than once of the same. */
  readonly reject: WriterContext['reject'];
  readonly nowMs?: () => number;
  /** Name of this member of the group. */
  readonly member: string;
}

export interface RunningSpeed {
  /** Resolves when all partitions are at the end that their logs had when it was called. For tests and tools. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

export interface WatchedSpeed extends RunningSpeed {
  /** Whether it has kept its part in the group lately: `false` means that nobody knows when events will show. It says nothing of whether the process lives. */
  isMember(): boolean;
}

const GROUP = 'speed';
const SOON_MS = 100;
/** A member that could not renew for so many leases may be stuck. */
const LEASES = 3;

interface Projection {
  readonly fence: number;
  readonly ended: AbortController;
  readonly done: Promise<void>;
  writer: PartitionWriter | undefined;
  /** The store may have lost what the writer wrote: another one begins where the store is. */
  isDoubted: boolean;
}

export const startSpeed = (stores: SpeedStores, context: SpeedContext, given: Partial<SpeedOptions> = {}): WatchedSpeed => {
  const options: SpeedOptions = { ...DEFAULT_SPEED_OPTIONS, ...given };
  const { log, speed: store, duplicateFilters, publishedCut } = stores;
  const { logger, metrics } = context;
  const nowMs = context.nowMs ?? Date.now;
  const writing: Omit<WriterContext, 'signal'> = { log, store, duplicateFilters, options, nowMs, publishedCut, reject: context.reject };
  /** By a clock that nobody sets. Who never renewed has no part in the group. */
  let renewedAtMs = Number.NEGATIVE_INFINITY;
  const ended = new AbortController();
  const projections = new Map<PartitionId, Projection>();

  const project = async (partition: PartitionId, projection: Projection): Promise<void> => {
    const signal = AbortSignal.any([ended.signal, projection.ended.signal]);
    let restMs = options.firstRetryMs;
    const dropWriter = (): void => {
      projection.writer?.close();
      projection.writer = undefined;
    };
    while (!signal.aborted) {
      try {
        if (projection.isDoubted) dropWriter();
        projection.isDoubted = false;
        projection.writer ??= await openPartitionWriter({ ...writing, signal }, partition, projection.fence);
        const done = await projection.writer.step();
        restMs = options.firstRetryMs;
        if (done) metrics?.progressed(partition, done, nowMs());
      } catch (err) {
        // Whatever went wrong, the position in the store is the truth: the next writer begins there.
        dropWriter();
        if (signal.aborted || err instanceof FencedError) return;
        metrics?.failed(partition);
        logger.error(
          { err, partition, hint: explainError(err).hint, retry_in_ms: restMs },
          `projecting ${partition} failed: ${explainError(err).message}`,
        );
        await sleep(restMs, undefined, { signal }).catch(() => undefined);
        restMs = Math.min(restMs * 2, options.maxRetryMs);
      }
    }
    dropWriter();
  };

  const begin = (partition: PartitionId, fence: number): void => {
    const projection: { -readonly [K in keyof Projection]: Projection[K] } = {
      fence,
      ended: new AbortController(),
      done: Promise.resolve(),
      writer: undefined,
      isDoubted: false,
    };
    projections.set(partition, projection);
    projection.done = project(partition, projection);
  };
  const end = async (partition: PartitionId): Promise<void> => {
    const projection = projections.get(partition);
    projection?.ended.abort();
    await projection?.done;
    projections.delete(partition);
  };

  const own = async (membership: Membership): Promise<void> => {
    const owned = new Map((await membership.renew()).map(({ partition, fence }) => [partition, fence]));
    renewedAtMs = performance.now();
    for (const [partition, { fence }] of projections) if (owned.get(partition) !== fence) await end(partition);
    for (const [partition, fence] of owned) if (!projections.has(partition)) begin(partition, fence);
    metrics?.owned(projections.size);
  };

  let told: string = 'fine';
  let toldLost: ReadonlySet<string> = new Set();
  /** Whether an epoch is due whose writer is only just opening. */
  const guard = async (): Promise<boolean> => {
    const { ageMs, share, level, due } = checkInterlock(await store.readCoverage(), await publishedCut(), nowMs(), options);
    metrics?.uncovered(share, ageMs);
    if (level !== told && level !== 'fine')
      logger[level === 'alarm' ? 'error' : 'warn'](
        { oldest_uncovered_ms: ageMs, ttl_ms: options.ttlMs },
        'batch runs have not covered the oldest events for long: see why they fail before their rows expire',
      );
    told = level;
    let isPending = false;
    const lost = new Set<string>();
    for (const one of due) {
      const { partition, epoch } = one;
      if (offsetAt((await log.bounds()).earliest, partition) > one.from) {
        const name = `${partition} ${epoch}`;
        lost.add(name);
        if (!toldLost.has(name))
          logger.warn(
            { partition, epoch, from: one.from },
            'an epoch cannot be projected anew before it expires, since the log was trimmed behind its beginning: it will be missing from answers until a batch run covers it',
          );
        continue;
      }
      const projection = projections.get(partition);
      const writer = projection?.isDoubted ? undefined : projection?.writer;
      if (!writer) {
        isPending ||= projection !== undefined;
        continue;
      }
      writer.renew(one);
      metrics?.renewed();
      logger.info({ partition, epoch }, 'projecting an epoch anew before it expires');
    }
    toldLost = lost;
    return isPending;
  };

  /** Another log's positions and rows would say that this one's events were projected. */
  const requireOwnStore = async (): Promise<void> => {
    const { log: owner } = await store.claimLog(log.id);
    if (owner !== log.id)
      throw new TerminalError(`${store.location} holds what was projected from log ${owner}, but ${log.location} is log ${log.id}`, {
        hint: 'Stop the speed layer and put the speed store aside: it is projected anew from the log.',
      });
  };

  const loop = async (): Promise<void> => {
    let membership: Membership | undefined;
    while (!ended.signal.aborted) {
      let restMs = options.leaseMs / 3;
      try {
        if (membership === undefined) await requireOwnStore();
        membership ??= await log.join(GROUP, context.member, options.leaseMs);
        await own(membership);
        if (await guard()) restMs = Math.min(restMs, SOON_MS);
      } catch (err) {
        const { message, hint } = explainError(err);
        logger.error({ err, hint }, `the speed layer's partitions could not be checked: ${message}`);
      }
      await sleep(restMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
    await Promise.all([...projections.keys()].map(end));
    await membership?.leave();
  };
  const stopListening = store.onReconnect(() => {
    for (const projection of projections.values()) projection.isDoubted = true;
  });
  const running = loop();
  const behind = async (partition: PartitionId, until: number): Promise<boolean> =>
    ((await store.readPosition(partition))?.offset ?? 0) < until;

  return {
    async caughtUp() {
      const ends = new Map<PartitionId, number>();
      while (projections.size === 0 && !ended.signal.aborted) await sleep(1);
      for (const partition of projections.keys()) {
        const { earliest, next } = boundsAt(await log.bounds(), partition);
        if (next > earliest) ends.set(partition, next);
      }
      for (const [partition, until] of ends) while (!ended.signal.aborted && (await behind(partition, until))) await sleep(1);
    },
    isMember: () => performance.now() - renewedAtMs < LEASES * options.leaseMs,
    async stop() {
      ended.abort();
      stopListening();
      await running;
    },
  };
};
