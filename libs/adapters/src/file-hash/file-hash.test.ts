import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileHashes } from './file-hash.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-hash-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha256 = (body: string): string => createHash('sha256').update(body).digest('hex');

test('a file is read once, however many ask, and again when it was written to', async () => {
  const hashes = createFileHashes();
  await writeFile(path, 'first');
  let read = 0;
  const onBytes = (bytes: number): void => void (read += bytes);
  const asked = await Promise.all([hashes.of(path, { onBytes }), hashes.of(path, { onBytes }), hashes.of(path, { onBytes })]);
  expect(new Set([...asked, await hashes.of(path, { onBytes })])).toEqual(new Set([sha256('first')]));
  expect(read).toBe(5);
  await writeFile(path, 'other');
  expect(await hashes.of(path)).toBe(sha256('other'));
});

test('a changed byte is noticed although size and modification time are what they were', async () => {
  const hashes = createFileHashes();
  await writeFile(path, 'first');
  const { atime, mtime } = await stat(path);
  expect(await hashes.of(path)).toBe(sha256('first'));
  const handle = await open(path, 'r+');
  await handle.write('F', 0);
  await handle.close();
  await utimes(path, atime, mtime);
  expect(await hashes.of(path)).toBe(sha256('First'));
});

test('asked again, it reads again', async () => {
  const hashes = createFileHashes();
  await writeFile(path, 'x'.repeat(3 << 20));
  await hashes.of(path);
  let read = 0;
  await hashes.of(path, { again: true, onBytes: (bytes) => (read += bytes) });
  expect(read).toBe(3 << 20);
});

test('what is not there, or no file, has no hash; an interrupted hash is not remembered', async () => {
  const hashes = createFileHashes();
  expect(await hashes.of(path)).toBeUndefined();
  expect(await hashes.of(folder)).toBeUndefined();
  await writeFile(path, 'x');
  await expect(hashes.of(path, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('aborted');
  expect(await hashes.of(path)).toBe(sha256('x'));
});
