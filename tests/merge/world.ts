/** All layers on the embedded stores of one folder, each of which can be ended and begun again: what histories are played on. */
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import type { Stores } from '@rushes/stores';
import { rollback, runBatch, type RunReport } from '@rushes/batch';
import { eventText, type MovieEvent, partitionOf, topicOfEvent } from '@rushes/domain';
import type { NewRecord } from '@rushes/ports';
import { createMetrics, silentLogger, silentProgress } from '@rushes/runtime';
import { buildApp } from '@rushes/serving';
import { type RunningSpeed, startSpeed } from '@rushes/speed';

import { copyComputed } from '../batch/computed-lake.ts';
import { placeOf } from './place.ts';

export interface LoggedEvent {
  /** Two records of one id are one event. */
  readonly id: string;
  readonly event: MovieEvent;
}

export interface World {
  readonly stores: Stores;
  append(events: readonly LoggedEvent[]): Promise<void>;
  /** One batch run over a folder of IMDb's files. */
  run(imdbSource: string, options?: { readonly full?: boolean; readonly signal?: AbortSignal }): Promise<RunReport>;
  rollback(): Promise<void>;
  stopSpeed(): Promise<void>;
  /** Stopped or not. */
  restartSpeed(): Promise<void>;
  /** What it held is gone, and everything begins again. */
  loseSpeedStore(): Promise<void>;
  restartServing(): Promise<void>;
  /** Until everything that was appended is shown. */
  settle(): Promise<void>;
  get(path: string): Promise<{ readonly status: number; readonly body: string }>;
  /** What went wrong last when serving looked for something new. */
  trouble(): unknown;
  /** Closes it, and leaves its folder for worlds that begin there. Returns the folder. */
  leave(): Promise<string>;
  close(): Promise<void>;
}

const recordOf = ({ id, event }: LoggedEvent): NewRecord => ({
  partition: partitionOf(topicOfEvent(event.type), event.payload.movie_id),
  key: event.payload.movie_id,
  id,
  value: eventText(event),
});

/** Of the small catalog that is computed already. */
export const CATALOG = { titles: 5 };

export interface WorldOptions {
  /** The clock of everything but the batch layer. */
  readonly nowMs?: () => number;
  /** Records of a micro-batch; few of them make many. */
  readonly batchRecords?: number;
  /** Every third of it the speed layer looks whether something has to be projected again. */
  readonly leaseMs?: number;
  /** What is there already: tables and views of `CATALOG`, or everything of a world that was left. */
  readonly begin?: 'nothing' | 'computed' | { readonly folder: string };
}

export const openWorld = async ({
  nowMs = Date.now,
  batchRecords = 7,
  leaseMs = 60_000,
  begin = 'nothing',
}: WorldOptions = {}): Promise<World> => {
  const root = await mkdtemp(join(tmpdir(), 'rushes-world-'));
  if (begin === 'computed') await copyComputed(CATALOG, root);
  else if (begin !== 'nothing') cpSync(begin.folder, root, { recursive: true });
  const place = await placeOf(root);
  await place.begin();
  let stores = await place.open(nowMs);
  let members = 0;
  const beginSpeed = (): RunningSpeed =>
    startSpeed(
      {
        log: stores.log,
        speed: stores.speed,
        owners: stores.owners,
        duplicateFilters: stores.duplicateFilters,
        published: () => stores.views.currentPublication(),
      },
      { logger: silentLogger, member: `member-${(members += 1)}`, reject: async () => {}, nowMs },
      { waitMs: 100, batchRecords, leaseMs, firstRetryMs: 5 },
    );
  const beginServing = async () => {
    const app = buildApp(
      { objects: stores.objects, views: stores.views, speed: stores.speed, caches: createMemoryCaches(), rateLimiter: undefined },
      { responseCacheBytes: 0, publicationPollMs: 3_600_000 },
      { logger: silentLogger, metrics: createMetrics(), now: nowMs },
    );
    await app.ready();
    return app;
  };
  let speed = beginSpeed();
  let app = await beginServing();

  const world: World = {
    get stores() {
      return stores;
    },
    append: async (events) => void (await stores.log.append(events.map(recordOf))),
    run: (imdbSource, { full = false, signal = new AbortController().signal } = {}) =>
      runBatch(
        stores,
        { imdbSource, workFolder: stores.scratchFolder, memoryLimitMb: 320, threads: 2, keepVersions: 20, full },
        { logger: silentLogger, progress: silentProgress, signal },
      ),
    rollback: async () => void (await rollback(stores, undefined)),
    stopSpeed: () => speed.stop(),
    async loseSpeedStore() {
      await app.close();
      await speed.stop();
      await stores.close();
      await place.loseSpeedStore();
      stores = await place.open(nowMs);
      speed = beginSpeed();
      app = await beginServing();
    },
    async restartSpeed() {
      await speed.stop();
      speed = beginSpeed();
    },
    async restartServing() {
      await app.close();
      app = await beginServing();
    },
    async settle() {
      await speed.caughtUp();
      // Twice: a look under way may have begun before the last change.
      await app.snapshots.poll();
      await app.snapshots.poll();
    },
    async get(path) {
      const response = await app.inject(path);
      return { status: response.statusCode, body: response.body };
    },
    trouble: () => app.snapshots.trouble(),
    async leave() {
      await app.close();
      await speed.stop();
      await stores.close();
      return root;
    },
    async close() {
      await world.leave();
      await place.dispose();
      await rm(root, { recursive: true, force: true });
    },
  };
  return world;
};
