/** The service with a log and API keys on real stores, a clock that stands still until it is moved, and a speed layer that projects when it is told to. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { openSqliteApiKeys } from '@rushes/adapters/sqlite-api-keys';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { openSqliteSpeedStore, type SqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { duplicateFilter, judgeEvent, type MovieEvent, type PartitionId, PARTITIONS, topicOf } from '@rushes/domain';
import {
  type ApiKeyStore,
  type EarlyWarning,
  type EventLog,
  type EventRecord,
  type LogRecord,
  makeKeyText,
  type RateLimiter,
  type Role,
  type SpeedRow,
} from '@rushes/ports';
import { Registry, type Tracing } from '@rushes/runtime';
import { emptyState, encodeState, type EventRow, foldEvent, isFolded, keyOf, KEYED_VIEWS } from '@rushes/views';
import { readLog } from '@rushes/ports/contracts/read-log';
import type { FastifyInstance } from 'fastify';

import { buildApp } from '../src/app.ts';
import type { DiskSpace } from '../src/monitoring/component-states.ts';
import type { ServingOptions } from '../src/options.ts';
import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { memoryBatchViews, type MemoryBatchViews } from './memory-batch-views.ts';
import { NEVER_TOO_MUCH, objectStore, recordingLogger } from './service.ts';

export const NOW_MS = Date.parse('2026-03-01T11:00:00Z');
const TTL_MS = 7 * 24 * 3_600_000;
const FAR_AWAY_MS = 3_600_000;

export interface LoggedEvent {
  readonly partition: PartitionId;
  readonly record: EventRecord;
  readonly event: MovieEvent;
}

export interface EntranceService {
  readonly app: FastifyInstance;
  /** Another replica on the same stores. */
  readonly replica: () => Promise<FastifyInstance>;
  /** Where versions are published. */
  readonly views: MemoryBatchViews;
  readonly log: EventLog;
  readonly keys: ApiKeyStore;
  readonly metrics: Registry;
  /** Lines of the service's log. */
  readonly lines: Record<string, unknown>[];
  readonly makeKey: (role: Role, expiresAtMs?: number | null) => Promise<{ readonly id: string; readonly text: string }>;
  readonly advance: (milliseconds: number) => void;
  /** Projects what is in the log, as the speed layer does. */
  readonly project: () => Promise<void>;
  /** All events in the log; throws if one of them is not usable. */
  readonly events: () => Promise<readonly LoggedEvent[]>;
  readonly close: () => Promise<void>;
}

export type WrappedStore = 'views' | 'objects' | 'speed' | 'log' | 'keys' | 'caches' | 'limiter';

export interface EntranceServiceOptions {
  readonly serving?: Partial<ServingOptions>;
  readonly rateLimiter?: RateLimiter;
  readonly tracing?: Tracing;
  /** Wraps each store that the service uses. */
  readonly wrap?: <Store extends object>(name: WrappedStore, store: Store) => Store;
  /** Wraps the keys that the service looks up. */
  readonly wrapKeys?: (keys: ApiKeyStore) => ApiKeyStore;
  readonly space?: () => Promise<DiskSpace>;
  readonly toldByOthers?: () => Promise<readonly EarlyWarning[]>;
  /** Wraps the log that the service writes to. */
  readonly wrapLog?: (log: EventLog) => EventLog;
}

const usable = (partition: PartitionId, { value, key, appendedAtMs }: EventRecord) => {
  const judgment = judgeEvent(value, { topic: topicOf(partition), key, appendedAtMs });
  if ('fault' in judgment) throw new Error(`an event in the log is not usable: ${judgment.fault}`);
  return judgment;
};

const eventsOf = async (log: EventLog, partition: PartitionId): Promise<readonly EventRecord[]> =>
  (await readLog(log, partition)).filter((record) => record.kind === 'event');

/** All states of a partition, folded from its beginning. */
const foldAll = (partition: PartitionId, records: readonly LogRecord[]): readonly SpeedRow[] => {
  const rows = new Map<string, SpeedRow & { readonly folded: unknown }>();
  const duplicates = duplicateFilter();
  for (const record of records) {
    if (record.kind === 'barrier') {
      duplicates.passBarrier(record.appendedAtMs);
      continue;
    }
    if (duplicates.isDuplicate(record.id, record.appendedAtMs)) continue;
    const { row: silver } = usable(partition, record);
    const row = { ...silver, offset: record.offset, epoch: 1 } as unknown as EventRow; // as: silver rows hold cells alone
    for (const view of KEYED_VIEWS) {
      if (view.topic !== topicOf(partition) || !isFolded(view, row)) continue;
      const name = `${view.storedName} ${keyOf(view, row)}`;
      const folded = foldEvent(view, (rows.get(name)?.folded ?? emptyState(view)) as never, row); // as never: the view's own state
      const key = { view: view.storedName, key: keyOf(view, row), epoch: 1, partition, generation: 0 };
      rows.set(name, { ...key, state: encodeState(folded), lastOffset: record.offset, appendedAtMs: 0, folded });
    }
  }
  return [...rows.values()].map(({ folded: _, ...row }) => row);
};

const projector = (log: EventLog, speed: SqliteSpeedStore) => async (): Promise<void> => {
  for (const partition of PARTITIONS) {
    const progress = (await speed.progress()).find((one) => one.partition === partition);
    const from = progress?.position?.offset ?? 0;
    const records = await readLog(log, partition);
    const last = records.findLast((record) => record.kind === 'event');
    if (last === undefined || last.offset < from) continue;
    const rows = foldAll(partition, records);
    const [to, { appendedAtMs }] = [last.offset + 1, last];
    const fence = (await speed.owners.claim(partition, 'projector', progress?.fence ?? 0)) ?? 0;
    await speed.putCoverage({ partition, epoch: 1, generation: 0, from: 0, expiresAtMs: NOW_MS + TTL_MS, begun: 0, baseUs: 0 }, fence);
    await speed.upsert(
      rows.map((row) => ({ ...row, timestampUs: row.lastOffset, appendedAtMs: 0 })),
      TTL_MS,
    );
    await speed.appendChange({ partition, from, to, epoch: 1, generation: 0, appendedAtMs, rows }, TTL_MS);
    await speed.putPosition({ partition, offset: to, epoch: 1, opening: { offset: -1, appendedAtMs: 0 } }, fence);
  }
};

export const startEntrances = async (options: EntranceServiceOptions = {}): Promise<EntranceService> => {
  const folder = await mkdtemp(join(tmpdir(), 'entrances-'));
  let nowMs = NOW_MS;
  const now = () => nowMs;
  const views = memoryBatchViews();
  await publish(views, 1, 1, CATALOG);
  const log = await openSqliteEventLog(folder, { now });
  const speed = await openSqliteSpeedStore(join(folder, 'speed.sqlite'));
  const keys = await openSqliteApiKeys(join(folder, 'keys.sqlite'));
  const metrics = new Registry();
  const lines: Record<string, unknown>[] = [];
  const apps: FastifyInstance[] = [];
  const { wrap = (_name, store) => store } = options;
  const start = async (registry: Registry): Promise<FastifyInstance> => {
    const app = buildApp(
      {
        views: wrap('views', views),
        objects: wrap('objects', objectStore()),
        speed: wrap('speed', speed),
        log: wrap('log', options.wrapLog?.(log) ?? log),
        keys: wrap('keys', options.wrapKeys?.(keys) ?? keys),
        space: options.space,
        toldByOthers: options.toldByOthers,
        caches: wrap('caches', createMemoryCaches({ now })),
        rateLimiter: options.rateLimiter && wrap('limiter', options.rateLimiter),
      },
      { publicationPollMs: FAR_AWAY_MS, overload: NEVER_TOO_MUCH, ...options.serving },
      { logger: recordingLogger(lines, 'debug'), metrics: registry, tracing: options.tracing, now, elapsedMs: now },
    );
    await app.ready();
    apps.push(app);
    return app;
  };
  const app = await start(metrics);
  let made = 0;
  return {
    app,
    replica: () => start(new Registry()),
    views,
    log,
    keys,
    metrics,
    lines,
    makeKey: async (role, expiresAtMs = null) => {
      made += 1;
      const { id, secretHash, text } = makeKeyText(new Uint8Array(8).fill(made), crypto.getRandomValues(new Uint8Array(32)));
      await keys.add({ id, secretHash, name: `key ${made}`, role, createdAtMs: nowMs, expiresAtMs, revokedAtMs: null });
      return { id, text };
    },
    advance: (milliseconds) => void (nowMs += milliseconds),
    project: projector(log, speed),
    events: async () => {
      const all = await Promise.all(
        PARTITIONS.map(async (partition) =>
          (await eventsOf(log, partition)).map((record) => ({ partition, record, event: usable(partition, record).event })),
        ),
      );
      return all.flat();
    },
    close: async () => {
      for (const one of apps) await one.close();
      await keys.close();
      await speed.close();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
