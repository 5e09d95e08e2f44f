/**
 * A backup in an object store. The data folder's state is first held fast beside it, by second names of its files, so it does not matter how long sending
 * takes. What was sent stays where a backup is broken off: the next one does not send it again.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { ObjectStore } from '@rushes/ports';

import { makeFolder } from '../../crash-safety/sync.ts';
import { removeLeftovers, temporaryFile } from '../../crash-safety/temporary-files.ts';
import { inParallel } from '../../in-parallel/in-parallel.ts';
import { lakeFolderIn, viewsFolderIn } from '../files.ts';
import type { BackUpReport } from './back-up.ts';
import type { BackupFile, BackupManifest } from './backup-manifest.ts';
import { copyFile, OWNERS_FOLDER } from './copy-file.ts';
import { areOnOneDisk, linkFile } from './link-file.ts';
import { type SnapshotOptions, takeSnapshot } from './snapshot.ts';
import { contentKey, findRecord, putRecord } from './stored-backups.ts';

export interface SendOptions extends SnapshotOptions {
  /** The state is held fast; so many bytes are looked for in the store, and sent where they are not there. */
  readonly onSend: (bytes: number) => void;
}

export interface SendReport extends BackUpReport {
  /** What was not in the store yet. */
  readonly sent: { readonly files: number; readonly bytes: number };
}

const FILES_AT_ONCE = 8;

/** The last backup there has to be of the same system: the newest is what a restore takes. */
const requireOwnPlace = async (store: ObjectStore, { system }: BackupManifest, signal: AbortSignal): Promise<void> => {
  const before = (await findRecord(store, undefined, { signal }))?.system ?? null;
  if (before !== null && system !== null && before !== system)
    throw new Error(
      `the last backup in ${store.location} is of another system (its first log is ${before}, here it is ${system}). Name a place of its own for each`,
    );
};

const uniqueContents = (files: readonly BackupFile[]): readonly BackupFile[] => [
  ...new Map(files.map((file) => [file.sha256, file])).values(),
];

/**
 * @param scratchFolder best on the disk of the data folder: on another one everything is copied first.
 * @throws if the folder changes faster than it can be copied, and what the stores throw. There is no backup then, but what was sent stays.
 */
export const backUpToStore = async (
  dataFolder: string,
  store: ObjectStore,
  scratchFolder: string,
  options: SendOptions,
): Promise<SendReport> => {
  const { signal, onSend, onBytes } = options;
  const data = resolve(dataFolder);
  await makeFolder(scratchFolder);
  await removeLeftovers(scratchFolder);
  const held = temporaryFile(scratchFolder, 'backup');
  await mkdir(held.path, { mode: OWNERS_FOLDER });
  try {
    const isOneDisk = await areOnOneDisk([lakeFolderIn(data), viewsFolderIn(data)], held.path);
    const keeping = isOneDisk ? { keepFile: linkFile, takesRoom: false } : { keepFile: copyFile, takesRoom: true };
    const { manifest, bytes, turns } = await takeSnapshot(data, held.path, keeping, options);
    await requireOwnPlace(store, manifest, signal);
    onSend(bytes);
    let [sentFiles, sentBytes] = [0, 0];
    await inParallel(uniqueContents(manifest.files), FILES_AT_ONCE, async (file) => {
      signal.throwIfAborted();
      const key = contentKey(file.sha256);
      if ((await store.head(key, { signal }))?.bytes !== file.bytes) {
        await store.putFile(key, join(held.path, file.path), { signal });
        sentFiles += 1;
        sentBytes += file.bytes;
      }
      onBytes(file.bytes);
    });
    signal.throwIfAborted();
    await putRecord(store, manifest, { signal });
    return { ...manifest, bytes, turns, sent: { files: sentFiles, bytes: sentBytes } };
  } finally {
    await held.remove();
  }
};
