/** The service with made-up data, without a socket. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import type { Caches, ObjectStore, RateLimiter } from '@rushes/ports';
import { createLogger, Registry, type Logger } from '@rushes/runtime';
import type { FastifyInstance } from 'fastify';

import { buildApp } from '../src/app.ts';
import { DEFAULT_OPTIONS, type ServingOptions } from '../src/options.ts';
import { publish, type Catalog } from './catalog.ts';
import { CATALOG } from './films.ts';
import { MANIFEST } from './manifest.ts';
import { memoryBatchViews, type MemoryBatchViews } from './memory-batch-views.ts';

/** Many requests, and a machine that does other things too: load is tested by itself. */
export const NEVER_TOO_MUCH: ServingOptions['overload'] = { ...DEFAULT_OPTIONS.overload, maxEventLoopDelayMs: 0, maxWaitMs: 0 };

/** Whoever asks for a stream without a socket waits for its end. */
const SOON_OVER: ServingOptions['eventStreams'] = { ...DEFAULT_OPTIONS.eventStreams, maxMs: 1 };

export interface ServiceOptions {
  /** In memory by default. */
  readonly caches?: Caches;
  /** `undefined`: nothing is published. */
  readonly catalog?: Catalog | undefined;
  readonly serving?: Partial<ServingOptions>;
  readonly rateLimiter?: RateLimiter;
  readonly logger?: Logger;
  readonly objects?: ObjectStore;
}

export interface Service {
  readonly app: FastifyInstance;
  readonly views: MemoryBatchViews;
  readonly metrics: Registry;
}

/** Only what this layer asks of an object store. `manifest`: the text of version 1's; `null`: it is not there. */
export const objectStore = (manifest: string | null = JSON.stringify(MANIFEST)): ObjectStore => {
  const refuse = (): never => {
    throw new Error('not used by the serving layer');
  };
  const unused = () => Promise.reject(new Error('not used by the serving layer'));
  return {
    location: 'memory',
    uriOf: (key) => `s3://memory/${key}`,
    get: async (key) => (key === 'manifests/manifest-1.json' && manifest !== null ? new TextEncoder().encode(manifest) : undefined),
    putIfAbsent: unused,
    put: unused,
    putFile: unused,
    getFile: unused,
    sha256: unused,
    head: unused,
    read: refuse,
    list: refuse,
    delete: unused,
  };
};

/** A logger whose lines go to `lines`, parsed. */
export const recordingLogger = (lines: Record<string, unknown>[], level = 'info'): Logger =>
  createLogger(
    {
      level,
      format: 'json',
      terminal: { interactive: false, colors: false, columns: 80, write: () => undefined, showLive: () => undefined },
    },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) }, // as: log lines are JSON objects
  );

/** Publications are looked for only when a test says so: polling is far away. */
const FAR_AWAY_MS = 3_600_000;

export const startService = async (options: ServiceOptions = {}): Promise<Service> => {
  const views = memoryBatchViews();
  const catalog = 'catalog' in options ? options.catalog : CATALOG;
  if (catalog !== undefined) await publish(views, 1, 1, catalog);
  const metrics = new Registry();
  const app = buildApp(
    { views, objects: options.objects ?? objectStore(), caches: options.caches ?? createMemoryCaches(), rateLimiter: options.rateLimiter },
    { publicationPollMs: FAR_AWAY_MS, overload: NEVER_TOO_MUCH, eventStreams: SOON_OVER, ...options.serving },
    { logger: options.logger ?? recordingLogger([]), metrics, now: () => Date.parse('2026-03-01T11:00:00Z') },
  );
  await app.ready();
  return { app, views, metrics };
};
