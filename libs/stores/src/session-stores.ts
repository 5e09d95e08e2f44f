/** The stores of a process as its configuration places them: opened at its start, closed when it ends, and told of in its log. */
import { dirname } from 'node:path';

import { isReadOnlyFolder } from '@rushes/adapters/embedded';
import { type ApiKeyStore, countRecentLetters, type Coverage, ownedByMember } from '@rushes/ports';
import { networkFileSystemOf, type Session, UsageError } from '@rushes/runtime';

import { checkDataFolder, makeDataFolder } from './folders.ts';
import type { FoundStore } from './found-store.ts';
import { type ProcessState, readProcesses } from './heartbeat.ts';
import { configuredLocations } from './locations.ts';
import { type LakeStores, openKeysAt, openLakeAt, openStoresAt, type Stores } from './open-stores.ts';
import { type LakeToRead, openLakeToReadAt, openStoresToReadAt, type StoresToRead } from './open-to-read.ts';
import { findStores, localPathsOf, storesElsewhere } from './schemes.ts';

/** Opens all stores; those that are not there are made. */
export const openStores = async (session: Session): Promise<Stores> => {
  const { config, lifecycle, logger } = session;
  const at = configuredLocations(config);
  await makeDataFolder(session);
  const stores = await openStoresAt(at, {
    traces: session.tracing !== undefined,
    onWarning: ({ kind, location, message, hint }) => logger.warn({ store: kind, location }, `${message}. ${hint}`),
  });
  lifecycle.onStop('the stores', () => stores.close());
  for (const folder of new Set(localPathsOf(at).map((path) => dirname(path)))) {
    const network = await networkFileSystemOf(folder);
    if (network !== undefined)
      logger.warn(
        { data: folder },
        `the data folder lies on ${network}: SQLite needs a local disk, and events may be lost as soon as two hosts use it (docs/operate.md)`,
      );
  }
  stores.speed.onDamage((what) =>
    logger.error(
      `${what} was not what had been written: it is left out, answers say what they lack, and it is projected again from the log`,
    ),
  );
  return stores;
};

/** The same for commands that only look. */
export const openExistingStores = async (session: Session): Promise<Stores> => {
  await checkDataFolder(session.config.folders.data);
  return openStores(session);
};

/** Lake and batch views alone, for commands that look at versions: they do without a log, also where it is lost. */
export const openLake = async (session: Session): Promise<LakeStores> => {
  const { config, lifecycle } = session;
  await checkDataFolder(config.folders.data);
  await makeDataFolder(session);
  const lake = await openLakeAt(configuredLocations(config));
  lifecycle.onStop('the stores', () => lake.close());
  return lake;
};

/** The same for commands that only look, which make nothing and need not be able to. */
export const openLakeToRead = async ({ config, lifecycle }: Session): Promise<LakeToRead> => {
  await checkDataFolder(config.folders.data);
  const lake = await openLakeToReadAt(configuredLocations(config));
  lifecycle.onStop('the stores', () => lake.close());
  return lake;
};

/** Looks at one store, which is opened only to be read. @param none what is said where there is none yet. */
const lookAt = async <Store extends { close(): Promise<void> }, T>(
  { isThere, open }: Pick<FoundStore<Store>, 'isThere' | 'open'>,
  none: T,
  look: (store: Store) => Promise<T>,
): Promise<T> => {
  if (!(await isThere())) return none;
  const store = await open({ readOnly: true });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
};

const foundBy = ({ config }: Pick<Session, 'config'>) => findStores(configuredLocations(config));

/** Which processes run on the stores, as they say themselves. */
export const readRunningProcesses = (session: Pick<Session, 'config'>): Promise<readonly ProcessState[]> =>
  lookAt(foundBy(session).speed, [], async (speed) => {
    const [processes, owned] = await Promise.all([readProcesses(speed.heartbeats), ownedByMember(speed)]);
    return processes.map((one) => (one.layer === 'speed' ? { ...one, state: { ...one.state, partitions: owned.get(one.id) ?? 0 } } : one));
  });

/** What the speed store covers. */
export const readCoverage = (session: Pick<Session, 'config'>): Promise<readonly Coverage[]> =>
  lookAt(foundBy(session).speed, [], async (speed) => (await speed.progress()).flatMap(({ coverage }) => coverage));

/** Dead letters of the last hour in the log. */
export const readRecentLetters = (session: Pick<Session, 'config'>): Promise<number> =>
  lookAt(foundBy(session).log, 0, (log) => countRecentLetters(log, Date.now()));

/** What answers are made from. Where something local cannot be written to, all of it is opened only to be read. */
export const openStoresToServe = async (session: Session): Promise<Stores | StoresToRead> => {
  const { config, lifecycle, logger } = session;
  const at = configuredLocations(config);
  const folders = [...new Set([at.dataFolder, ...localPathsOf(at).map((path) => dirname(path))])];
  const closed = await Promise.all(folders.map(async (folder) => ((await isReadOnlyFolder(folder)) ? [folder] : [])));
  if (closed.flat().length === 0) return openStores(session);
  const stores = await openStoresToReadAt(at);
  lifecycle.onStop('the stores', () => stores.close());
  logger.warn({ data: closed.flat() }, 'the data folder cannot be written to: answers come from what is there, and nothing can be posted');
  return stores;
};

/** Opens the API keys, which are made if they are not there; they are closed when the session ends. */
export const openKeys = async (session: Session): Promise<ApiKeyStore> => {
  const { config, lifecycle } = session;
  await makeDataFolder(session);
  const keys = await openKeysAt(configuredLocations(config));
  lifecycle.onStop('the API keys', () => keys.close());
  return keys;
};

/** The same for commands that make no key. */
export const openExistingKeys = async (session: Session): Promise<ApiKeyStore> => {
  await checkDataFolder(session.config.folders.data);
  return openKeys(session);
};

/**
 * Makes sure that the data folder is all there is, for what copies it or puts something in its place.
 * @throws UsageError if a store is configured to be elsewhere.
 */
export const requireWholeDataFolder = ({ config }: Pick<Session, 'config'>): void => {
  const kinds = storesElsewhere(configuredLocations(config));
  if (kinds.length > 0)
    throw new UsageError(
      `not everything is in the data folder ${config.folders.data}: ${kinds.map((kind) => `stores.${kind}`).join(', ')}`,
      {
        hint: 'This command works on a data folder that holds all stores. A system on servers is copied into one by `rushes copy --keep`, and out of one by `rushes copy`.',
      },
    );
};
