/** The HTTP service over stores that are open, until the session ends. */
import type { Caches, RateLimiter } from '@rushes/ports';
import { countSpans, type Registry, type Session, TerminalError } from '@rushes/runtime';
import { DEFAULT_OPTIONS, type RunningServer, type ServingContext, type ServingStores, startServing } from '@rushes/serving';
import { gaugeProcesses, quotaWarnings, readProcesses, startHeartbeat, type Stores, type StoresToRead } from '@rushes/stores';

import { tokenOptions } from './token-options.ts';

/** What a process keeps beside its stores, and how it shows itself. */
export interface ServiceParts extends Pick<ServingContext, 'exposition' | 'workers' | 'shownByOthers'> {
  readonly metrics: Registry;
  readonly caches: Caches;
  /** Where accepted requests are kept, if not among `caches`. */
  readonly receipts?: Caches;
  /** `undefined`: no limit. */
  readonly rateLimiter: RateLimiter | undefined;
  readonly cacheTrouble: ServingStores['cacheTrouble'];
}

const cannotListen = (cause: unknown, { host, port }: Session['config']['http']): Error | undefined => {
  // A worker's port is bound by the main process.
  if (!(cause instanceof Error) || !('syscall' in cause) || !['listen', 'bind'].includes(String(cause.syscall))) return undefined;
  const taken = 'code' in cause && cause.code === 'EADDRINUSE';
  return new TerminalError(taken ? `port ${port} of ${host} is taken` : `cannot listen on port ${port} of ${host}`, {
    hint: 'Name another with --port N or RUSHES_PORT; 0 takes a free one.',
    ...(taken ? {} : { cause }),
  });
};

/** Starts the HTTP service; its requests are drained when the session ends. */
export const startService = async (
  { config, logger, lifecycle, tracing }: Session,
  stores: Stores | StoresToRead,
  { metrics, caches, receipts, rateLimiter, cacheTrouble, ...shown }: ServiceParts,
): Promise<RunningServer> => {
  const server = await startServing(
    {
      ...stores,
      isReadOnly: 'outdated' in stores,
      caches,
      receipts,
      rateLimiter,
      cacheTrouble,
      toldByOthers: 'heartbeats' in stores ? async () => quotaWarnings(await readProcesses(stores.heartbeats)) : undefined,
    },
    {
      ...config.http,
      ...config.serving,
      tokens: tokenOptions(config.jwt),
      overload: { ...DEFAULT_OPTIONS.overload, ...config.overload },
      eventStreams: { ...DEFAULT_OPTIONS.eventStreams, ...config.eventStreams },
    },
    { logger, metrics, tracing, ...shown },
  ).catch((cause: unknown) => {
    throw cannotListen(cause, config.http) ?? cause;
  });
  lifecycle.onStop('the HTTP service', () => server.close());
  countSpans(metrics, tracing);
  if ('heartbeats' in stores) {
    gaugeProcesses(metrics, stores.heartbeats);
    startHeartbeat({ logger, lifecycle }, stores.heartbeats, 'serving', () => ({ ...server.state(), url: server.url }));
  }
  return server;
};
