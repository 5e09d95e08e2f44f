import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { diskSpace } from './disk-space.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-space-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what a folder takes, with all below it, and what is left on its disk', async () => {
  const clock = { ms: 0 };
  const measure = diskSpace(folder, () => clock.ms);
  await mkdir(join(folder, 'a/b'), { recursive: true });
  await writeFile(join(folder, 'a/b/c'), Buffer.alloc(1_000_000, 1));
  const { freeBytes, sizeBytes, usedBytes } = await measure();
  expect(usedBytes).toBeGreaterThanOrEqual(1_000_000);
  expect(usedBytes).toBeLessThan(1_200_000);
  expect(freeBytes).toBeGreaterThan(0);
  expect(sizeBytes).toBeGreaterThan(freeBytes);
  // Gone through again after a while, and nobody waits for it.
  await writeFile(join(folder, 'd'), Buffer.alloc(1_000_000, 1));
  expect((await measure()).usedBytes).toBe(usedBytes);
  clock.ms = 300_000;
  await measure();
  await expect.poll(async () => (await measure()).usedBytes).toBeGreaterThanOrEqual(2_000_000);
});

test('a folder that is not there is an error', async () => {
  await expect(diskSpace(join(folder, 'none'))()).rejects.toThrow('ENOENT');
});
