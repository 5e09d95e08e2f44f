import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { ArtefactNotFoundError, type ArtefactState, type BatchViewStore, type HashOptions } from '@rushes/ports';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { isThere, isThereSync } from '../crash-safety/entries.ts';
import { makeFolder } from '../crash-safety/sync.ts';
import { removeLeftovers } from '../crash-safety/temporary-files.ts';
import { createFileHashes } from '../file-hash/file-hash.ts';
import { atBoundary, storeBoundary } from '../store-errors/store-boundary.ts';
import { openArtefactFile } from './artefact-file.ts';
import { artefactReader, openThreads } from './artefact-reader.ts';
import { buildArtefact } from './build.ts';
import { damaged, readSeals } from './damage.ts';
import { STORE_FILE, insertPublication, newestPublications, openStoreFile } from './publications.ts';
import { openRetired } from './retired.ts';

export interface SqliteBatchViewsOptions {
  /** Only reads: the folder need not be writable, nor exist yet. Default: false. */
  readonly readOnly?: boolean;
  /** Long lists and counts that run at once, each on a thread. Default: one less than the processor runs at once, at most 4, at least 1. */
  readonly scanThreads?: number;
  /** How long a call waits while another process has the publications locked. Default: 10 seconds. */
  readonly lockWaitMs?: number;
  /** Milliseconds since 1970, by which retired artefacts age. */
  readonly now?: () => number;
}

const ARTEFACT = /^[a-z0-9_-]{1,100}$/;
const FILE = /^([a-z0-9_-]{1,100})\.sqlite$/;
const MOST_DEFAULT_THREADS = 4;

/**
 * The batch views in a folder: a SQLite file per artefact, and one of publications. Several processes may use the folder at once.
 * Opening it for writing removes what crashed builds left behind.
 */
export const openSqliteBatchViews = async (folder: string, options: SqliteBatchViewsOptions = {}): Promise<BatchViewStore> => {
  const location = resolve(folder);
  const readOnly = options.readOnly ?? false;
  if (!readOnly)
    await atBoundary({ location }, 'open', async () => {
      await makeFolder(location);
      await removeLeftovers(location);
    });
  const threads = openThreads(options.scanThreads ?? Math.max(1, Math.min(MOST_DEFAULT_THREADS, availableParallelism() - 1)));
  const file = openStoreFile(location, readOnly, options.lockWaitMs);

  const pathOf = (artefact: string): string => {
    if (!ARTEFACT.test(artefact) || artefact === STORE_FILE) {
      throw new ArtefactFaultError(
        `an artefact cannot be named ${JSON.stringify(artefact)}: 1 to 100 of a-z, 0-9, _ and -, but not ${STORE_FILE}`,
      );
    }
    return join(location, `${artefact}.sqlite`);
  };
  const retired = openRetired(file, location, pathOf, options.now ?? Date.now);
  const writable = (doing: string): void => {
    if (readOnly) throw new Error(`${location} was opened read-only: open it for writing before ${doing}`);
  };
  const hashes = createFileHashes();
  /** Files that were found damaged, as they were then: one that took their place, or was restored, is looked at anew. */
  const found = new Map<string, string>();
  const identityOf = (path: string): string => {
    const info = statSync(path, { bigint: true, throwIfNoEntry: false });
    return info === undefined ? '' : [info.ino, info.size, info.mtimeNs].join(' ');
  };
  const refuseDamaged = (path: string): void => {
    if (found.has(path) && found.get(path) === identityOf(path)) throw damaged(path, 'it was found to be other than it was built');
    found.delete(path);
  };
  const verify = async (artefact: string, hashing?: HashOptions): Promise<ArtefactState> => {
    const path = pathOf(artefact);
    const sha256 = await hashes.of(path, hashing);
    if (sha256 === undefined) return 'missing';
    const seals = readSeals(path);
    if (seals.length === 0) return 'unsealed';
    if (seals.some((seal) => seal.sha256 === sha256)) return 'sound';
    found.set(path, identityOf(path));
    return 'damaged';
  };
  const rowCount = async (artefact: string): Promise<number | undefined> => {
    const path = pathOf(artefact);
    if (!isThereSync(path)) return undefined;
    try {
      refuseDamaged(path);
      const artefactFile = openArtefactFile(path);
      artefactFile.close();
      return artefactFile.rows;
    } catch (error) {
      if (isThereSync(path)) throw error;
      return undefined;
    }
  };

  const store: BatchViewStore = {
    location,
    build: async (artefact, layout, rows, { parent, signal, anew = false } = {}) => {
      writable('building');
      const isSound = async (): Promise<boolean> => (await verify(artefact, { signal })) === 'sound';
      const existing = !anew && (await isSound()) ? await rowCount(artefact) : undefined;
      if (existing !== undefined && (await retired.revive([artefact])).length === 0) return existing;
      const isTaken = async (): Promise<boolean> => !anew && (await isSound());
      return buildArtefact({ folder: location, artefact, layout, rows, parent, signal, pathOf, threads, hashes, isTaken, retired });
    },
    verify,
    rowCount,
    bytes: async (artefact) => statSync(pathOf(artefact), { throwIfNoEntry: false })?.size,
    open: async (artefact) => {
      const path = pathOf(artefact);
      try {
        refuseDamaged(path);
        const reader = artefactReader(path, threads, () => found.set(path, identityOf(path)));
        return storeBoundary(reader, { location: path });
      } catch (error) {
        if (isThereSync(path)) throw error;
        throw new ArtefactNotFoundError(location, artefact);
      }
    },
    listArtefacts: async () => {
      const names = (await isThere(location)) ? await readdir(location) : [];
      const unwanted = await retired.names();
      return names
        .flatMap((name) => FILE.exec(name)?.[1] ?? [])
        .filter((name) => name !== STORE_FILE && !unwanted.has(name))
        .toSorted();
    },
    retire: async (artefacts) => {
      writable('retiring artefacts');
      await retired.add(artefacts);
    },
    revive: async (artefacts) => {
      writable('reviving artefacts');
      return retired.revive(artefacts);
    },
    dropRetired: async (graceMs, { signal } = {}) => {
      writable('dropping artefacts');
      return retired.drop(graceMs, signal);
    },
    insertPublication: async (publication) => {
      writable('publishing');
      return insertPublication(file, publication);
    },
    currentPublication: async () => (await newestPublications(file, 1))[0],
    listPublications: async (limit) => newestPublications(file, limit),
    close: async () => {
      file.close();
      await threads.close();
    },
  };
  return storeBoundary(store, { location });
};
