/**
 * Objects of one store in another, by their names. Invariant: an object has its name in the target only with all its bytes, and what is there with the same
 * bytes stays; so a copy that was broken off goes on where it was.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { MOVED_KEY, type ObjectInfo, ObjectNotFoundError, type ObjectStore } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';

import { inParallel } from '../context/in-parallel.ts';

export interface ObjectsToCopy {
  readonly from: ObjectStore;
  readonly to: ObjectStore;
  /** What was read on both sides and is the same: what tells one version of an object from the next, by its key. */
  readonly compared: Map<string, string>;
  /** For one large object at a time each. */
  readonly scratchFolder: string;
  readonly signal: AbortSignal;
}

export interface CopiedObjects {
  readonly objects: number;
  readonly bytes: number;
}

/** Held in memory; larger ones go through a file. */
const SMALL_BYTES = 1 << 20;
const AT_ONCE = 8;
/** What is never changed where it is: another one under this name is another system's. */
const OWN = ['manifests/', 'bronze/log/identities/', 'bronze/log/landings/', 'bronze/log/openings/'];

const isOwn = (key: string): boolean => OWN.some((prefix) => key.startsWith(prefix));
const isRecord = (key: string): boolean => key.endsWith('.json');

/** All that belongs to a system; not what says of this lake alone that it has moved. */
const objectsOf = async function* (store: ObjectStore, signal: AbortSignal): AsyncGenerator<ObjectInfo> {
  for await (const info of store.list('', { signal })) if (info.key !== MOVED_KEY) yield info;
};

export const weighObjects = async (store: ObjectStore, signal: AbortSignal): Promise<CopiedObjects> => {
  let [objects, bytes] = [0, 0];
  for await (const info of objectsOf(store, signal)) {
    objects += 1;
    bytes += info.bytes;
  }
  return { objects, bytes };
};

const otherSystem = (to: ObjectStore, key: string): TerminalError =>
  new TerminalError(`${to.location} has another ${key}: another system's lake is there`, {
    hint: 'Name a place where nothing is, another prefix or folder.',
  });

let files = 0;

/** Puts one object; `false` if it is gone from the source since it was listed. */
const copyObject = async ({ from, to, scratchFolder, signal }: ObjectsToCopy, { key, bytes }: ObjectInfo): Promise<boolean> => {
  if (bytes <= SMALL_BYTES) {
    const body = await from.get(key, { signal });
    if (body === undefined) return false;
    await to.put(key, body, { signal });
    return true;
  }
  const path = join(scratchFolder, `copied-${process.pid}-${files++}`);
  try {
    await pipeline(from.read(key, { signal }), createWriteStream(path, { mode: 0o600 }), { signal });
    await to.putFile(key, path, { signal });
    return true;
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return false;
    throw error;
  } finally {
    await rm(path, { force: true });
  }
};

const isSame = async ({ from, to, signal }: ObjectsToCopy, { key, bytes }: ObjectInfo): Promise<boolean> => {
  const there = await to.head(key, { signal });
  if (there?.bytes !== bytes) {
    if (there !== undefined && isOwn(key)) throw otherSystem(to, key);
    return false;
  }
  // Of the same length: large ones are compared when all is verified.
  if (bytes > SMALL_BYTES) return true;
  const [one, other] = await Promise.all([from.get(key, { signal }), to.get(key, { signal })]);
  if (one !== undefined && other !== undefined && Buffer.from(one).equals(other)) return true;
  if (isOwn(key)) throw otherSystem(to, key);
  return false;
};

/** @param onBytes told of each object, whether it was copied or was there. Returns what was copied. */
export const copyObjects = async (copy: ObjectsToCopy, onBytes: (bytes: number) => void): Promise<CopiedObjects> => {
  let [objects, bytes] = [0, 0];
  // Records come after what they name, so those that are copied first name nothing that is not copied then.
  for (const isFirst of [isRecord, (key: string) => !isRecord(key)])
    await inParallel(AT_ONCE, objectsOf(copy.from, copy.signal), async (info) => {
      if (!isFirst(info.key)) return;
      copy.signal.throwIfAborted();
      if (!(await isSame(copy, info)) && (await copyObject(copy, info))) {
        objects += 1;
        bytes += info.bytes;
      }
      onBytes(info.bytes);
    });
  return { objects, bytes };
};

const sha256 = async (
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<string | undefined> => {
  const hash = createHash('sha256');
  try {
    for await (const chunk of store.read(key, { signal })) {
      hash.update(chunk);
      onBytes(chunk.length);
    }
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return undefined;
    throw error;
  }
  return hash.digest('hex');
};

/**
 * Reads every object of both stores that was not compared before. One that differs is copied once more, and compared again.
 * @param isLive whether the source changes meanwhile.
 * @throws TerminalError for one that still differs.
 */
export const verifyObjects = async (copy: ObjectsToCopy, isLive: boolean, onBytes: (bytes: number) => void): Promise<CopiedObjects> => {
  let [objects, bytes] = [0, 0];
  const { from, to, signal, compared } = copy;
  await inParallel(AT_ONCE, objectsOf(from, signal), async (info) => {
    signal.throwIfAborted();
    const version = `${info.bytes} ${info.modifiedAt.getTime()}`;
    if (compared.get(info.key) === version) {
      objects += 1;
      bytes += info.bytes;
      return onBytes(info.bytes);
    }
    // A record that is no system's own may change at any time, and one that came later was not copied.
    if (isLive && ((isRecord(info.key) && !isOwn(info.key)) || (await to.head(info.key, { signal })) === undefined))
      return onBytes(info.bytes);
    const isEqual = async (tell: (read: number) => void): Promise<boolean> => {
      const [one, other] = await Promise.all([sha256(from, info.key, signal, tell), sha256(to, info.key, signal, () => {})]);
      return one === undefined || one === other;
    };
    objects += 1;
    bytes += info.bytes;
    if (await isEqual(onBytes)) return void compared.set(info.key, version);
    if (isOwn(info.key)) throw otherSystem(to, info.key);
    await copyObject(copy, info);
    if (!(await isEqual(() => {})))
      throw new TerminalError(`${info.key} in ${to.location} is not what was copied from ${from.location}`, {
        hint: 'See whether somebody else writes to one of them, then give the command again.',
      });
    compared.set(info.key, version);
  });
  return { objects, bytes };
};
