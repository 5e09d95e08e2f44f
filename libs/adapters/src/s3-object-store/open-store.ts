/** The port over one bucket, or what lies under a prefix in it. */
import { type CallOptions, type ObjectInfo, ObjectNotFoundError, type ObjectStore } from '@rushes/ports';

import { atBoundary, storeBoundary } from '../store-errors/store-boundary.ts';
import { connect, type S3Connection, type S3ConnectionOptions } from './connection.ts';
import { deleteObjects } from './delete-objects.ts';
import { asStoreError, refusal } from './failures.ts';
import { listObjects } from './list-objects.ts';
import { copyToFile } from './local-files.ts';
import { createObjectHashes } from './object-hashes.ts';
import { probe, type S3ProbeReport } from './probe.ts';
import { readOnce } from './read-object.ts';
import { sendFile } from './send-file.ts';
import { getObject, headObject, putObject, putObjectIfAbsent, requireBucket } from './small-objects.ts';

export interface S3ObjectStoreOptions extends S3ConnectionOptions {
  /** Only reads: puts and deletes throw. Default: false. */
  readonly readOnly?: boolean | undefined;
  /** Whether the server is tried at opening, and not only the bucket looked for. Default: unless only reads are wanted. */
  readonly probe?: boolean | undefined;
  /** Told what was tried at opening. */
  readonly onProbed?: ((report: S3ProbeReport) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const explained =
  (s3: S3Connection) =>
  (error: unknown): never => {
    const trouble = refusal(error);
    throw trouble === undefined ? error : asStoreError(trouble, s3.location, error);
  };

/** The probe by itself, at a server that is to be tried. @throws StoreFault that names the server if it cannot be used, StoreUnavailable. */
export const probeS3 = async (options: S3ConnectionOptions, { signal }: CallOptions = {}): Promise<S3ProbeReport> => {
  const s3 = connect(options);
  try {
    return await atBoundary(s3, 'probe', () => probe(s3, { signal }).catch(explained(s3)));
  } finally {
    s3.client.destroy();
  }
};

/**
 * Opens the objects of a bucket, which has to be there. Unless only reads are wanted the server is tried first (see `probe`), in about two hundred small
 * requests. Connections end by themselves when nothing is asked any more.
 * @throws StoreFault, StoreUnavailable; Error if bucket, prefix or endpoint cannot be one.
 */
export const openS3ObjectStore = async (options: S3ObjectStoreOptions): Promise<ObjectStore> => {
  const { readOnly = false, probe: isToBeProbed = !readOnly, onProbed, signal } = options;
  const s3 = connect(options);
  const { location } = s3;
  const explain = explained(s3);
  await atBoundary(s3, 'open', async () => {
    if (!isToBeProbed) return requireBucket(s3, { signal }).catch(explain);
    const report = await probe(s3, { signal }).catch(explain);
    onProbed?.(report);
  });

  const writing = <Result>(write: () => Promise<Result>): Promise<Result> => {
    if (readOnly) throw new Error(`${location} was opened read-only: open it for writing before objects are put or deleted`);
    return write().catch(explain);
  };
  async function* list(prefix: string, how: CallOptions = {}): AsyncGenerator<ObjectInfo> {
    how.signal?.throwIfAborted();
    try {
      yield* listObjects(s3, prefix, how);
    } catch (error) {
      explain(error);
    }
  }
  async function* read(key: string, how: CallOptions = {}): AsyncGenerator<Uint8Array> {
    how.signal?.throwIfAborted();
    try {
      if (!(yield* readOnce(s3, key, how))) throw new ObjectNotFoundError(location, key);
    } catch (error) {
      explain(error);
    }
  }
  const head = async (key: string, how: CallOptions): Promise<ObjectInfo | undefined> => {
    const found = await headObject(s3, key, how);
    return found === undefined ? undefined : { key, bytes: found.bytes, modifiedAt: found.modifiedAt };
  };
  const hashes = createObjectHashes(s3, (key, how) => headObject(s3, key, how));

  const store: ObjectStore = {
    location,
    uriOf: (key) => `s3://${s3.bucket}/${s3.fullKey(key)}`,
    putIfAbsent: async (key, body, how = {}) => writing(() => putObjectIfAbsent(s3, key, body, how)),
    put: async (key, body, how = {}) => writing(() => putObject(s3, key, body, how)),
    putFile: async (key, path, how = {}) => writing(() => sendFile(s3, key, path, how)),
    get: async (key, how = {}) => getObject(s3, key, how).catch(explain),
    getFile: async (key, path, how = {}) => {
      if (!(await copyToFile(s3, key, path, how).catch(explain))) throw new ObjectNotFoundError(location, key);
    },
    read,
    sha256: async (key, how) => hashes(key, how).catch(explain),
    head: async (key, how = {}) => head(key, how).catch(explain),
    list,
    delete: async (keys, how = {}) => writing(() => deleteObjects(s3, keys, how)),
  };
  return storeBoundary(store, { location });
};
