import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Flips one bit of a file where it lies, in its middle unless said otherwise: what a bad disk or memory does. */
export const flipBit = async (path: string, at?: number): Promise<void> => {
  const handle = await open(path, 'r+');
  try {
    const { size } = await handle.stat();
    const place = at ?? Math.floor(size / 2);
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, place);
    await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, place);
  } finally {
    await handle.close();
  }
};

/** Paths of all files under a folder whose name ends so, sorted. */
export const filesUnder = async (folder: string, ending: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true });
  const paths = entries.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
  const files = await Promise.all(paths.map(async (path) => ((await stat(path)).isFile() ? [path] : [])));
  return files.flat().toSorted();
};

/** The bytes of these files, to compare with later. */
export const bytesOf = async (paths: readonly string[]): Promise<readonly string[]> =>
  Promise.all(paths.map(async (path) => (await readFile(path)).toString('base64')));
