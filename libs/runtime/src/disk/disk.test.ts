import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { freeBytes } from './free-space.ts';
import { networkFileSystemOf, networkTypeOf } from './network-file-system.ts';

test('the free space of a folder that is not made yet is that of the one above it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'disk-'));
  expect(await freeBytes(join(folder, 'not/yet'))).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
});

test('network file systems are told by their number, also where the system gives it with a sign', async () => {
  expect([0x6969, 0xff534d42, 0xff534d42 | 0, 0xef53, 0x01021994].map(networkTypeOf)).toEqual([
    'NFS',
    'CIFS',
    'CIFS',
    undefined,
    undefined,
  ]);
  expect(await networkFileSystemOf('/')).toBeUndefined();
});
