/** The stores that need nothing but a folder: where each of them lies in it, and opening and closing them together. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { ApiKeyStore, BatchViewStore, EventLog, ObjectStore, SpeedStore } from '@rushes/ports';

import { openFolderObjectStore } from '../folder-object-store/index.ts';
import { openSqliteApiKeys } from '../sqlite-api-keys/index.ts';
import { openSqliteBatchViews } from '../sqlite-batch-views/index.ts';
import { openSqliteEventLog } from '../sqlite-event-log/index.ts';
import { openSqliteSpeedStore } from '../sqlite-speed-store/index.ts';

export interface EmbeddedStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog;
  readonly speed: SpeedStore;
  readonly keys: ApiKeyStore;
  /** Folder for scratch files; what lies in it may be deleted when nothing runs. */
  readonly scratchFolder: string;
  close(): Promise<void>;
}

/** Opens the API keys in `dataFolder` alone. */
export const openEmbeddedKeys = (dataFolder: string): Promise<ApiKeyStore> => openSqliteApiKeys(join(dataFolder, 'keys.sqlite'));

/** Opens the stores in `dataFolder`, which is created if it is not there. `now`: the clock of the log and of what expires. */
export const openEmbeddedStores = async (dataFolder: string, now: () => number = Date.now): Promise<EmbeddedStores> => {
  const scratchFolder = join(dataFolder, 'tmp');
  await mkdir(scratchFolder, { recursive: true });
  const objects = await openFolderObjectStore(join(dataFolder, 'lake'));
  const views = await openSqliteBatchViews(join(dataFolder, 'views'));
  const log = await openSqliteEventLog(join(dataFolder, 'log.sqlite'), { now });
  const speed = await openSqliteSpeedStore(join(dataFolder, 'speed.sqlite'), { now });
  const keys = await openEmbeddedKeys(dataFolder);
  const close = async (): Promise<void> => {
    await keys.close();
    await speed.close();
    await log.close();
    await views.close();
  };
  return { objects, views, log, speed, keys, scratchFolder, close };
};
