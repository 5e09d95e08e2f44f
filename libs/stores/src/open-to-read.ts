/** Stores that cannot be written to: a disk mounted read-only, or another user's. Nothing is made in them, changed or locked. */
import { type DiskSpace, diskSpace } from '@rushes/adapters/embedded';
import {
  type ApiKeyStore,
  type BatchViewStore,
  type EventLog,
  logFault,
  type ObjectStore,
  projectionOf,
  type SpeedStore,
} from '@rushes/ports';
import type { OpenEngine } from '@rushes/ports/batch-engine';
import { PROJECTION } from '@rushes/views';

import { openEngine } from './batch-engine.ts';
import type { StoreLocations } from './locations.ts';
import { MismatchedStoresError } from './mismatched-stores.ts';
import { type Opened, openTogether } from './opened.ts';
import { findStores } from './schemes.ts';

export interface LakeToRead {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  /** For what is computed over them. */
  readonly openEngine: OpenEngine;
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
    for (const looked of [log.bounds(), speed.progress()]) looked.catch(outdated.resolve);
  }, WATCH_MS).unref();
  return { outdated: outdated.promise, close: async () => clearInterval(timer) };
};

const openLake = async (at: StoreLocations, opened: Opened): Promise<LakeToRead> => {
  const found = findStores(at);
  const objects = await found.objects.open({ readOnly: true });
  const views = opened.add(await found.views.open({ readOnly: true }));
  return { objects, views, openEngine, close: opened.close };
};

/** Lake and batch views. */
export const openLakeToReadAt = (at: StoreLocations): Promise<LakeToRead> => openTogether((opened) => openLake(at, opened));

/** @throws Error if there is no log or no speed store, and MismatchedStoresError if they do not belong together. */
export const openStoresToReadAt = (at: StoreLocations): Promise<StoresToRead> =>
  openTogether(async (opened) => {
    const found = findStores(at);
    for (const { isThere, localPath } of [found.log, found.speed])
      if (!(await isThere()))
        throw new Error(
          `${localPath} is not there, and cannot be made in a folder that cannot be written to: run \`rushes up\` on the folder once where it can`,
        );
    const lake = await openLake(at, opened);
    const log = opened.add(await found.log.open({ readOnly: true }));
    const speedStore = opened.add(await found.speed.open({ readOnly: true }));
    const fault = await logFault({ ...lake, log, speed: speedStore });
    if (fault) throw new MismatchedStoresError(fault);
    const speed = projectionOf(speedStore, PROJECTION);
    const keys = (await found.keys.isThere()) ? opened.add(await found.keys.open({ readOnly: true })) : undefined;
    const { outdated } = opened.add(watch({ log, speed }));
    return { ...lake, log, speed, keys, space: diskSpace(at.dataFolder), outdated };
  });
