import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { objectStoreContract } from '@rushes/ports/contracts/object-store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openFolderObjectStore } from './index.ts';

objectStoreContract({
  name: 'a folder',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'folder-object-store-'));
    return {
      store: await openFolderObjectStore(folder),
      reopen: () => openFolderObjectStore(folder),
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  },
});

describe('object store in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folder-object-store-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of (await openFolderObjectStore(folder)).list('')) found.push(key);
    return found;
  };

  test('of racing processes exactly one puts', async () => {
    const script = `
      const { openFolderObjectStore } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      const store = await openFolderObjectStore(process.argv[1]);
      const won = [];
      for (let key = 0; key < 30; key++) if (await store.putIfAbsent('claims/' + key, Buffer.from(process.argv[2]))) won.push(key);
      console.log(JSON.stringify(won));
    `;
    const runs = ['a', 'b', 'c'].map(async (racer) => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, folder, racer]);
      const won: unknown = JSON.parse(stdout);
      return { racer, won: Array.isArray(won) ? won.map(Number) : [] };
    });
    const racers = await Promise.all(runs);
    expect(racers.flatMap(({ won }) => won).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, key) => key));
    const store = await openFolderObjectStore(folder);
    for (const { racer, won } of racers) {
      for (const key of won) expect(Buffer.from((await store.get(`claims/${key}`)) ?? []).toString()).toBe(racer);
    }
  });

  test('what a crashed put left is not listed, not readable, and removed when the store is opened a day later', async () => {
    await mkdir(join(folder, '.incoming'));
    const left = join(folder, '.incoming', '.object.another_host.1.x.writing');
    await writeFile(left, 'half an obj');
    expect(await keys()).toEqual([]);
    const store = await openFolderObjectStore(folder);
    await expect(store.get('.incoming/.object.another_host.1.x.writing')).rejects.toThrow(/store's own/);
    expect((await stat(left)).size).toBe(11);
    await utimes(left, new Date(), new Date(Date.now() - 25 * 3_600_000));
    await openFolderObjectStore(folder);
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  });

  test('a failed put leaves nothing behind', async () => {
    const store = await openFolderObjectStore(folder);
    await store.put('a', Buffer.from('x'));
    await expect(store.put('a/b', Buffer.from('y'))).rejects.toBeInstanceOf(Error);
    await expect(store.putIfAbsent('a/b', Buffer.from('y'))).rejects.toBeInstanceOf(Error);
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
    expect(await keys()).toEqual(['a']);
  });

  test('folders go with their last object', async () => {
    const store = await openFolderObjectStore(folder);
    await store.put('a/b/c', Buffer.from('x'));
    await store.delete(['a/b/c']);
    expect(await readdir(folder)).toEqual(['.incoming']);
  });

  test('a file is moved in where that is possible, and the store leads to it', async () => {
    const store = await openFolderObjectStore(folder);
    const outside = join(folder, '.incoming', 'made-here');
    await writeFile(outside, 'large');
    await store.putFile('data/large', outside);
    await expect(stat(outside)).rejects.toThrow(/ENOENT/);
    expect(store.localPath?.('data/large')).toBe(join(folder, 'data', 'large'));
  });

  const memory = '/dev/shm'; // on Linux, a file system of its own
  test.skipIf(!existsSync(memory) || statSync(memory).dev === statSync(tmpdir()).dev)(
    'a file of another file system is copied in',
    async () => {
      const elsewhere = await mkdtemp(join(memory, 'folder-object-store-'));
      try {
        await writeFile(join(elsewhere, 'f'), 'from afar');
        const store = await openFolderObjectStore(folder);
        await store.putFile('data/f', join(elsewhere, 'f'));
        expect(Buffer.from((await store.get('data/f')) ?? []).toString()).toBe('from afar');
        expect(await readdir(join(folder, '.incoming'))).toEqual([]);
      } finally {
        await rm(elsewhere, { recursive: true, force: true });
      }
    },
  );

  test.each([
    ['x'.repeat(256), /segment longer than 255 bytes/],
    ['é'.repeat(128), /segment longer than 255 bytes/],
    [Array.from({ length: 6 }, () => 'x'.repeat(200)).join('/'), /longer than 1024 bytes/],
    ['a\u0000b', /control character/],
    ['a\\b', /backslash/],
    ['\ud800', /well-formed/],
  ])('refuses the key %j', async (key, reason) => {
    const store = await openFolderObjectStore(folder);
    await expect(store.put(key, Buffer.from(''))).rejects.toThrow(reason);
    await expect(store.get(key)).rejects.toThrow(reason);
  });
});
