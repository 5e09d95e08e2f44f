import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectInfo } from '@rushes/ports';
import { INCOMING } from './object-key.ts';

/**
 * Walks the folder in the order of keys' UTF-8 bytes. A folder's keys continue with `/`, so it stands among its siblings as its name and `/`:
 * `a-b` comes before `a/b`, because `-` does before `/`. Only one path of folders is held in memory.
 */

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const unlessGone = async <Found>(look: Promise<Found>): Promise<Found | undefined> => {
  try {
    return await look;
  } catch (error) {
    if (isGone(error)) return undefined; // deleted while the walk was on its way
    throw error;
  }
};

async function* walk(folder: string, above: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const entries = (await unlessGone(readdir(folder, { withFileTypes: true }))) ?? [];
  const found = entries
    .filter((entry) => above !== '' || entry.name !== INCOMING)
    .map((entry) => ({
      key: above + entry.name + (entry.isDirectory() ? '/' : ''),
      path: join(folder, entry.name),
      isFolder: entry.isDirectory(),
    }))
    .filter(({ key, isFolder }) => key.startsWith(prefix) || (isFolder && prefix.startsWith(key)))
    .map((entry) => ({ ...entry, bytes: Buffer.from(entry.key) }))
    .toSorted((a, b) => Buffer.compare(a.bytes, b.bytes));
  for (const { key, path, isFolder } of found) {
    if (isFolder) {
      yield* walk(path, key, prefix);
    } else {
      const info = await unlessGone(stat(path));
      if (info !== undefined) yield { key, bytes: info.size, modifiedAt: info.mtime };
    }
  }
}

export const listObjects = (folder: string, prefix: string): AsyncIterable<ObjectInfo> => walk(folder, '', prefix);
