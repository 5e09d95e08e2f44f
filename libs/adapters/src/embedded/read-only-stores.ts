/** The stores of a data folder that cannot be written to: a disk mounted read-only, or another user's. Nothing is made in it, changed or locked. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

import { type ApiKeyStore, type BatchViewStore, type EventLog, logFault, type ObjectStore, type SpeedStore } from '@rushes/ports';

import { hasCode, isThere } from '../crash-safety/entries.ts';
import { openFolderObjectStore } from '../folder-object-store/index.ts';
import { openSqliteApiKeys } from '../sqlite-api-keys/index.ts';
import { openSqliteBatchViews } from '../sqlite-batch-views/index.ts';
import { openSqliteEventLog } from '../sqlite-event-log/index.ts';
import { openSqliteSpeedStore } from '../sqlite-speed-store/index.ts';
import { type DiskSpace, diskSpace } from './disk-space.ts';
import { keysFileIn, logFileIn, speedFileIn } from './files.ts';
import { MismatchedStoresError } from './mismatched-stores.ts';

export interface LakeToRead {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  close(): Promise<void>;
}

export interface StoresToRead extends LakeToRead {
  readonly log: EventLog;
  readonly speed: SpeedStore;
  /** `undefined`: there are none. */
  readonly keys: ApiKeyStore | undefined;
  readonly space: () => Promise<DiskSpace>;
  /** Resolves with the reason once the stores cannot be read any more, as where somebody began to write to them: then they have to be opened anew. */
  readonly outdated: Promise<unknown>;
}

const WATCH_MS = 1_000;

const watch = ({ log, speed }: Pick<StoresToRead, 'log' | 'speed'>) => {
  const outdated = Promise.withResolvers<unknown>();
  const timer = setInterval(() => {
    for (const looked of [log.highestBarrier(), speed.progress()]) looked.catch(outdated.resolve);
  }, WATCH_MS).unref();
  return { outdated: outdated.promise, close: async () => clearInterval(timer) };
};

/** Whether nothing can be made in the folder, by this user at least. */
export const isReadOnlyFolder = async (folder: string): Promise<boolean> => {
  try {
    await access(folder, constants.W_OK);
    return false;
  } catch (error) {
    if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return true;
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
};

/** Lake and batch views. */
export const openLakeToRead = async (dataFolder: string): Promise<LakeToRead> => {
  const objects = await openFolderObjectStore(join(dataFolder, 'lake'), { readOnly: true });
  const views = await openSqliteBatchViews(join(dataFolder, 'views'), { readOnly: true });
  return { objects, views, close: () => views.close() };
};

/** @throws Error if there is no log or no speed store, and MismatchedStoresError if they do not belong together. */
export const openStoresToRead = async (dataFolder: string): Promise<StoresToRead> => {
  const lake = await openLakeToRead(dataFolder);
  const opened: { close(): Promise<void> }[] = [lake];
  const close = async (): Promise<void> => {
    for (const store of opened.toReversed()) await store.close();
  };
  try {
    for (const path of [logFileIn(dataFolder), speedFileIn(dataFolder)])
      if (!(await isThere(path)))
        throw new Error(
          `${path} is not there, and cannot be made in a folder that cannot be written to: run \`rushes up\` on the folder once where it can`,
        );
    const log = await openSqliteEventLog(logFileIn(dataFolder), { readOnly: true });
    opened.push(log);
    const speed = await openSqliteSpeedStore(speedFileIn(dataFolder), { readOnly: true });
    opened.push(speed);
    const fault = await logFault({ ...lake, log, speed });
    if (fault) throw new MismatchedStoresError(fault);
    const keysFile = keysFileIn(dataFolder);
    const keys = (await isThere(keysFile)) ? await openSqliteApiKeys(keysFile, { readOnly: true }) : undefined;
    if (keys) opened.push(keys);
    const watching = watch({ log, speed });
    opened.push(watching);
    return { ...lake, log, speed, keys, space: diskSpace(dataFolder), outdated: watching.outdated, close };
  } catch (error) {
    await close();
    throw error;
  }
};
