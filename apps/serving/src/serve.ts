/** The serving layer in a process: the HTTP service over stores that are open. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import { type Registry, type Session, TerminalError, TransientError } from '@rushes/runtime';
import { DEFAULT_OPTIONS, startServing } from '@rushes/serving';
import type { Stores, StoresToRead } from '@rushes/stores';

const cannotListen = (cause: unknown, { host, port }: Session['config']['http']): Error | undefined => {
  if (!(cause instanceof Error) || !('syscall' in cause) || cause.syscall !== 'listen') return undefined;
  const taken = 'code' in cause && cause.code === 'EADDRINUSE';
  return new TerminalError(taken ? `port ${port} of ${host} is taken` : `cannot listen on port ${port} of ${host}`, {
    hint: 'Name another with --port N or RUSHES_PORT; 0 takes a free one.',
    ...(taken ? {} : { cause }),
  });
};

/** Starts the HTTP service; its requests are drained when the session ends. Returns the address to reach it at. */
export const serve = async ({ config, logger, lifecycle }: Session, stores: Stores | StoresToRead, metrics: Registry): Promise<string> => {
  const { perMinute, burst } = config.rateLimit;
  const server = await startServing(
    {
      ...stores,
      isReadOnly: 'outdated' in stores,
      caches: createMemoryCaches(),
      rateLimiter: perMinute === 0 ? undefined : createMemoryRateLimiter({ perMinute, burst }),
    },
    { ...config.http, ...config.serving, overload: { ...DEFAULT_OPTIONS.overload, ...config.overload } },
    { logger, metrics },
  ).catch((cause: unknown) => {
    throw cannotListen(cause, config.http) ?? cause;
  });
  lifecycle.onStop('the HTTP service', () => server.close());
  return server.url;
};

/** Resolves when a stop is asked for. @throws TransientError if the stores have to be opened anew. */
export const untilStopped = async ({ lifecycle }: Session, stores: Stores | StoresToRead): Promise<void> => {
  const ended = await Promise.race([lifecycle.stopRequested, ...('outdated' in stores ? [stores.outdated] : [])]);
  if (ended !== undefined && !lifecycle.signal.aborted)
    throw new TransientError('the data folder cannot be read any more', { hint: 'Start again.', cause: ended });
};
