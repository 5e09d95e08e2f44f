/** Hashes of objects, each computed once by this process and remembered as long as the object is the same by ETag, size and time. */
import { createHash } from 'node:crypto';

import type { HashOptions, ObjectStore } from '@rushes/ports';

import type { S3Connection } from './connection.ts';
import { readWhole } from './read-object.ts';

interface Version {
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** Versions to the second, as HTTP tells times. */
const identityOf = ({ etag, bytes, modifiedAt }: Version): string => [etag, bytes, Math.floor(modifiedAt.getTime() / 1000)].join(' ');

export const createObjectHashes = (
  s3: S3Connection,
  versionOf: (key: string, options: HashOptions) => Promise<Version | undefined>,
): ObjectStore['sha256'] => {
  const known = new Map<string, { readonly identity: string; readonly sha256: string }>();
  return async (key, options = {}) => {
    const remembered = options.again === true ? undefined : known.get(key);
    if (remembered !== undefined) {
      const version = await versionOf(key, options);
      if (version !== undefined && identityOf(version) === remembered.identity) return remembered.sha256;
    }
    known.delete(key);
    return readWhole(s3, key, { signal: options.signal }, async (object) => {
      const hash = createHash('sha256');
      for await (const chunk of object.chunks) {
        hash.update(chunk);
        options.onBytes?.(chunk.length);
      }
      const sha256 = hash.digest('hex');
      if (object.etag !== '') known.set(key, { identity: identityOf(object), sha256 });
      return sha256;
    });
  };
};
