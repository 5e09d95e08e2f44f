/** A backup in a folder of its own. Invariant: the folder has its name only once it is whole and on the disk. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { makeFolder, sync } from '../../crash-safety/sync.ts';
import { removeLeftovers, temporaryFile } from '../../crash-safety/temporary-files.ts';
import { type BackupManifest, MANIFEST_FILE, writeManifest } from './backup-manifest.ts';
import { copyFile, OWNERS_FILE, OWNERS_FOLDER } from './copy-file.ts';
import { type SnapshotOptions, takeSnapshot } from './snapshot.ts';

export interface BackUpReport extends BackupManifest {
  readonly bytes: number;
  /** How often what changed meanwhile was copied anew. */
  readonly turns: number;
}

/**
 * @param out a folder that is not there.
 * @throws if the folder changes faster than it can be copied, and what reading and writing throw; nothing is left behind then.
 */
export const backUp = async (dataFolder: string, out: string, options: SnapshotOptions): Promise<BackUpReport> => {
  const place = resolve(out);
  await makeFolder(dirname(place));
  await removeLeftovers(dirname(place));
  const unfinished = temporaryFile(dirname(place), 'backup');
  await mkdir(unfinished.path, { mode: OWNERS_FOLDER });
  try {
    const copied = { keepFile: copyFile, takesRoom: true };
    const { manifest, bytes, turns, syncFolders } = await takeSnapshot(resolve(dataFolder), unfinished.path, copied, options);
    await writeFile(join(unfinished.path, MANIFEST_FILE), writeManifest(manifest), { mode: OWNERS_FILE, flush: true });
    await syncFolders();
    options.signal.throwIfAborted();
    await rename(unfinished.path, place);
    await sync(dirname(place));
    return { ...manifest, bytes, turns };
  } finally {
    await unfinished.remove();
  }
};
