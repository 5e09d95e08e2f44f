/** A store behind a faulty proxy, for each test anew, and what its tests say. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ObjectStore } from '@rushes/ports';

import { openS3ObjectStore, type S3ObjectStoreOptions } from '../index.ts';
import { type FaultyProxy, type SeenRequest, startFaultyProxy } from './faulty-proxy.ts';
import { type BucketForTests, makeBucket, TEST_S3 } from './test-bucket.ts';

const LIMITS = { firstPauseMs: 1, longestPauseMs: 20, partBytes: 5 << 20, partsAtOnce: 2 };

export interface BehindProxy {
  readonly own: BucketForTests;
  readonly proxy: FaultyProxy;
  readonly folder: string;
  /** Through the proxy. */
  readonly open: (limits?: S3ObjectStoreOptions['limits']) => Promise<ObjectStore>;
  /** Past the proxy, only to read. */
  readonly direct: () => Promise<ObjectStore>;
  /** A file of four parts, `large`. */
  readonly writeLarge: () => Promise<string>;
  readonly close: () => Promise<void>;
}

export const large = randomBytes((5 << 20) * 3 + 1_000);

export const behindProxy = async (): Promise<BehindProxy> => {
  const own = await makeBucket();
  const proxy = await startFaultyProxy(TEST_S3);
  const folder = await mkdtemp(join(tmpdir(), 's3-network-faults-'));
  return {
    own,
    proxy,
    folder,
    open: (limits = {}) =>
      openS3ObjectStore({ bucket: own.bucket, endpoint: proxy.endpoint, limits: { ...LIMITS, ...limits }, probe: false }),
    direct: () => openS3ObjectStore({ bucket: own.bucket, endpoint: TEST_S3, readOnly: true }),
    writeLarge: async () => {
      const path = join(folder, 'from');
      await writeFile(path, large);
      return path;
    },
    close: async () => {
      await proxy.close();
      await own.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const text = (body: Uint8Array | undefined): string | undefined => (body === undefined ? undefined : Buffer.from(body).toString());

/** What a call throws; else its value, as something else than an error. */
export const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

export const keysOf = async (store: ObjectStore, prefix = ''): Promise<string[]> => {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found;
};

export const all = (): boolean => true;
export const isGet = ({ method }: SeenRequest): boolean => method === 'GET';
export const isPart = ({ method, path }: SeenRequest): boolean => method === 'PUT' && path.includes('partNumber=');
export const isComplete = ({ method, path }: SeenRequest): boolean => method === 'POST' && path.includes('uploadId=');
