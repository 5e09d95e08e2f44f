/**
 * The state of a data folder that is in use, in another folder. Invariant: what it holds is a state that the layers go on from, and has everything that was
 * acknowledged before `takenAt`.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { type BatchViewStore, type EventLog, listLakeLogs, type ObjectStore } from '@rushes/ports';

import { createFileHashes } from '../../file-hash/file-hash.ts';
import { openFolderObjectStore } from '../../folder-object-store/index.ts';
import { openSqliteBatchViews } from '../../sqlite-batch-views/index.ts';
import type { CopyOptions } from '../../sqlite-copy/copy-sqlite-file.ts';
import { openSqliteEventLog } from '../../sqlite-event-log/index.ts';
import type { BackupFile, BackupManifest } from './backup-manifest.ts';
import { copyTurns, type KeepFile } from './copy-turn.ts';

/** A copy, opened to see whether its parts fit together. */
export interface CopiedStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog | undefined;
}

export interface SnapshotOptions extends CopyOptions {
  /** Says what does not fit together, if anything; `undefined` if the copy is whole. */
  readonly check: (copy: CopiedStores) => Promise<string | undefined>;
  /** A pass begins that reads so many bytes, and needs so much room where it puts them; throws to stop it. */
  readonly onTurn: (turn: number, bytes: number, room: number) => void | Promise<void>;
  readonly now?: () => Date;
}

export interface Snapshot {
  readonly manifest: BackupManifest;
  readonly bytes: number;
  /** How often what changed meanwhile was copied anew. */
  readonly turns: number;
  /** Folders' names are on the disk on return. */
  readonly syncFolders: () => Promise<void>;
}

/** Each is shorter than the one before, since it copies only what is new. */
const MOST_TURNS = 6;

interface Checked {
  readonly fault: string | undefined;
  readonly log: string | null;
  readonly system: string | null;
  readonly version: number | null;
}

const checkCopy = async (folder: string, hasLog: boolean, check: SnapshotOptions['check']): Promise<Checked> => {
  const objects = await openFolderObjectStore(join(folder, 'lake'), { readOnly: true });
  const views = await openSqliteBatchViews(join(folder, 'views'), { readOnly: true });
  const log = hasLog ? await openSqliteEventLog(join(folder, 'log.sqlite')) : undefined;
  try {
    const version = (await views.currentPublication())?.version ?? null;
    const fault = await check({ objects, views, log });
    const [first] = fault === undefined ? await listLakeLogs(objects) : [];
    return { fault, log: log?.id ?? null, system: first?.id ?? log?.id ?? null, version };
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
 * @param target a folder that is empty. @param keeping how files get there, and whether they take room.
 * @throws if the folder changes faster than it can be copied, and what reading and writing throw.
 */
export const takeSnapshot = async (
  dataFolder: string,
  target: string,
  keeping: { readonly keepFile: KeepFile; readonly takesRoom: boolean },
  options: SnapshotOptions,
): Promise<Snapshot> => {
  const { signal, check, onTurn, now = () => new Date() } = options;
  const copy = copyTurns({ ...options, dataFolder, target, keepFile: keeping.keepFile, now });
  for (let turn = 1; ; turn++) {
    const { files: fileBytes, databases: databaseBytes } = await copy.size();
    await onTurn(turn, fileBytes + databaseBytes, databaseBytes + (keeping.takesRoom ? fileBytes : 0));
    const { takenAt, isChanged } = await copy.take();
    const databases = await copy.databases();
    const { fault, log, system, version } = await checkCopy(target, databases.includes('log.sqlite'), check);
    if (fault !== undefined && turn > 1 && !isChanged) throw new Error(`${dataFolder} is not whole: ${fault}`);
    if (fault !== undefined && turn === MOST_TURNS)
      throw new Error(`${dataFolder} changes faster than it can be copied (${fault}). Try again when no run is under way`);
    if (fault !== undefined) continue;

    if (databases.length + copy.files().size === 0) throw new Error(`${dataFolder} holds nothing to back up`);
    const files: BackupFile[] = [...copy.files()].map(([path, { bytes, sha256 }]) => ({ path, bytes, sha256 }));
    for (const path of databases) files.push(await describeFile(target, path, signal));
    const manifest: BackupManifest = {
      takenAt: takenAt.toISOString(),
      log,
      system,
      version,
      files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    };
    return { manifest, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), turns: turn, syncFolders: () => copy.syncFolders() };
  }
};
