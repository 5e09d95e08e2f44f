/**
 * A data folder from a backup. Invariant: the folder is there with everything that the backup holds, each file as its checksum says, or without anything
 * that a command would start on: the log comes last.
 */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { hasCode } from '../../crash-safety/entries.ts';
import { makeFolder, sync } from '../../crash-safety/sync.ts';
import { removeLeftovers, temporaryFile } from '../../crash-safety/temporary-files.ts';
import type { CopyOptions } from '../../sqlite-copy/copy-sqlite-file.ts';
import { logFileIn } from '../files.ts';
import type { BackupFile, BackupManifest } from './backup-manifest.ts';
import type { BackupSource } from './backup-source.ts';
import { OWNERS_FOLDER } from './copy-file.ts';

export interface RestoreOptions extends CopyOptions {
  readonly onStart: (bytes: number) => void | Promise<void>;
}

export interface RestoreReport extends BackupManifest {
  readonly bytes: number;
}

const copyChecked = async (from: BackupSource, file: BackupFile, target: string, options: CopyOptions): Promise<void> => {
  const { path, bytes, sha256 } = file;
  const found = await from.copy(file, join(target, path), options);
  if (found === undefined) throw new Error(`${from.nameOf(file)} is not there: the backup is damaged, ${from.onDamage}`);
  if (found.bytes !== bytes || found.sha256 !== sha256)
    throw new Error(
      `${from.nameOf(file)} is not what was backed up (${found.bytes} bytes, ${bytes} were written; SHA-256 ${found.sha256}, not ${sha256}): the backup is damaged, ${from.onDamage}`,
    );
};

/** Whether the folder is there. @throws if there is anything in it but what a restore left that was killed. */
const isEmptyFolder = async (folder: string): Promise<boolean> => {
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (names === undefined) return false;
  await removeLeftovers(folder);
  const [first] = await readdir(folder);
  if (first !== undefined)
    throw new Error(`${folder} is not empty (${first} is in it): nothing is restored over it. Put it aside, or name another folder`);
  return true;
};

const syncAll = async (target: string, files: readonly BackupFile[]): Promise<void> => {
  const folders = new Set([target]);
  for (const { path } of files)
    for (let folder = dirname(join(target, path)); folder.length > target.length; folder = dirname(folder)) folders.add(folder);
  for (const folder of folders) await sync(folder);
};

/** Into a folder that is there, which may be where a disk is mounted, so it cannot be replaced. */
const moveInto = async (from: string, folder: string): Promise<void> => {
  const log = logFileIn('.');
  const names = await readdir(from);
  for (const name of [...names.filter((one) => one !== log), ...names.filter((one) => one === log)])
    await rename(join(from, name), join(folder, name));
  await sync(folder);
};

/**
 * @param dataFolder one that is empty, or not there.
 * @throws before anything of the folder is there if the backup is damaged.
 */
export const restoreBackup = async (from: BackupSource, dataFolder: string, options: RestoreOptions): Promise<RestoreReport> => {
  const manifest = await from.manifest(options.signal);
  const place = resolve(dataFolder);
  const isThere = await isEmptyFolder(place);
  const parent = isThere ? place : dirname(place);
  await makeFolder(parent);
  await removeLeftovers(parent);
  const unfinished = temporaryFile(parent, 'restore');
  await mkdir(unfinished.path, { mode: OWNERS_FOLDER });
  try {
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    await options.onStart(bytes);
    for (const file of manifest.files) await copyChecked(from, file, unfinished.path, options);
    await syncAll(unfinished.path, manifest.files);
    options.signal.throwIfAborted();
    if (isThere) await moveInto(unfinished.path, place);
    else await rename(unfinished.path, place);
    await sync(parent);
    return { ...manifest, bytes };
  } finally {
    await unfinished.remove();
  }
};
