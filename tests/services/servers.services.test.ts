/** The tool that runs real servers: what it starts can be killed, frozen and started again on its data, and nothing of it is left. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openS3ObjectStore } from '@rushes/adapters/s3-object-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startProcess } from '../processes/started-process.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { needsServers } from './needs-servers.ts';
import { startOwnServers, S3_KEYS } from './own-servers.ts';

const isOpen = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });

/** A process that was killed may hold its ports a moment longer. */
const PATIENCE = { interval: 20, timeout: 10_000 };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-doctor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `rushes doctor` says of the object store at an S3 server. */
const examined = async (endpoint: string, bucket: string) => {
  const doctor = startProcess(
    'apps/rushes/src/main.ts',
    { ...S3_KEYS, RUSHES_DATA: join(folder, 'data'), RUSHES_OBJECTS_URL: `s3://${bucket}/lake`, RUSHES_S3_ENDPOINT: endpoint },
    ['doctor', '--json'],
  );
  const code = await doctor.ended;
  const { stores } = JSON.parse(doctor.output().split('\n')[0] ?? '') as {
    readonly stores: readonly {
      readonly kind: string;
      readonly state: string;
      readonly findings: readonly { readonly message: string }[];
    }[];
  }; // as: the command's document
  return { code, objects: stores.find(({ kind }) => kind === 'objects') };
};

describe.skipIf(needsServers('s3'))('an S3 server', () => {
  test('keeps its objects over a crash, is started again, and is gone afterwards', async () => {
    const servers = await startOwnServers(['s3']);
    const endpoint = servers.address('s3');
    try {
      await createBucket(endpoint, 'kept');
      const store = await openS3ObjectStore({ bucket: 'kept', endpoint });
      await store.put('a/b', new Uint8Array([1, 2, 3]));
      await servers.kill('s3');
      await expect.poll(() => isOpen(endpoint), PATIENCE).toBe(false);
      await servers.start('s3');
      expect([...((await store.get('a/b')) ?? [])]).toEqual([1, 2, 3]);
      expect(await examined(endpoint, 'kept')).toMatchObject({ code: 0, objects: { state: 'answers', findings: [] } });
      expect(await examined(endpoint, 'absent')).toMatchObject({
        code: 1,
        objects: { state: 'fails', findings: [{ message: expect.stringContaining('s3://absent/lake') }] },
      });
    } finally {
      await servers.dispose();
    }
    await expect.poll(() => isOpen(endpoint), PATIENCE).toBe(false);
    expect(await examined(endpoint, 'kept')).toMatchObject({ code: 1, objects: { state: 'fails' } });
  });
});

const RACY = process.env['TEST_S3_RACY'];
test.skipIf(RACY === undefined)('a server on which several racers win is named and refused', async () => {
  const endpoint = RACY ?? '';
  const bucket = `racy-${Date.now()}`;
  await createBucket(endpoint, bucket);
  expect(await examined(endpoint, bucket)).toMatchObject({
    code: 1,
    objects: {
      state: 'fails',
      findings: [{ level: 'fault', message: expect.stringContaining('cannot be relied on'), hint: expect.stringContaining('versitygw') }],
    },
  });
  expect(existsSync(join(folder, 'data'))).toBe(false);
});
