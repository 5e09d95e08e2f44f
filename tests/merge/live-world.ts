/**
 * The layers as they run side by side, on the embedded stores of one folder: members of the speed layer that join and leave, batch runs, and serving
 * replicas. What belongs to the second process has connections of its own.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import type { Stores } from '@rushes/stores';
import { rollback, runBatch, type RunReport } from '@rushes/batch';
import { eventText, type MovieEvent, partitionOf, topicOfEvent } from '@rushes/domain';
import { KEY_ID_BYTES, KEY_SECRET_BYTES, makeKeyText, type SpeedStore } from '@rushes/ports';
import { createMetrics, silentLogger, silentProgress } from '@rushes/runtime';
import { buildApp, DEFAULT_OPTIONS } from '@rushes/serving';
import { type RunningSpeed, startSpeed } from '@rushes/speed';

import { placeOf } from './place.ts';
import type { LoggedEvent } from './world.ts';

/** What a restart replaces. */
export interface Replica {
  readonly app: ReturnType<typeof buildApp>;
  /** Counts restarts too: another life, another number. */
  readonly life: number;
}

export interface LiveOptions {
  /** Records of a micro-batch; few of them make many positions. */
  readonly batchRecords: number;
  readonly maxOverlayStates: number | undefined;
  /** Whether answers are kept. */
  readonly cached: boolean;
}

export interface LiveWorld {
  readonly stores: Stores;
  readonly replicas: readonly Replica[];
  append(events: readonly LoggedEvent[]): Promise<void>;
  /** Through a replica's entrance; what cannot be posted, or not now, is appended. */
  post(event: LoggedEvent, replica: number): Promise<void>;
  /** One batch run. `aborted`: it ends after its barrier. */
  run(imdbSource: string, options: { readonly full: boolean; readonly aborted: boolean }): Promise<RunReport | undefined>;
  rollback(): Promise<void>;
  /** Member 0 or 1 of the speed layer is there from now on, or not. */
  join(member: number): Promise<void>;
  leave(member: number): Promise<void>;
  restart(replica: number): Promise<void>;
  /** So many change records and positions from now on are still written; the next one is not. */
  fail(after: number): void;
  /** Lets time pass, for everything but batch runs. */
  pass(ms: number): void;
  close(): Promise<void>;
}

const LEASE_MS = 600;

const partitionFor = (event: MovieEvent) => partitionOf(topicOfEvent(event.type), event.payload.movie_id);

/** Path and body of the request that tells the event; `undefined` if there is none. */
const requestOf = ({ type, payload }: MovieEvent): { readonly url: string; readonly payload: object } | undefined => {
  const { movie_id, ...said } = { ...payload };
  const kind = type === 'rating_given' ? 'ratings' : type === 'review_written' ? 'reviews' : undefined;
  if (kind === undefined) return undefined;
  return { url: `/movies/${movie_id}/${kind}`, payload: Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null)) };
};

export const openLiveWorld = async ({ batchRecords, maxOverlayStates, cached }: LiveOptions): Promise<LiveWorld> => {
  const root = await mkdtemp(join(tmpdir(), 'rushes-live-'));
  let aheadMs = 0;
  const nowMs = (): number => Date.now() + aheadMs;
  const place = await placeOf(root);
  const [stores, others] = [await place.open(nowMs), await place.open(nowMs)];
  const storesOf = (process: number): Stores => (process === 0 ? stores : others);
  const key = makeKeyText(randomBytes(KEY_ID_BYTES), randomBytes(KEY_SECRET_BYTES));
  const { id, secretHash, text } = key;
  await stores.keys.add({ id, secretHash, name: 'readers', role: 'writer', createdAtMs: nowMs(), expiresAtMs: null, revokedAtMs: null });
  let lives = 0;
  const openReplica = async (process: number): Promise<Replica> => {
    const { objects, views, speed, log, keys } = storesOf(process);
    const app = buildApp(
      { objects, views, speed, log, keys, caches: createMemoryCaches(), rateLimiter: undefined },
      {
        responseCacheBytes: cached ? 1_000_000 : 0,
        publicationPollMs: 20,
        staleAfterMs: 300,
        eventStreams: { ...DEFAULT_OPTIONS.eventStreams, heartbeatMs: 50, answerPauseMs: 20 },
        ...(maxOverlayStates === undefined ? {} : { maxOverlayStates }),
        overload: { maxEventLoopDelayMs: 0, maxHeapBytes: 0, maxRssBytes: 0, maxWaitMs: 0, sampleIntervalMs: 500, retryAfterS: 1 },
      },
      { logger: silentLogger, metrics: createMetrics(), now: nowMs },
    );
    await app.ready();
    return { app, life: (lives += 1) };
  };
  const members: (RunningSpeed | undefined)[] = [undefined, undefined];
  let joined = 0;
  let untilFailure = Number.POSITIVE_INFINITY;
  /** Before it is written: then rows are there that no change record tells of, or a change record without its position. */
  const failNow = (): void => {
    untilFailure -= 1;
    if (untilFailure >= 0) return;
    untilFailure = Number.POSITIVE_INFINITY;
    throw new Error('this write fails');
  };
  const failing = (speed: SpeedStore): SpeedStore => ({
    ...speed,
    async appendChange(...written) {
      failNow();
      return speed.appendChange(...written);
    },
    async putPosition(...written) {
      failNow();
      return speed.putPosition(...written);
    },
  });
  const replicas = [await openReplica(0), await openReplica(1)];

  const append = async (events: readonly LoggedEvent[]): Promise<void> => {
    const records = events.map((one) => ({
      partition: partitionFor(one.event),
      key: one.event.payload.movie_id,
      id: one.id,
      value: eventText(one.event),
    }));
    await stores.log.append(records);
  };

  return {
    stores,
    replicas,
    append,
    async post(event, replica) {
      const request = requestOf(event.event);
      const headers = { 'x-api-key': text, 'idempotency-key': event.id, prefer: 'wait=1' };
      const response = request && (await replicas[replica]?.app.inject({ method: 'POST', headers, ...request }));
      if (response === undefined || ![201, 202].includes(response.statusCode)) await append([event]);
    },
    async run(imdbSource, { full, aborted }) {
      const ended = new AbortController();
      const log: Stores['log'] = Object.create(stores.log, {
        appendBarrier: {
          value: async (number: number) => {
            await stores.log.appendBarrier(number);
            if (aborted) ended.abort();
          },
        },
      }) as Stores['log']; // as: the log itself, with one method of its own
      const options = { imdbSource, workFolder: stores.scratchFolder, memoryLimitMb: 256, threads: 1, keepVersions: 50, full };
      const running = runBatch({ ...stores, log }, options, { logger: silentLogger, progress: silentProgress, signal: ended.signal });
      return aborted ? running.catch(() => undefined) : running;
    },
    rollback: async () => void (await rollback(stores, undefined).catch(() => undefined)), // nothing to roll back to, yet
    async join(member) {
      const own = storesOf(member);
      members[member] ??= startSpeed(
        {
          log: own.log,
          speed: failing(own.speed),
          owners: own.owners,
          duplicateFilters: own.duplicateFilters,
          published: () => own.views.currentPublication(),
        },
        { logger: silentLogger, member: `member-${(joined += 1)}`, reject: async () => {}, nowMs },
        { waitMs: 100, batchRecords, leaseMs: LEASE_MS, firstRetryMs: 5 },
      );
    },
    async leave(member) {
      const leaving = members[member];
      members[member] = undefined;
      await leaving?.stop();
    },
    async restart(replica) {
      const before = replicas[replica];
      replicas[replica] = await openReplica(replica);
      await before?.app.close();
    },
    fail(after) {
      untilFailure = after;
    },
    pass(ms) {
      aheadMs += ms;
    },
    async close() {
      for (const { app } of replicas) await app.close();
      for (const member of members) await member?.stop();
      await others.close();
      await stores.close();
      await place.dispose();
      await rm(root, { recursive: true, force: true });
    },
  };
};
