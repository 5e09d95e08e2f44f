import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { type ObjectInfo, ObjectNotFoundError, type ObjectStore } from '@rushes/ports';

/** An object store for tests that, like a remote one, gives no local paths: readers have to fetch. */
export const memoryObjectStore = (now: () => Date = () => new Date()): ObjectStore => {
  const objects = new Map<string, { readonly body: Uint8Array; readonly modifiedAt: Date }>();
  const info = (key: string): ObjectInfo | undefined => {
    const found = objects.get(key);
    return found && { key, bytes: found.body.length, modifiedAt: found.modifiedAt };
  };
  const put = (key: string, body: Uint8Array): void => void objects.set(key, { body: Uint8Array.from(body), modifiedAt: now() });
  return {
    location: 'memory',
    uriOf: (key) => `s3://memory/${key}`,
    putIfAbsent: async (key, body) => {
      const taken = objects.get(key);
      if (taken) return Buffer.from(body).equals(taken.body);
      put(key, body);
      return true;
    },
    put: async (key, body) => put(key, body),
    putFile: async (key, path) => {
      put(key, await readFile(path));
      await rm(path);
    },
    get: async (key) => objects.get(key)?.body,
    getFile: async (key, path) => {
      const found = objects.get(key);
      if (!found) throw new ObjectNotFoundError('memory', key);
      await writeFile(path, found.body);
    },
    async *read(key) {
      const found = objects.get(key);
      if (!found) throw new ObjectNotFoundError('memory', key);
      yield found.body;
    },
    sha256: async (key, options) => {
      const body = objects.get(key)?.body;
      if (body) options?.onBytes?.(body.length);
      return body && createHash('sha256').update(body).digest('hex');
    },
    head: async (key) => info(key),
    async *list(prefix) {
      for (const key of [...objects.keys()].filter((candidate) => candidate.startsWith(prefix)).toSorted()) {
        const found = info(key);
        if (found) yield found;
      }
    },
    delete: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
};
