import { copyFile, link, open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type CallOptions, type ObjectInfo, ObjectNotFoundError, type ObjectStore, StoreFault } from '@rushes/ports';
import { hasCode, isThere, leadsNowhere } from '../crash-safety/entries.ts';
import { makeFolder, sync } from '../crash-safety/sync.ts';
import { removeLeftovers, temporaryFile } from '../crash-safety/temporary-files.ts';
import { createFileHashes } from '../file-hash/file-hash.ts';
import { atBoundary, storeBoundary } from '../store-errors/store-boundary.ts';
import { listObjects } from './list-objects.ts';
import { fileOf, INCOMING } from './object-key.ts';

/**
 * Objects as files of a folder. An object gets its name by one rename or link, when its bytes are on the disk: nobody sees half of one, a crash leaves
 * at most a file in the folder of incoming ones, and a put that has returned is durable.
 */

/**
 * A folder that vanished (its disk was unmounted, say) looks like an empty one. What was there when the store was opened has to be there still.
 * @returns throws once it is not.
 */
const requireFolder = async (location: string, incoming: string): Promise<() => Promise<void>> => {
  const mark = (await isThere(incoming)) ? incoming : (await isThere(location)) ? location : undefined;
  return async () => {
    if (mark !== undefined && !(await isThere(mark)))
      throw new StoreFault({
        location,
        reason: 'is gone while it was in use',
        hint: 'See whether its disk is mounted; else restore it from a backup.',
      });
  };
};

/** The object that a folder above it is, or that is a folder itself, does not exist: ENOTDIR, EISDIR. A link that leads nowhere is an error. */
const unlessMissing = async <Found>(path: string, look: (path: string) => Promise<Found>): Promise<Found | undefined> => {
  try {
    return await look(path);
  } catch (error) {
    if (hasCode(error, 'ENOTDIR', 'EISDIR') || (hasCode(error, 'ENOENT') && !(await leadsNowhere(path)))) return undefined;
    throw error;
  }
};

/** What Node throws for an aborted call is not the signal's reason. */
const throwReason =
  (signal: AbortSignal | undefined) =>
  (error: unknown): never => {
    signal?.throwIfAborted();
    throw error;
  };

const CHUNK_BYTES = 1 << 20;

const writeDurably = async (path: string, body: Uint8Array): Promise<void> => {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Times that a name is given again after its folder was removed as empty in between. */
const NAMING_TRIES = 20;

/** Gives a file its name, durably; `give` renames or links. */
const nameDurably = async (target: string, give: () => Promise<void>): Promise<void> => {
  const folder = dirname(target);
  for (let tried = 1; ; tried++) {
    try {
      await makeFolder(folder);
      await give();
      await sync(folder);
      return;
    } catch (error) {
      if (tried === NAMING_TRIES || !hasCode(error, 'ENOENT')) throw error;
    }
  }
};

/** Removes the folders above a deleted object as far as they are empty. */
const removeEmptyFolders = async (root: string, deleted: string): Promise<void> => {
  for (let folder = dirname(deleted); folder.length > root.length; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return;
      throw error;
    }
  }
};

export interface FolderObjectStoreOptions {
  /** Only reads: the folder need not be writable, nor exist. Default: false. */
  readonly readOnly?: boolean;
}

/** Opens the store in `folder`, which is made if it is not there; removes what crashed puts left behind. Throws `ObjectKeyError` for unsuited keys. */
export const openFolderObjectStore = async (folder: string, { readOnly = false }: FolderObjectStoreOptions = {}): Promise<ObjectStore> => {
  const location = resolve(folder);
  const incoming = join(location, INCOMING);
  if (!readOnly)
    await atBoundary({ location }, 'open', async () => {
      await makeFolder(incoming);
      await removeLeftovers(incoming);
    });
  const writable = (): void => {
    if (readOnly) throw new Error(`${location} was opened read-only: open it for writing before objects are put or deleted`);
  };

  const requireHere = await atBoundary({ location }, 'open', () => requireFolder(location, incoming));
  const found = async <Found>(path: string, look: (path: string) => Promise<Found>): Promise<Found | undefined> => {
    const result = await unlessMissing(path, look);
    if (result === undefined) await requireHere();
    return result;
  };
  async function* list(prefix: string, options: CallOptions = {}): AsyncGenerator<ObjectInfo> {
    options.signal?.throwIfAborted();
    await requireHere();
    yield* listObjects(location, prefix, options);
  }

  /** The file stays readable once it is open, whatever becomes of its name. */
  async function* read(key: string, { signal }: CallOptions = {}): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    const file = await found(fileOf(location, key), (path) => open(path, 'r'));
    try {
      if (file === undefined || !(await file.stat()).isFile()) throw new ObjectNotFoundError(location, key);
      // The handle is closed here: a stream that closes it does so at a time of its own.
      const bytes: AsyncIterable<Uint8Array> = file.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false, signal });
      yield* bytes;
    } catch (error) {
      throwReason(signal)(error);
    } finally {
      await file?.close();
    }
  }

  const hashes = createFileHashes();

  const put = async (
    key: string,
    write: (path: string) => Promise<void>,
    give: (path: string, target: string) => Promise<void>,
    { signal }: CallOptions = {},
  ): Promise<void> => {
    writable();
    signal?.throwIfAborted();
    const target = fileOf(location, key);
    const file = temporaryFile(incoming, 'object');
    try {
      await write(file.path);
      signal?.throwIfAborted();
      await nameDurably(target, () => give(file.path, target));
    } finally {
      await file.remove();
    }
  };

  const get: ObjectStore['get'] = async (key, { signal } = {}) =>
    found(fileOf(location, key), (path) => readFile(path, { signal }).catch(throwReason(signal)));

  const store: ObjectStore = {
    location,
    localPath: (key) => fileOf(location, key),
    uriOf: (key) => `file://${fileOf(location, key)}`,
    put: (key, body, options) => put(key, (path) => writeDurably(path, body), rename, options),
    putIfAbsent: async (key, body, options) => {
      let taken = false;
      const give = async (path: string, name: string): Promise<void> => {
        try {
          await link(path, name);
        } catch (error) {
          if (!hasCode(error, 'EEXIST')) throw error;
          taken = true;
        }
      };
      await put(key, (path) => writeDurably(path, body), give, options);
      return !taken || Buffer.from(body).equals((await get(key, options)) ?? new Uint8Array());
    },
    putFile: async (key, path, options = {}) => {
      writable();
      options.signal?.throwIfAborted();
      const target = fileOf(location, key);
      await sync(path);
      try {
        await nameDurably(target, () => rename(path, target));
      } catch (error) {
        if (!hasCode(error, 'EXDEV')) throw error;
        const copy = async (to: string): Promise<void> => {
          await copyFile(path, to);
          await sync(to);
        };
        await put(key, copy, rename, options);
      }
    },
    get,
    getFile: async (key, path, { signal } = {}) => {
      signal?.throwIfAborted();
      const source = fileOf(location, key);
      if ((await found(source, (object) => stat(object)))?.isFile() !== true) throw new ObjectNotFoundError(location, key);
      await copyFile(source, path);
    },
    read,
    head: async (key, { signal } = {}): Promise<ObjectInfo | undefined> => {
      signal?.throwIfAborted();
      const info = await found(fileOf(location, key), (path) => stat(path));
      return info?.isFile() === true ? { key, bytes: info.size, modifiedAt: info.mtime } : undefined;
    },
    sha256: (key, options) => hashes.of(fileOf(location, key), options),
    list,
    delete: async (keys, { signal } = {}) => {
      writable();
      for (const key of keys) {
        signal?.throwIfAborted();
        const path = fileOf(location, key);
        await rm(path, { force: true });
        await removeEmptyFolders(location, path);
      }
    },
  };
  return storeBoundary(store, { location });
};
