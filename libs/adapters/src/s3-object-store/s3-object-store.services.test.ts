import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { StoreFault, type ObjectStore } from '@rushes/ports';
import { objectStoreContract } from '@rushes/ports/contracts/object-store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { type BucketForTests, makeBucket, TEST_S3, TEST_S3_RACY, useTestCredentials } from './bucket-for-tests.ts';
import { openS3ObjectStore, probeS3, type S3ObjectStoreOptions } from './index.ts';

let shared: BucketForTests;
beforeAll(async () => {
  shared = await makeBucket();
});
afterAll(() => shared.remove());

const open = (options: Partial<S3ObjectStoreOptions> = {}): Promise<ObjectStore> =>
  openS3ObjectStore({ bucket: shared.bucket, prefix: randomUUID(), endpoint: TEST_S3, ...options });

objectStoreContract({
  name: 'S3, a prefix of a bucket',
  open: async () => {
    const prefix = randomUUID();
    return { store: await open({ prefix }), reopen: () => open({ prefix }), dispose: async () => {} };
  },
});

objectStoreContract({
  name: 'S3, a whole bucket',
  open: async () => {
    const own = await makeBucket();
    const reopen = (): Promise<ObjectStore> => open({ bucket: own.bucket, prefix: '' });
    return { store: await reopen(), reopen, dispose: own.remove };
  },
});
