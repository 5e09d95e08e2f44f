/** The layers wired to the embedded stores: what `up`, `serve`, `batch` and `status` have in common. */
import {
  type EmbeddedLake,
  type EmbeddedStores,
  isReadOnlyFolder,
  type LakeToRead,
  openEmbeddedLake,
  openEmbeddedStores,
  openLakeToRead,
  openStoresToRead,
  type StoresToRead,
} from '@rushes/adapters/embedded';
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import type { ScheduleOptions } from '@rushes/batch';
import { networkFileSystemOf, TerminalError, type Registry, type Session } from '@rushes/runtime';
import { DEFAULT_OPTIONS, startServing } from '@rushes/serving';

import { checkDataFolder, makeDataFolder } from './folders.ts';

/** Opens the stores of the data folder, which is created if it is not there; they are closed when the session ends. */
export const openStores = async (session: Session): Promise<EmbeddedStores> => {
  const { config, lifecycle, logger } = session;
  await makeDataFolder(session);
  const network = await networkFileSystemOf(config.folders.data);
  if (network !== undefined)
    logger.warn(
      { data: config.folders.data },
      `the data folder lies on ${network}: SQLite needs a local disk, and events may be lost as soon as two hosts use it (docs/operate.md)`,
    );
  const stores = await openEmbeddedStores(config.folders.data);
  stores.speed.onDamage((what) =>
    logger.error(
      `${what} was not what had been written: it is left out, answers say what they lack, and it is projected again from the log`,
    ),
  );
  lifecycle.onStop('the stores', () => stores.close());
  return stores;
};

/** The same for commands that only look. */
export const openExistingStores = async (session: Session): Promise<EmbeddedStores> => {
  await checkDataFolder(session.config.folders.data);
  return openStores(session);
};

/** Lake and batch views alone, for commands that look at versions: they do without a log, also where it is lost. */
export const openLake = async (session: Session): Promise<EmbeddedLake> => {
  const { config, lifecycle } = session;
  await checkDataFolder(config.folders.data);
  await makeDataFolder(session);
  const lake = await openEmbeddedLake(config.folders.data);
  lifecycle.onStop('the stores', () => lake.close());
  return lake;
};

/** The same for commands that only look, which make nothing and need not be able to. */
export const openLakeOnlyToRead = async ({ config, lifecycle }: Session): Promise<LakeToRead> => {
  await checkDataFolder(config.folders.data);
  const lake = await openLakeToRead(config.folders.data);
  lifecycle.onStop('the stores', () => lake.close());
  return lake;
};

/** What answers are made from. A folder that cannot be written to is opened only to be read. */
export const openStoresToServe = async (session: Session): Promise<EmbeddedStores | StoresToRead> => {
  const { config, lifecycle, logger } = session;
  const { data } = config.folders;
  if (!(await isReadOnlyFolder(data))) return openStores(session);
  const stores = await openStoresToRead(data);
  lifecycle.onStop('the stores', () => stores.close());
  logger.warn({ data }, 'the data folder cannot be written to: answers come from what is there, and nothing can be posted');
  return stores;
};

/** What a run, and a schedule of runs, need to know. */
export const batchOptionsOf = (
  { config }: Session,
  stores: EmbeddedStores,
  imdbFolder: string,
  { full = false, takeSample = false }: { readonly full?: boolean; readonly takeSample?: boolean },
): ScheduleOptions => ({
  ...config.batch,
  imdbFolder,
  workFolder: stores.scratchFolder,
  full,
  takeSample,
  alert: config.alert,
});

const cannotListen = (cause: unknown, { host, port }: Session['config']['http']): Error | undefined => {
  if (!(cause instanceof Error) || !('syscall' in cause) || cause.syscall !== 'listen') return undefined;
  const taken = 'code' in cause && cause.code === 'EADDRINUSE';
  return new TerminalError(taken ? `port ${port} of ${host} is taken` : `cannot listen on port ${port} of ${host}`, {
    hint: 'Name another with --port N or RUSHES_PORT; 0 takes a free one.',
    ...(taken ? {} : { cause }),
  });
};

/** Starts the HTTP service; its requests are drained when the session ends. Returns the address to reach it at. */
export const serve = async (
  { config, logger, lifecycle }: Session,
  stores: EmbeddedStores | StoresToRead,
  metrics: Registry,
): Promise<string> => {
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
