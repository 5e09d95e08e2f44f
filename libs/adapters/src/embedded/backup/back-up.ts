/**
 * A backup of a data folder that is in use. Invariants: the folder has its name only once it is whole and on the disk; what it holds is a state that the
 * layers go on from, and has everything that was acknowledged before `takenAt`.
 */
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { BatchViewStore, EventLog, ObjectStore } from '@rushes/ports';

import { makeFolder, sync } from '../../crash-safety/sync.ts';
import { removeLeftovers, temporaryFile } from '../../crash-safety/temporary-files.ts';
import { createFileHashes } from '../../file-hash/file-hash.ts';
import { openFolderObjectStore } from '../../folder-object-store/index.ts';
import { openSqliteBatchViews } from '../../sqlite-batch-views/index.ts';
import type { CopyOptions } from '../../sqlite-copy/copy-sqlite-file.ts';
import { openSqliteEventLog } from '../../sqlite-event-log/index.ts';
import { type BackupFile, type BackupManifest, MANIFEST_FILE, writeManifest } from './backup-manifest.ts';
import { OWNERS_FILE, OWNERS_FOLDER } from './copy-file.ts';
import { copyTurns } from './copy-turn.ts';

/** A copy, opened to see whether its parts fit together. */
export interface CopiedStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog | undefined;
}

export interface BackUpOptions extends CopyOptions {
  /** Says what does not fit together, if anything; `undefined` if the copy is whole. */
  readonly check: (copy: CopiedStores) => Promise<string | undefined>;
  /** A pass begins that copies so many bytes; throws to stop it. */
  readonly onTurn: (turn: number, bytes: number) => void | Promise<void>;
  readonly now?: () => Date;
}

export interface BackUpReport extends BackupManifest {
  readonly bytes: number;
  /** How often what changed meanwhile was copied anew. */
  readonly turns: number;
}

/** Each is shorter than the one before, since it copies only what is new. */
const MOST_TURNS = 6;

interface Checked {
  readonly fault: string | undefined;
  readonly log: string | null;
  readonly version: number | null;
}

const checkCopy = async (folder: string, hasLog: boolean, check: BackUpOptions['check']): Promise<Checked> => {
  const objects = await openFolderObjectStore(join(folder, 'lake'), { readOnly: true });
  const views = await openSqliteBatchViews(join(folder, 'views'), { readOnly: true });
  const log = hasLog ? await openSqliteEventLog(join(folder, 'log.sqlite')) : undefined;
  try {
    const version = (await views.currentPublication())?.version ?? null;
    return { fault: await check({ objects, views, log }), log: log?.id ?? null, version };
  } finally {
    await log?.close();
    await views.close();
  }
};

const hashes = createFileHashes();

/** After whatever had the file open has closed it. */
const describeFile = async (folder: string, path: string, signal: AbortSignal): Promise<BackupFile> => {
  const copy = join(folder, path);
  const sha256 = await hashes.of(copy, { signal, again: true });
  if (sha256 === undefined) throw new Error(`${copy} is gone: somebody else works in this folder`);
  return { path, bytes: (await stat(copy)).size, sha256 };
};

/**
 * @param out a folder that is not there.
 * @throws if the folder changes faster than it can be copied, and what reading and writing throw; nothing is left behind then.
 */
export const backUp = async (dataFolder: string, out: string, options: BackUpOptions): Promise<BackUpReport> => {
  const { signal, check, onTurn, now = () => new Date() } = options;
  const place = resolve(out);
  await makeFolder(dirname(place));
  await removeLeftovers(dirname(place));
  const unfinished = temporaryFile(dirname(place), 'backup');
  await mkdir(unfinished.path, { mode: OWNERS_FOLDER });
  try {
    const copy = copyTurns({ ...options, dataFolder: resolve(dataFolder), target: unfinished.path, now });
    for (let turn = 1; ; turn++) {
      await onTurn(turn, await copy.size());
      const { takenAt, isChanged } = await copy.take();
      const databases = await copy.databases();
      const { fault, log, version } = await checkCopy(unfinished.path, databases.includes('log.sqlite'), check);
      if (fault !== undefined && turn > 1 && !isChanged) throw new Error(`${dataFolder} is not whole: ${fault}`);
      if (fault !== undefined && turn === MOST_TURNS)
        throw new Error(`${dataFolder} changes faster than it can be copied (${fault}). Try again when no run is under way`);
      if (fault !== undefined) continue;

      if (databases.length + copy.files().size === 0) throw new Error(`${dataFolder} holds nothing to back up`);
      const files: BackupFile[] = [...copy.files()].map(([path, { bytes, sha256 }]) => ({ path, bytes, sha256 }));
      for (const path of databases) files.push(await describeFile(unfinished.path, path, signal));
      const manifest: BackupManifest = {
        takenAt: takenAt.toISOString(),
        log,
        version,
        files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      };
      await writeFile(join(unfinished.path, MANIFEST_FILE), writeManifest(manifest), { mode: OWNERS_FILE, flush: true });
      await copy.syncFolders();
      signal.throwIfAborted();
      await rename(unfinished.path, place);
      await sync(dirname(place));
      return { ...manifest, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), turns: turn };
    }
  } finally {
    await unfinished.remove();
  }
};
