import { statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { ArtefactNotFoundError, type ArtefactState, type BatchViewStore, type HashOptions } from '@rushes/ports';
import { isThere, isThereSync } from '../crash-safety/entries.ts';
import { makeFolder, sync } from '../crash-safety/sync.ts';
import { removeLeftovers } from '../crash-safety/temporary-files.ts';
import { createFileHashes } from '../file-hash/file-hash.ts';
import { openArtefactFile } from './artefact-file.ts';
import { atBoundary, storeBoundary } from '../store-errors/store-boundary.ts';
import { artefactReader } from './artefact-reader.ts';
import { buildArtefact } from './build.ts';
import { ArtefactFaultError, damaged } from './errors.ts';
import { openPublications } from './publications.ts';
import { readSeals, removeSeals } from './seals.ts';
import { openThreads } from './threads.ts';

export interface SqliteBatchViewsOptions {
  /** Only reads: the folder need not be writable, nor exist yet. Default: false. */
  readonly readOnly?: boolean;
  /** Long lists and counts that run at once, each on a thread. Default: one less than the processor runs at once, at most 4, at least 1. */
  readonly scanThreads?: number;
  /** How long a call waits while another process has the publications locked. Default: 10 seconds. */
  readonly lockWaitMs?: number;
}

const ARTEFACT = /^[a-z0-9_-]{1,100}$/;
const FILE = /^([a-z0-9_-]{1,100})\.sqlite$/;
const PUBLICATIONS = 'publications';
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
  const publications = openPublications(location, readOnly, options.lockWaitMs);

  const pathOf = (artefact: string): string => {
    if (!ARTEFACT.test(artefact) || artefact === PUBLICATIONS) {
      throw new ArtefactFaultError(
        `an artefact cannot be named ${JSON.stringify(artefact)}: 1 to 100 of a-z, 0-9, _ and -, but not ${PUBLICATIONS}`,
      );
    }
    return join(location, `${artefact}.sqlite`);
  };
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
      const file = openArtefactFile(path);
      file.close();
      return file.rows;
    } catch (error) {
      if (isThereSync(path)) throw error;
      return undefined;
    }
  };

  const store: BatchViewStore = {
    location,
    build: async (artefact, layout, rows, { parent, signal } = {}) => {
      writable('building');
      const isSound = async (): Promise<boolean> => (await verify(artefact, { signal })) === 'sound';
      const existing = (await isSound()) ? await rowCount(artefact) : undefined;
      if (existing !== undefined) return existing;
      return buildArtefact({ folder: location, artefact, layout, rows, parent, signal, pathOf, threads, hashes, isSound });
    },
    verify,
    rowCount,
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
      return names
        .flatMap((name) => FILE.exec(name)?.[1] ?? [])
        .filter((name) => name !== PUBLICATIONS)
        .toSorted();
    },
    dropArtefact: async (artefact) => {
      writable('dropping artefacts');
      await rm(pathOf(artefact), { force: true });
      await removeSeals(pathOf(artefact));
      await sync(location);
    },
    insertPublication: async (publication) => {
      writable('publishing');
      return publications.insert(publication);
    },
    currentPublication: async () => (await publications.newest(1))[0],
    listPublications: async (limit) => publications.newest(limit),
    close: async () => {
      publications.close();
      await threads.close();
    },
  };
  return storeBoundary(store, { location });
};
