import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  DamagedRecordError,
  type HashOptions,
  type ObjectInfo,
  type ObjectStore,
  refuseNewerFormat,
  sealJson,
  unsealJson,
} from '@rushes/ports';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { hashFile } from './content-hash.ts';
import type { FileCache } from './file-cache.ts';
import { openObjectIndex } from './object-index.ts';
import { DamagedFileError, type FileFault, type StoredFile } from './stored-file.ts';
import type { TableFile } from '@rushes/ports/manifest';

/** A record that is there but is not what it should be. */
export class CorruptObjectError extends Error {
  override readonly name = 'CorruptObjectError';
}

/**
 * The lake: Parquet files and JSON records in an object store, with a local folder for files in the making.
 * Files are named after their content, so nothing that is stored ever changes. Invariant: no file is read before its bytes were compared with its name: in
 * place, once by each process and again when it was written to; behind a network, when its copy is taken. What was found damaged then is recorded in the
 * store, so that whoever can make it anew does, instead of fetching it again.
 */
export interface Lake {
  readonly objects: ObjectStore;
  /** A path for a new local file; its folder exists and goes away with the run. */
  scratchPath(name: string): string;
  /** Moves a local file into the lake as `<prefix>/<sha256>.parquet`. */
  storeFile(prefix: string, path: string, rows: number, partition?: string): Promise<TableFile>;
  /**
   * What is wrong with a file; `undefined` if it is what was stored. Behind a network that is what listings say of its size, and whether it was found
   * damaged, unless the bytes are to be read `again`.
   */
  faultOf(file: StoredFile, options?: HashOptions): Promise<FileFault | undefined>;
  /**
   * A local path at which a file can be read: in place where the store is a folder, else a copy.
   * @throws DamagedFileError if it is not what was stored.
   */
  localFile(file: StoredFile): Promise<string>;
  /** All objects of a layer, such as `silver/`, as they were listed lately: what came or went since the last listing may be missing or there. */
  objectsOf(layer: `${string}/`): Promise<Iterable<ObjectInfo>>;
  /** Forgets what listings said of files: what others removed meanwhile is noticed. */
  lookAgain(): void;
  /** Whether a record is surely there as it was put; where that takes no fewer calls than reading it, it is not known. */
  isSurelyThere(key: string, value: object): Promise<boolean>;
  /** The first file among those that were read here which is not what was stored any more, if there is one: why the engine failed, say. */
  damagedMeanwhile(): Promise<DamagedFileError | undefined>;
  /** @throws CorruptObjectError if the object is not what was put, or of another form. */
  readJson<T extends TSchema>(key: string, schema: T): Promise<Static<T> | undefined>;
  /** The same for a record that is made again where it is lost: a damaged one is as good as none. */
  readRemadeJson<T extends TSchema>(key: string, schema: T): Promise<Static<T> | undefined>;
  putJson(key: string, value: object): Promise<void>;
  /** `false` if the key is taken. */
  putJsonIfAbsent(key: string, value: object): Promise<boolean>;
}

export interface LakeOptions {
  /** Copies that outlive this run, where the store is no folder. Without it, each run fetches what it reads. */
  readonly cache?: FileCache;
  /** Ends transfers of files. */
  readonly signal?: AbortSignal;
  /** Told once of each file or record that is not what was stored. */
  readonly onFault?: (error: DamagedFileError | CorruptObjectError) => void;
}

/** The format that a schema's records have; 0 for one that does not say. */
const knownFormat = (schema: TSchema): number => {
  const format: unknown = 'properties' in schema ? Object(schema.properties)['format'] : undefined;
  return typeof format === 'object' && format !== null && 'const' in format && typeof format.const === 'number' ? format.const : 0;
};

/** Says that a file's bytes were found to be others than were stored. */
const damageKey = ({ sha256 }: StoredFile): string => `damaged/${sha256}.json`;

/** What is in the run's own scratch folder was copied whole: it gets its name by a rename. */
const isCopied = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
};

/** Opens the lake over an object store; `scratchFolder` must exist and belong to this run alone. */
export const openLake = (objects: ObjectStore, scratchFolder: string, { onFault, cache, signal }: LakeOptions = {}): Lake => {
  const read = new Map<string, StoredFile>();
  const told = new Set<string>();
  const tell = (error: DamagedFileError | CorruptObjectError): void => {
    if (told.has(error.message)) return;
    told.add(error.message);
    onFault?.(error);
  };

  const isFolder = objects.localPath !== undefined;
  const index = openObjectIndex(objects, { signal });
  /** What this lake stored itself: nobody has to be asked. */
  const stored = new Set<string>();

  /** By the listings alone. */
  const listedFault = async (file: StoredFile): Promise<FileFault | undefined> => {
    if (stored.has(file.key)) return undefined;
    const [info, mark] = await Promise.all([index.find(file.key), index.find(damageKey(file))]);
    if (info === undefined) return 'missing';
    // A file that was stored after it had been found damaged is another one.
    const isMarked = mark !== undefined && mark.modifiedAt > info.modifiedAt;
    return isMarked || info.bytes !== file.bytes ? 'damaged' : undefined;
  };

  const readFault = async (file: StoredFile, options?: HashOptions): Promise<FileFault | undefined> => {
    const info = await objects.head(file.key, { signal: options?.signal });
    if (info?.bytes === file.bytes && (await objects.sha256(file.key, options)) === file.sha256) return undefined;
    return info === undefined ? 'missing' : 'damaged';
  };

  const faultOf = async (file: StoredFile, options?: HashOptions): Promise<FileFault | undefined> => {
    const fault = isFolder || options?.again === true ? await readFault(file, options) : await listedFault(file);
    if (fault === undefined) return undefined;
    tell(new DamagedFileError(file.key, objects.location, fault));
    return fault;
  };

  /** Of callers that want the same file at once, one copies it. */
  const copying = new Map<string, Promise<string>>();

  const copyOnce = async (file: StoredFile): Promise<string> => {
    const path = join(scratchFolder, 'objects', file.key);
    if (await isCopied(path)) return path;
    const fetch = (target: string): Promise<void> => objects.getFile(file.key, target, { signal });
    const part = `${path}.part`;
    await mkdir(dirname(path), { recursive: true });
    await rm(part, { force: true });
    if (cache === undefined) await fetch(part);
    const isSound = cache === undefined ? (await hashFile(part, signal)) === file.sha256 : await cache.place(file, part, fetch);
    if (!isSound) {
      await objects.put(damageKey(file), sealJson({ key: file.key, foundAt: new Date().toISOString() }));
      index.forget();
      throw new DamagedFileError(file.key, objects.location, 'damaged');
    }
    await rename(part, path);
    return path;
  };

  const copy = (file: StoredFile): Promise<string> => {
    const begun = copying.get(file.key) ?? copyOnce(file).finally(() => copying.delete(file.key));
    copying.set(file.key, begun);
    return begun;
  };

  const readJson = async <T extends TSchema>(key: string, schema: T): Promise<Static<T> | undefined> => {
    const bytes = await objects.get(key);
    if (!bytes) return undefined;
    let value: unknown;
    try {
      value = unsealJson(bytes);
    } catch (cause) {
      if (!(cause instanceof DamagedRecordError)) throw cause;
      throw new CorruptObjectError(`${key} in ${objects.location} ${cause.message}; restore it from a backup or remove it`, { cause });
    }
    if (Value.Check(schema, value)) return value;
    refuseNewerFormat(value, knownFormat(schema), `${key} in ${objects.location}`);
    const faults = Value.Errors(schema, value)
      .slice(0, 3)
      .map((error) => `${error.instancePath || '/'} ${error.message}`);
    throw new CorruptObjectError(`${key} in ${objects.location} is not of the expected form: ${faults.join('; ')}`);
  };

  return {
    objects,
    scratchPath: (name) => join(scratchFolder, name),

    async storeFile(prefix, path, rows, partition) {
      const [sha256, { size: bytes }] = await Promise.all([hashFile(path), stat(path)]);
      const key = `${prefix}/${sha256}.parquet`;
      await objects.putFile(key, path, { signal });
      stored.add(key);
      return { key, sha256, rows, bytes, ...(partition !== undefined && { partition }) };
    },

    faultOf,

    async localFile(file) {
      const fault = await faultOf(file);
      if (fault) throw new DamagedFileError(file.key, objects.location, fault);
      read.set(file.key, file);
      return objects.localPath?.(file.key) ?? (await copy(file));
    },

    objectsOf: (layer) => {
      if (isFolder) index.forget();
      return index.all(layer);
    },

    lookAgain: () => {
      // Of records it is enough what was listed at first: they only say how files were made.
      index.forget('derivations/');
      stored.clear();
    },

    isSurelyThere: async (key, value) => !isFolder && (await index.find(key))?.bytes === sealJson(value).length,

    async damagedMeanwhile() {
      for (const file of read.values()) {
        const fault = await faultOf(file);
        if (fault) return new DamagedFileError(file.key, objects.location, fault);
      }
      return undefined;
    },

    readJson,

    async readRemadeJson(key, schema) {
      try {
        return await readJson(key, schema);
      } catch (error) {
        if (!(error instanceof CorruptObjectError)) throw error;
        tell(error);
        return undefined;
      }
    },

    async putJson(key, value) {
      await objects.put(key, sealJson(value));
    },

    putJsonIfAbsent: (key, value) => objects.putIfAbsent(key, sealJson(value)),
  };
};

/** Whether all of these files are what was stored. What can be made again is made again where they are not. */
export const areSound = async (lake: Lake, files: readonly StoredFile[]): Promise<boolean> => {
  for (const file of files) if (await lake.faultOf(file)) return false;
  return true;
};
