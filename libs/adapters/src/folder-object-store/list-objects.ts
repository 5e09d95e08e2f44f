import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions, ObjectInfo } from '@rushes/ports';
import { leadsNowhere } from '../crash-safety/entries.ts';
import { INCOMING } from './object-key.ts';

/**
 * Walks the folder in the order of keys' UTF-8 bytes. A folder's keys continue with `/`, so it stands among its siblings as its name and `/`:
 * `a-b` comes before `a/b`, because `-` does before `/`. Only one path of folders is held in memory.
 */

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const unlessGone = async <Found>(path: string, look: (path: string) => Promise<Found>): Promise<Found | undefined> => {
  try {
    return await look(path);
  } catch (error) {
    // Deleted while the walk was on its way.
    if (isGone(error) && !(await leadsNowhere(path))) return undefined;
    throw error;
  }
};

/** Links count as what they lead to: people move a folder to another disk and leave a link in its place. */
const isFolderOrLinkToOne = async (entry: Dirent, path: string): Promise<boolean> =>
  entry.isSymbolicLink() ? (await unlessGone(path, (link) => stat(link)))?.isDirectory() === true : entry.isDirectory();

async function* walk(folder: string, above: string, prefix: string, options: CallOptions): AsyncGenerator<ObjectInfo> {
  const entries = (await unlessGone(folder, (path) => readdir(path, { withFileTypes: true }))) ?? [];
  const wanted = entries
    .filter((entry) => above !== '' || entry.name !== INCOMING)
    .map((entry) => ({ entry, key: above + entry.name, path: join(folder, entry.name) }))
    .filter(({ key }) => key.startsWith(prefix) || prefix.startsWith(`${key}/`));
  const looked: { readonly key: string; readonly path: string; readonly isFolder: boolean }[] = [];
  for (const { entry, key, path } of wanted) {
    const isFolder = await isFolderOrLinkToOne(entry, path);
    looked.push({ key: key + (isFolder ? '/' : ''), path, isFolder });
  }
  const found = looked
    .filter(({ key, isFolder }) => key.startsWith(prefix) || (isFolder && prefix.startsWith(key)))
    .map((entry) => ({ ...entry, bytes: Buffer.from(entry.key) }))
    .toSorted((a, b) => Buffer.compare(a.bytes, b.bytes));
  for (const { key, path, isFolder } of found) {
    options.signal?.throwIfAborted();
    if (isFolder) {
      yield* walk(path, key, prefix, options);
    } else {
      const info = await unlessGone(path, (file) => stat(file));
      if (info !== undefined) yield { key, bytes: info.size, modifiedAt: info.mtime };
    }
  }
}

export const listObjects = (folder: string, prefix: string, options: CallOptions = {}): AsyncIterable<ObjectInfo> =>
  walk(folder, '', prefix, options);
