import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '@rushes/ports';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { hashFile } from './content-hash.ts';
import type { TableFile } from './table-record.ts';

/** An object that is there but is not what it should be. */
class CorruptObjectError extends Error {
  override readonly name = 'CorruptObjectError';
}

/**
 * The lake: Parquet files and JSON records in an object store, with a local folder for files in the making.
 * Files are named after their content, so nothing that is stored ever changes.
 */
export interface Lake {
  readonly objects: ObjectStore;
  /** A path for a new local file; its folder exists and goes away with the run. */
  scratchPath(name: string): string;
  /** Moves a local file into the lake as `<prefix>/<sha256>.parquet`. */
  storeFile(prefix: string, path: string, rows: number, partition?: string): Promise<TableFile>;
  /** A local path at which an object can be read: in place where the store is a folder, else a copy. */
  localFile(key: string): Promise<string>;
  /** @throws CorruptObjectError if the object is no JSON of this form. */
  readJson<T extends TSchema>(key: string, schema: T): Promise<Static<T> | undefined>;
  putJson(key: string, value: unknown): Promise<void>;
  /** `false` if the key is taken. */
  putJsonIfAbsent(key: string, value: unknown): Promise<boolean>;
}

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);

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
export const openLake = (objects: ObjectStore, scratchFolder: string): Lake => ({
  objects,
  scratchPath: (name) => join(scratchFolder, name),

  async storeFile(prefix, path, rows, partition) {
    const [sha256, { size: bytes }] = await Promise.all([hashFile(path), stat(path)]);
    const key = `${prefix}/${sha256}.parquet`;
    await objects.putFile(key, path);
    return { key, sha256, rows, bytes, ...(partition !== undefined && { partition }) };
  },

  async localFile(key) {
    if (objects.localPath) return objects.localPath(key);
    const path = join(scratchFolder, 'objects', key);
    if (await isCopied(path)) return path;
    await mkdir(dirname(path), { recursive: true });
    await objects.getFile(key, `${path}.part`);
    await rename(`${path}.part`, path);
    return path;
  },

  async readJson(key, schema) {
    const bytes = await objects.get(key);
    if (!bytes) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
      throw new CorruptObjectError(`${key} in ${objects.location} is not JSON; restore it from a backup or remove it`, { cause });
    }
    if (Value.Check(schema, value)) return value;
    const faults = Value.Errors(schema, value)
      .slice(0, 3)
      .map((error) => `${error.instancePath || '/'} ${error.message}`);
    throw new CorruptObjectError(`${key} in ${objects.location} is not of the expected form: ${faults.join('; ')}`);
  },

  async putJson(key, value) {
    await objects.put(key, encode(value));
  },

  putJsonIfAbsent: (key, value) => objects.putIfAbsent(key, encode(value)),
});
