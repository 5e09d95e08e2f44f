/** Where a backup is restored from: a folder, or an object store. */
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ObjectNotFoundError, type ObjectStore } from '@rushes/ports';

import { hasCode } from '../../crash-safety/entries.ts';
import { createFileHashes } from '../../file-hash/file-hash.ts';
import type { CopyOptions } from '../../sqlite-copy/copy-sqlite-file.ts';
import { type BackupFile, type BackupManifest, MANIFEST_FILE, parseManifest } from './backup-manifest.ts';
import { type Content, copyFile, OWNERS_FILE, OWNERS_FOLDER } from './copy-file.ts';
import { contentKey, findRecord } from './stored-backups.ts';

export interface BackupSource {
  /** @throws if there is no backup, or one that cannot be read. */
  readonly manifest: (signal: AbortSignal) => Promise<BackupManifest>;
  /** Where a file lies, for messages. */
  readonly nameOf: (file: BackupFile) => string;
  /** What to do when it is damaged, as the end of a sentence. */
  readonly onDamage: string;
  /** Copies a file; `undefined`: it is not there. Says what was read. */
  readonly copy: (file: BackupFile, target: string, options: CopyOptions) => Promise<Content | undefined>;
}

export const backupInFolder = (folder: string): BackupSource => {
  const nameOf = ({ path }: BackupFile): string => join(folder, path);
  return {
    nameOf,
    onDamage: 'take another one',
    async manifest() {
      const path = join(folder, MANIFEST_FILE);
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (hasCode(error, 'ENOENT')) throw new Error(`${folder} is no backup: it has no ${MANIFEST_FILE}`);
        throw error;
      });
      const manifest = parseManifest(text);
      if (manifest === undefined)
        throw new Error(`${path} is damaged, or was written by another version of Rushes: take another backup, or that version`);
      return manifest;
    },
    copy: (file, target, options) =>
      copyFile(nameOf(file), target, options).catch((error: unknown) => {
        if (hasCode(error, 'ENOENT')) return undefined;
        throw error;
      }),
  };
};

/** @param until the newest backup that was taken until then; default: the newest of all. */
export const backupInStore = (store: ObjectStore, until?: Date): BackupSource => ({
  nameOf: ({ path, sha256 }) => `${contentKey(sha256)} in ${store.location} (${path})`,
  onDamage: 'take one from before (--at TIME); the next backup sends the object again if it is not there',
  async manifest(signal) {
    const manifest = await findRecord(store, until, { signal });
    if (manifest === undefined)
      throw new Error(`${store.location} has no backup${until === undefined ? '' : ` that was taken until ${until.toISOString()}`}`);
    return manifest;
  },
  async copy({ sha256 }, target, { signal, onBytes }) {
    await mkdir(dirname(target), { recursive: true, mode: OWNERS_FOLDER });
    try {
      await store.getFile(contentKey(sha256), target, { signal });
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    }
    await chmod(target, OWNERS_FILE);
    const found = await createFileHashes().of(target, { signal, onBytes });
    return found === undefined ? undefined : { bytes: (await stat(target)).size, sha256: found };
  },
});
