/** The stores of a system that moves, and those that it moves to, which are looked at before anything is written to them. */
import { makeDataFolder } from '@rushes/adapters/embedded';
import type { ApiKeyStore, BatchViewStore, EventLog, ObjectStore } from '@rushes/ports';
import { TerminalError, UsageError } from '@rushes/runtime';

import { checkServers, findingOf, type ServerFinding } from './check-servers.ts';
import type { FoundLog } from './found-store.ts';
import { scratchFolderIn, type StoreKind, type StoreLocations } from './locations.ts';
import { openStoresAt, type Stores } from './open-stores.ts';
import { openTogether } from './opened.ts';
import { MOVED_KNOWN_MS } from './refuse-moved.ts';
import { findStores } from './schemes.ts';

export { MOVED_KNOWN_MS };

const KINDS: readonly StoreKind[] = ['objects', 'views', 'log', 'speed', 'keys'];

/** Opens a system that is there, also if it has moved. @throws UsageError if there is none. */
export const openStoresToMove = async (at: StoreLocations, onWarning: (finding: ServerFinding) => void): Promise<Stores> => {
  const { log } = findStores(at);
  if (log.localPath === undefined && !(await log.isThere()))
    throw new UsageError(`there is no system to copy: ${log.location} has no log`, {
      hint: 'Name the system that is to be copied with --from.',
    });
  return openStoresAt(at, { evenIfMoved: true, onWarning });
};

/** @throws UsageError if a store of the one is a store of the other. */
export const requireApart = (from: StoreLocations, to: StoreLocations): void => {
  const [one, other] = [findStores(from), findStores(to)];
  const same = KINDS.filter((kind) => one[kind].location === other[kind].location);
  if (same.length > 0)
    throw new UsageError(`both systems have ${same.map((kind) => `stores.${kind}`).join(', ')} at the same place`, {
      hint: 'A system is copied to stores that are all others: name them in the file that --to names, or give it a data folder of its own (folders.data).',
    });
};

export interface MoveTargetStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly keys: ApiKeyStore;
  readonly log: FoundLog;
  readonly scratchFolder: string;
  /** Folders of this host that take what is copied: the data folder alone if all else is on servers. */
  readonly localFolders: readonly string[];
  close(): Promise<void>;
}

/** @throws TerminalError if something was projected into the speed store already. */
const requireFreshSpeedStore = async (at: StoreLocations): Promise<void> => {
  const { speed } = findStores(at);
  if (!(await speed.isThere())) return;
  const store = await speed.open({ readOnly: true });
  try {
    if ((await store.progress()).some(({ position }) => position !== undefined))
      throw new TerminalError(`${speed.location} holds what was projected from another log`, {
        hint: 'What the speed layer makes is not copied, it is made anew: name another keyspace or file for it, or remove this one.',
      });
  } finally {
    await store.close();
  }
};

/**
 * Opens what is copied into; it is made where it is not there. The log is not opened, nor made.
 * @throws TerminalError that names what is wrong with the servers.
 */
export const openMoveTarget = (at: StoreLocations, onWarning: (finding: ServerFinding) => void): Promise<MoveTargetStores> =>
  openTogether(async (opened) => {
    const found = findStores(at);
    const { objects, views, speed, keys, log } = found;
    (await checkServers({ objects, views, speed, keys, log: { location: log.location, check: async () => checkLog(log) } })).forEach(
      onWarning,
    );
    await makeDataFolder(at.dataFolder);
    await requireFreshSpeedStore(at);
    const scratchFolder = scratchFolderIn(at.dataFolder);
    await makeDataFolder(scratchFolder);
    const opening = {
      objects: await objects.open({ isChecked: true }),
      views: opened.add(await views.open({ isChecked: true })),
      keys: opened.add(await keys.open({ isChecked: true })),
    };
    const isLocal = [objects, views, log].some(({ localPath }) => localPath !== undefined);
    return { ...opening, log, scratchFolder, localFolders: isLocal ? [at.dataFolder] : [], close: opened.close };
  });

const checkLog = async ({ beginner }: FoundLog) => {
  try {
    await beginner.check();
    return { version: undefined, findings: [] };
  } catch (error) {
    return { version: undefined, findings: [findingOf(error)] };
  }
};

/** The log that is there, if one is whole, and the lake, for what asks where a system went. */
export const openWhereMoved = async (
  at: StoreLocations,
): Promise<{ readonly log: EventLog | undefined; readonly objects: ObjectStore; close(): Promise<void> }> =>
  openTogether(async (opened) => {
    const { log, objects } = findStores(at);
    const isWhole = (await log.beginner.state()) === 'there';
    return {
      objects: await objects.open({ isChecked: true }),
      log: isWhole ? opened.add(await log.open({ readOnly: true })) : undefined,
      close: opened.close,
    };
  });
