/**
 * The stores that need nothing but a folder: where each of them lies in it, and opening and closing them together. Invariant: stores that do not belong
 * together are not opened together, and no empty log takes the place of a lost one.
 */
import { join } from 'node:path';

import {
  type ApiKeyStore,
  type BatchViewStore,
  type DuplicateFilters,
  type EventLog,
  knownLog,
  type LogFault,
  logFault,
  LOST_LOG_HINT,
  type ObjectStore,
  type Owners,
  type SpeedStore,
} from '@rushes/ports';

import { isThere } from '../crash-safety/entries.ts';
import { openFolderObjectStore } from '../folder-object-store/index.ts';
import { openSqliteApiKeys } from '../sqlite-api-keys/index.ts';
import { openSqliteBatchViews } from '../sqlite-batch-views/index.ts';
import { openSqliteDuplicateFilters } from '../sqlite-duplicate-filters/index.ts';
import { openSqliteEventLog } from '../sqlite-event-log/index.ts';
import { openSqliteSpeedStore } from '../sqlite-speed-store/index.ts';
import { makeDataFolder } from './data-folder.ts';
import { type DiskSpace, diskSpace } from './disk-space.ts';
import { keysFileIn, logFileIn, speedFileIn } from './files.ts';
import { MismatchedStoresError } from './mismatched-stores.ts';

export { backUp, type BackUpOptions, type BackUpReport, type CopiedStores } from './backup/back-up.ts';
export { restoreBackup, type RestoreOptions, type RestoreReport } from './backup/restore.ts';
export { type FolderAccess, makeDataFolder } from './data-folder.ts';
export { beginLogAnew, openWhatIsLeft, type LeftStores, type NewLog } from './begin-log-anew.ts';

export { isReadOnlyFolder, type LakeToRead, openLakeToRead, openStoresToRead, type StoresToRead } from './read-only-stores.ts';

/** What batch runs published. */
export interface EmbeddedLake {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  /** What batch runs and the speed layer tell duplicates by. */
  readonly duplicateFilters: DuplicateFilters;
  /** Folder for scratch files; what lies in it may be deleted when nothing runs. */
  readonly scratchFolder: string;
  /** What the folder takes of its disk, and what is left. */
  readonly space: () => Promise<DiskSpace>;
  close(): Promise<void>;
}

export interface EmbeddedStores extends EmbeddedLake {
  readonly log: EventLog;
  readonly speed: SpeedStore;
  readonly owners: Owners;
  readonly keys: ApiKeyStore;
}

/** Opens the API keys in `dataFolder` alone. */
export const openEmbeddedKeys = async (dataFolder: string): Promise<ApiKeyStore> => {
  await makeDataFolder(dataFolder);
  return openSqliteApiKeys(keysFileIn(dataFolder));
};

/** Opens the lake and the batch views in `dataFolder`, which is created if it is not there. */
export const openEmbeddedLake = async (dataFolder: string): Promise<EmbeddedLake> => {
  await makeDataFolder(dataFolder);
  const scratchFolder = join(dataFolder, 'tmp');
  const objects = await openFolderObjectStore(join(dataFolder, 'lake'));
  const duplicateFilters = await openSqliteDuplicateFilters(scratchFolder);
  const views = await openSqliteBatchViews(join(dataFolder, 'views'));
  return { objects, views, duplicateFilters, scratchFolder, space: diskSpace(dataFolder), close: () => views.close() };
};

const lostLog = async (path: string, { objects, views }: EmbeddedLake): Promise<LogFault | undefined> => {
  if (await isThere(path)) return undefined;
  const known = await knownLog(objects, views);
  return known && { message: `${path} is not there, but ${known.told}`, hint: LOST_LOG_HINT };
};

/**
 * Opens the stores in `dataFolder`, which is created if it is not there. `now`: the clock of the log and of what expires.
 * @throws MismatchedStoresError if the log is not the one that the lake, the batch views or the speed store were made from.
 */
export const openEmbeddedStores = async (dataFolder: string, now: () => number = Date.now): Promise<EmbeddedStores> => {
  const lake = await openEmbeddedLake(dataFolder);
  const opened: { close(): Promise<void> }[] = [lake];
  const close = async (): Promise<void> => {
    for (const store of opened.toReversed()) await store.close();
  };
  try {
    const logPath = logFileIn(dataFolder);
    const lost = await lostLog(logPath, lake);
    if (lost) throw new MismatchedStoresError(lost);
    const log = await openSqliteEventLog(logPath, { now });
    opened.push(log);
    const speed = await openSqliteSpeedStore(speedFileIn(dataFolder), { now });
    opened.push(speed);
    const fault = await logFault({ ...lake, log, speed });
    if (fault) throw new MismatchedStoresError(fault);
    const keys = await openEmbeddedKeys(dataFolder);
    opened.push(keys);
    return { ...lake, log, speed, owners: speed.owners, keys, close };
  } catch (error) {
    await close();
    throw error;
  }
};
