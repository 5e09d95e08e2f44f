/**
 * The one place where stores are opened to be used. Invariant: stores that do not belong together are not opened together, and no empty log takes the
 * place of a lost one.
 */
import { type DiskSpace, diskSpace, makeDataFolder } from '@rushes/adapters/embedded';
import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import {
  type ApiKeyStore,
  type BatchViewStore,
  type DuplicateFilters,
  type EventLog,
  type Heartbeats,
  knownLog,
  logFault,
  logFaultOfSource,
  LOST_LOG_HINT,
  movedFault,
  type ObjectStore,
  type Owners,
  projectionOf,
  readMoved,
  type SoleWork,
  soleWork,
  type SpeedStore,
} from '@rushes/ports';
import type { OpenEngine } from '@rushes/ports/batch-engine';
import { PROJECTION } from '@rushes/views';

import { openEngine } from './batch-engine.ts';
import { checkServers, type ServerFinding } from './check-servers.ts';
import { locationsIn, scratchFolderIn, type StoreLocations } from './locations.ts';
import { MismatchedStoresError } from './mismatched-stores.ts';
import { type Opened, openTogether } from './opened.ts';
import { refuseMoved } from './refuse-moved.ts';
import { findStores } from './schemes.ts';

/** What batch runs published. */
export interface LakeStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  /** What batch runs and the speed layer tell duplicates by. */
  readonly duplicateFilters: DuplicateFilters;
  /** What batch runs compute with. */
  readonly openEngine: OpenEngine;
  /** Folder for scratch files; what lies in it may be deleted when nothing runs. */
  readonly scratchFolder: string;
  /** What the data folder takes of its disk, and what is left. */
  readonly space: () => Promise<DiskSpace>;
  close(): Promise<void>;
}

export interface Stores extends LakeStores {
  readonly log: EventLog;
  /** As this code's projection sees it. */
  readonly speed: SpeedStore;
  /** Who projects which partition into the speed store. */
  readonly owners: Owners;
  /** Work of this name that one process at a time does, whatever projection it is of. @param process an id that no other has. */
  readonly soleWork: (name: string, process: string) => SoleWork;
  /** Which processes run on these stores. */
  readonly heartbeats: Heartbeats;
  readonly keys: ApiKeyStore;
}

const openLake = async (at: StoreLocations, opened: Opened, isChecked = false): Promise<LakeStores> => {
  const found = findStores(at);
  const { dataFolder } = at;
  await makeDataFolder(dataFolder);
  const scratchFolder = scratchFolderIn(dataFolder);
  const objects = await found.objects.open({ isChecked });
  const duplicateFilters = await openSqliteDuplicateFilters(scratchFolder);
  const views = opened.add(await found.views.open({ isChecked }));
  return { objects, views, duplicateFilters, openEngine, scratchFolder, space: diskSpace(dataFolder), close: opened.close };
};

/** Opens lake and batch views alone, for what does without a log, also where that is lost. */
export const openLakeAt = (at: StoreLocations): Promise<LakeStores> => openTogether((opened) => openLake(at, opened));

/** Opens the API keys alone. */
export const openKeysAt = async (at: StoreLocations): Promise<ApiKeyStore> => {
  const { keys } = findStores(at);
  await makeDataFolder(at.dataFolder);
  return keys.open();
};

export interface OpenOptions {
  /** The clock of the log and of what expires, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Told what a server should have otherwise, and can be used with. */
  readonly onWarning?: (finding: ServerFinding) => void;
  /** Keeps in the log where records stand in traces. */
  readonly traces?: boolean;
  /** Opens it although it has moved: for what moves it. */
  readonly evenIfMoved?: boolean;
}

/**
 * Opens all stores; those that are not there are made.
 * @throws TerminalError that names all that is wrong with the servers, and
 * @throws MismatchedStoresError if the log is not the one that the lake, the batch views or the speed store were made from.
 */
export const openStoresAt = (
  at: StoreLocations,
  { now = Date.now, onWarning = () => {}, traces = false, evenIfMoved = false }: OpenOptions = {},
): Promise<Stores> =>
  openTogether(async (opened) => {
    const found = findStores(at);
    (await checkServers(found)).forEach(onWarning);
    const lake = await openLake(at, opened, true);
    const moved = evenIfMoved ? undefined : await readMoved(lake.objects);
    if (moved) throw new MismatchedStoresError(movedFault(lake.objects, moved));
    if (!(await found.log.isThere())) {
      const known = await knownLog(lake.objects, lake.views);
      if (known)
        throw new MismatchedStoresError({
          message: `${found.log.localPath ?? 'the log'} is not there, but ${known.told}`,
          hint: LOST_LOG_HINT,
        });
    }
    const opening = opened.add(await found.log.open({ now, isChecked: true, traces }));
    const log = evenIfMoved ? opening : refuseMoved(opening, lake.objects);
    const speedStore = opened.add(await found.speed.open({ now, isChecked: true }));
    const fault = await (evenIfMoved ? logFaultOfSource : logFault)({ ...lake, log, speed: speedStore });
    if (fault) throw new MismatchedStoresError(fault);
    const speed = projectionOf(speedStore, PROJECTION);
    const keys = opened.add(await found.keys.open({ isChecked: true }));
    return {
      ...lake,
      log,
      speed,
      owners: speed.owners,
      soleWork: (name, process) => soleWork(speedStore, name, process),
      heartbeats: speed.heartbeats,
      keys,
    };
  });

/** Opens the stores of one data folder, which is created if it is not there. See `openStoresAt`. */
export const openEmbeddedStores = (dataFolder: string, now?: () => number): Promise<Stores> =>
  openStoresAt(locationsIn(dataFolder), now === undefined ? {} : { now });
