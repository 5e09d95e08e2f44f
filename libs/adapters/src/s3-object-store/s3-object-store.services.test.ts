import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type ObjectStore, StoreFault } from '@rushes/ports';
import { objectStoreContract } from '@rushes/ports/contracts/object-store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { type BucketForTests, makeBucket, TEST_S3, TEST_S3_RACY } from './for-tests/test-bucket.ts';
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

const keysOf = async (store: ObjectStore, prefix = ''): Promise<string[]> => {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found;
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('objects on S3', () => {
  let own: BucketForTests;
  let folder: string;
  beforeEach(async () => {
    own = await makeBucket();
    folder = await mkdtemp(join(tmpdir(), 's3-object-store-'));
  });
  afterEach(async () => {
    await own.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test('a store sees what lies under its prefix, and nothing of what begins alike', async () => {
    const store = await open({ bucket: own.bucket, prefix: 'lake/a' });
    await own.put('lake/ab', Buffer.from('another'));
    await own.put('lake/a-b/c', Buffer.from('another'));
    await store.put('k', Buffer.from('x'));
    expect(await keysOf(store)).toEqual(['k']);
    expect(await own.keys()).toEqual(['lake/a-b/c', 'lake/a/k', 'lake/ab']);
  });

  test('lists more keys than a page has, in the order of their bytes', async () => {
    const keys = Array.from({ length: 2_100 }, (_, n) => `${['a/', 'a-', 'é', 'z'][n % 4]}${String(n * 7919).padStart(9, '0')}`);
    const left = [...keys];
    const put = async (): Promise<void> => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) await own.put(`p/${key}`, Buffer.from(''));
    };
    await Promise.all(Array.from({ length: 16 }, put));
    const store = await open({ bucket: own.bucket, prefix: 'p' });
    expect(await keysOf(store)).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    await store.delete(keys);
    expect(await own.keys()).toEqual([]);
  });

  test.each([
    ['none', 0],
    ['one byte', 1],
    ['exactly a part', 5 << 20],
    ['a part and a byte', (5 << 20) + 1],
    ['several parts', (5 << 20) * 4],
    ['several parts and some bytes', (5 << 20) * 4 + 12_345],
  ])('a file of %s goes up and comes down', async (_, size) => {
    const store = await open({ bucket: own.bucket, limits: { partBytes: 5 << 20, partsAtOnce: 3 } });
    const body = randomBytes(size);
    await writeFile(join(folder, 'from'), body);
    await store.putFile('data/f', join(folder, 'from'));
    await store.getFile('data/f', join(folder, 'to'));
    expect(sha256(await readFile(join(folder, 'to')))).toBe(sha256(body));
    expect(await store.sha256('data/f', { again: true })).toBe(sha256(body));
    expect((await store.head('data/f'))?.bytes).toBe(size);
    expect((await readdir(folder)).toSorted()).toEqual(['from', 'to']);
    expect(await own.unfinished()).toBe(0);
  });

  test('a hash is remembered until the object is another one', async () => {
    const store = await open({ bucket: own.bucket, prefix: '' });
    let read = 0;
    const onBytes = (count: number): void => {
      read += count;
    };
    await store.put('k', Buffer.from('first'));
    await store.sha256('k', { onBytes });
    expect([await store.sha256('k', { onBytes }), read]).toEqual([sha256(Buffer.from('first')), 5]);
    expect([await store.sha256('k', { onBytes, again: true }), read]).toEqual([sha256(Buffer.from('first')), 10]);
    await own.put('k', Buffer.from('other'));
    expect([await store.sha256('k', { onBytes }), read]).toEqual([sha256(Buffer.from('other')), 15]);
  });

  test('a file that is not there, or a folder that is not, is told by its own name', async () => {
    const store = await open({ bucket: own.bucket, prefix: '' });
    await store.put('k', Buffer.from('x'));
    await expect(store.putFile('f', join(folder, 'absent'))).rejects.toThrow(join(folder, 'absent'));
    await expect(store.getFile('k', join(folder, 'no', 'folder'))).rejects.toThrow(join(folder, 'no', 'folder'));
    expect(await own.keys()).toEqual(['k']);
  });

  test('a key that begins with another one and a slash ends soon, and says why', async () => {
    const store = await open({ bucket: own.bucket, limits: { firstPauseMs: 1 } });
    await store.put('a', Buffer.from('x'));
    await expect(store.put('a/b', Buffer.from('y'))).rejects.toThrow(/is the beginning of this one/);
  });

  test('opened read-only it reads, and neither writes nor tries the server', async () => {
    await own.put('k', Buffer.from('x'));
    const probed: unknown[] = [];
    const store = await open({ bucket: own.bucket, prefix: '', readOnly: true, onProbed: (report) => probed.push(report) });
    expect(Buffer.from((await store.get('k')) ?? []).toString()).toBe('x');
    for (const write of [
      () => store.put('k', Buffer.from('y')),
      () => store.putIfAbsent('l', Buffer.from('y')),
      () => store.putFile('l', folder),
      () => store.delete(['k']),
    ])
      await expect(write()).rejects.toThrow(/read-only/);
    expect([await own.keys(), probed]).toEqual([['k'], []]);
  });

  test('what cannot be used is a fault that says what to do', async () => {
    for (const readOnly of [false, true]) {
      await expect(open({ bucket: `absent-${randomUUID()}`, readOnly })).rejects.toMatchObject({
        name: 'StoreFault',
        message: expect.stringMatching(/no such bucket/),
        hint: expect.stringMatching(/Create the bucket/),
      });
      await expect(open({ bucket: own.bucket, region: 'eu-west-1', readOnly })).rejects.toMatchObject({
        name: 'StoreFault',
        hint: expect.stringMatching(/Set the region/),
      });
    }
  });

  test.each([
    ['AWS_SECRET_ACCESS_KEY', 'wrong', /AWS_SECRET_ACCESS_KEY/],
    ['AWS_ACCESS_KEY_ID', 'wrong', /AWS_ACCESS_KEY_ID/],
    ['AWS_ACCESS_KEY_ID', undefined, /credentials/],
  ])('with %s=%s the hint names it', async (name, value, hint) => {
    const before = process.env[name];
    const profile = process.env['AWS_EC2_METADATA_DISABLED'];
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    try {
      const error: unknown = await open({ bucket: own.bucket }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreFault);
      expect(error).toMatchObject({ operation: 'open', hint: expect.stringMatching(hint) });
      expect(JSON.stringify(error)).not.toContain(process.env['AWS_SECRET_ACCESS_KEY']);
    } finally {
      process.env[name] = before;
      if (profile === undefined) delete process.env['AWS_EC2_METADATA_DISABLED'];
      else process.env['AWS_EC2_METADATA_DISABLED'] = profile;
    }
  });

  test('the bucket going away while it is in use is a fault, and no absent object', async () => {
    const gone = await makeBucket();
    const store = await open({ bucket: gone.bucket });
    await gone.remove();
    for (const call of [
      () => store.get('k'),
      () => store.head('k'),
      () => store.sha256('k'),
      () => keysOf(store),
      () => store.delete(['k']),
    ])
      await expect(call()).rejects.toThrow(/no such bucket/);
  });

  test('a server is tried when it is opened, and nothing of that stays', async () => {
    const reports: unknown[] = [];
    await open({ bucket: own.bucket, prefix: 'p', onProbed: (report) => reports.push(report) });
    const report = { location: `s3://${own.bucket}/p at ${TEST_S3}`, rounds: 5, racers: 16, objects: 5 };
    expect(reports).toEqual([expect.objectContaining(report)]);
    expect(await probeS3({ bucket: own.bucket, prefix: 'p', endpoint: TEST_S3 })).toMatchObject(report);
    expect(await own.keys()).toEqual([]);
  });
});

const isThere = await fetch(TEST_S3_RACY).then(
  () => true,
  () => false,
);
test.skipIf(!isThere)(`a server that lets several racers win is refused (skipped if nothing answers at ${TEST_S3_RACY})`, async () => {
  const racy = await makeBucket(TEST_S3_RACY);
  try {
    const refusals: unknown[] = [];
    // Racers have to meet for it to be seen, which they do not always where processors are busy.
    for (let opened = 0; opened < 30 && refusals.length < 3; opened++)
      await openS3ObjectStore({ bucket: racy.bucket, endpoint: TEST_S3_RACY }).catch((error: unknown) => refusals.push(error));
    expect(refusals).toHaveLength(3);
    for (const error of refusals) {
      expect(error).toBeInstanceOf(StoreFault);
      expect(error).toMatchObject({
        message: expect.stringMatching(new RegExp(`${TEST_S3_RACY} cannot be relied on`)),
        hint: expect.stringMatching(/versitygw/),
      });
    }
    expect(await racy.keys()).toEqual([]);
  } finally {
    await racy.remove();
  }
});
