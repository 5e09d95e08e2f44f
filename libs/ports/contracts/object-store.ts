import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ObjectNotFoundError, type ObjectStore } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { histories } from './depth.ts';
import { collect, type OpenedObjectStore } from './object-store/opened-store.ts';
import { readingTests } from './object-store/reading.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const keysOf = async (store: ObjectStore, prefix: string): Promise<string[]> => (await collect(store.list(prefix))).map((info) => info.key);

const inByteOrder = (keys: readonly string[]): string[] => keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** What every object store keeps. Registers tests. */
export const objectStoreContract = ({ name, open }: { readonly name: string; readonly open: () => Promise<OpenedObjectStore> }): void => {
  describe(`object store: ${name}`, () => {
    let opened: OpenedObjectStore;
    let store: ObjectStore;
    let local: string;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      local = await mkdtemp(join(tmpdir(), 'object-store-contract-'));
    });

    afterEach(async () => {
      await opened.dispose();
      await rm(local, { recursive: true, force: true });
    });

    test('says where it is', () => {
      expect(store.location).not.toBe('');
    });

    test('says where others find an object, also to another process', async () => {
      const uri = store.uriOf('a b/c.bin');
      expect(uri).toMatch(/^(?:file:\/\/|s3:\/\/[^/]+)\/(?:.*\/)?a b\/c\.bin$/);
      expect((await opened.reopen()).uriOf('a b/c.bin')).toBe(uri);
    });

    test('gives back what was put, byte for byte, also to another process', async () => {
      const body = Uint8Array.from({ length: 1024 }, (_, n) => n % 256);
      await store.put('a/b/c.bin', body);
      expect(await store.get('a/b/c.bin')).toEqual(expect.objectContaining({ length: 1024 }));
      expect(Buffer.from((await store.get('a/b/c.bin')) ?? [])).toEqual(Buffer.from(body));
      expect(Buffer.from((await (await opened.reopen()).get('a/b/c.bin')) ?? [])).toEqual(Buffer.from(body));
    });

    test('keeps an empty object', async () => {
      await store.put('empty', new Uint8Array());
      expect((await store.get('empty'))?.length).toBe(0);
      expect((await store.head('empty'))?.bytes).toBe(0);
    });

    test('has nothing under a key that was not put, nor under the beginning of one that was', async () => {
      await store.put('a/b', bytes('x'));
      for (const key of ['b', 'a', 'a/bc', 'a/b/c']) {
        expect(await store.get(key)).toBeUndefined();
        expect(await store.head(key)).toBeUndefined();
        await expect(store.getFile(key, join(local, 'out'))).rejects.toBeInstanceOf(ObjectNotFoundError);
      }
    });

    test('put replaces what was there', async () => {
      await store.put('k', bytes('a long first text'));
      await store.put('k', bytes('second'));
      expect(Buffer.from((await store.get('k')) ?? []).toString()).toBe('second');
      expect(await keysOf(store, '')).toEqual(['k']);
    });

    test('putIfAbsent stores under a free key and leaves a taken one alone', async () => {
      expect(await store.putIfAbsent('manifests/1', bytes('first'))).toBe(true);
      expect(await store.putIfAbsent('manifests/1', bytes('second'))).toBe(false);
      expect(Buffer.from((await store.get('manifests/1')) ?? []).toString()).toBe('first');
      await store.put('manifests/2', bytes('put'));
      expect(await store.putIfAbsent('manifests/2', bytes('late'))).toBe(false);
    });

    test('putIfAbsent that meets the same bytes has won: they may be its own, of an attempt whose answer was lost', async () => {
      expect(await store.putIfAbsent('claims/1', bytes('mine'))).toBe(true);
      expect(await store.putIfAbsent('claims/1', bytes('mine'))).toBe(true);
      expect(await (await opened.reopen()).putIfAbsent('claims/1', bytes('mine'))).toBe(true);
      for (const other of ['mine, too', 'min', '', 'MINE']) expect(await store.putIfAbsent('claims/1', bytes(other))).toBe(false);
      await store.put('empty', bytes(''));
      expect([await store.putIfAbsent('empty', bytes('')), await store.putIfAbsent('empty', bytes('x'))]).toEqual([true, false]);
      expect(Buffer.from((await store.get('claims/1')) ?? []).toString()).toBe('mine');
    });

    test('putIfAbsent stores again under a key whose object was deleted', async () => {
      await store.putIfAbsent('k', bytes('first'));
      await store.delete(['k']);
      expect(await store.putIfAbsent('k', bytes('second'))).toBe(true);
    });

    test('of racing putIfAbsent exactly one wins, and its bytes stay', async () => {
      const other = await opened.reopen();
      for (let round = 0; round < 10; round++) {
        const key = `race/${round}`;
        const won = await Promise.all(
          Array.from({ length: 20 }, (_, racer) => (racer % 2 === 0 ? store : other).putIfAbsent(key, bytes(`racer ${racer}`))),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(Buffer.from((await store.get(key)) ?? []).toString()).toBe(`racer ${won.indexOf(true)}`);
      }
    });

    test('readers see the old or the new object whole while it is replaced', async () => {
      const sizes = [100_000, 200_000];
      const bodies = sizes.map((size, n) => new Uint8Array(size).fill(n + 1));
      await store.put('k', bodies[0] ?? bytes(''));
      const state = { writing: true };
      const write = async (): Promise<void> => {
        for (let round = 0; round < 10; round++) for (const body of bodies) await store.put('k', body);
        state.writing = false;
      };
      const read = async (): Promise<void> => {
        while (state.writing) {
          const body = (await store.get('k')) ?? bytes('');
          expect(sizes).toContain(body.length);
          expect(new Set(body)).toEqual(new Set([body.length === sizes[0] ? 1 : 2]));
        }
      };
      await Promise.all([write(), read(), read()]);
    });

    test('putFile stores a local file, replacing what was there; getFile copies it out, replacing what is there', async () => {
      const from = join(local, 'from');
      const to = join(local, 'to');
      await store.put('files/f', bytes('old'));
      await writeFile(from, 'a file');
      await store.putFile('files/f', from);
      expect((await store.head('files/f'))?.bytes).toBe(6);
      await writeFile(to, 'something longer');
      await store.getFile('files/f', to);
      expect(await readFile(to, 'utf8')).toBe('a file');
      await writeFile(to, 'changed');
      expect(Buffer.from((await store.get('files/f')) ?? []).toString()).toBe('a file');
    });

    test('head tells size and age', async () => {
      await store.put('k', bytes('12345'));
      const info = await store.head('k');
      expect(info).toMatchObject({ key: 'k', bytes: 5 });
      expect(Math.abs(Date.now() - (info?.modifiedAt.getTime() ?? 0))).toBeLessThan(3_600_000);
      const [listed] = await collect(store.list('k'));
      expect(listed).toMatchObject({ key: 'k', bytes: 5 });
      // HTTP tells times to the second, listings to the millisecond.
      expect(Math.abs((listed?.modifiedAt.getTime() ?? 0) - (info?.modifiedAt.getTime() ?? 0))).toBeLessThan(1000);
    });

    test('sha256 is that of the bytes, however often they are replaced; nothing has none', async () => {
      const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
      await writeFile(join(local, 'from'), 'a file');
      await store.putFile('a/file', join(local, 'from'));
      expect(await store.sha256('a/file')).toBe(sha256('a file'));
      for (const body of ['first', 'other']) {
        await store.put('a/file', bytes(body));
        for (const one of [store, await opened.reopen()])
          expect([await one.sha256('a/file'), await one.sha256('a/file', { again: true })]).toEqual([sha256(body), sha256(body)]);
      }
      expect(await store.sha256('a')).toBeUndefined();
      expect(await store.sha256('b')).toBeUndefined();
      await store.delete(['a/file']);
      expect(await store.sha256('a/file')).toBeUndefined();
    });

    test('sha256 tells of the bytes that it reads, and of none that it knows', async () => {
      await store.put('k', bytes('12345'));
      let read = 0;
      await store.sha256('k', { again: true, onBytes: (count) => (read += count) });
      expect(read).toBe(5);
    });

    test('lists all keys that start with a text, folder or not, in the order of their bytes', async () => {
      const keys = ['a/x', 'a-b', 'a.c', 'a/y/z', 'ab', 'b', 'a/y-1', 'é/1', 'z', '\u{1f3ac}', '\uff5e'];
      for (const key of keys) await store.put(key, bytes(key));
      expect(await keysOf(store, '')).toEqual(inByteOrder(keys));
      for (const prefix of ['a', 'a/', 'a/y', 'a-', 'é', '\u{1f3ac}', 'nothing', 'a/x/']) {
        expect(await keysOf(store, prefix)).toEqual(inByteOrder(keys.filter((key) => key.startsWith(prefix))));
      }
    });

    test('lists what a set of keys and a prefix say', async () => {
      const segment = fc.stringMatching(/^[a-c.-]{1,3}$/).filter((text) => text !== '.' && text !== '..');
      const keysWithoutConflicts = fc
        .uniqueArray(
          fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
          { maxLength: 12 },
        )
        .map((keys) => keys.filter((key) => !keys.some((other) => other.startsWith(`${key}/`))));
      let round = 0;
      await fc.assert(
        fc.asyncProperty(keysWithoutConflicts, fc.stringMatching(/^[a-c./-]{0,4}$/), async (keys, prefix) => {
          const base = `round-${round++}/`;
          for (const key of keys) await store.put(base + key, bytes(''));
          const expected = inByteOrder(keys.filter((key) => key.startsWith(prefix)).map((key) => base + key));
          expect(await keysOf(store, base + prefix)).toEqual(expected);
        }),
        histories({ quick: 10, deep: 100 }),
      );
    });

    test('a listing can be left early', async () => {
      for (const key of ['a', 'b', 'c']) await store.put(key, bytes(key));
      for await (const info of store.list('')) {
        expect(info.key).toBe('a');
        break;
      }
      expect(await keysOf(store, '')).toEqual(['a', 'b', 'c']);
    });

    test('deletes an object and no other; deleting what is not there is no error', async () => {
      await store.put('a/b', bytes('x'));
      await store.put('a/bc', bytes('y'));
      await store.delete(['a/b']);
      await store.delete(['a/b']);
      await store.delete(['never/there']);
      expect(await keysOf(store, '')).toEqual(['a/bc']);
      expect(await store.get('a/b')).toBeUndefined();
    });

    test('deletes more objects by one call than fit into a request, there or not, and no others', async () => {
      const keys = Array.from({ length: 1_200 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
      const made = keys.filter((_, n) => n % 100 < 2);
      for (const key of [...made, 'many-more']) await store.put(key, bytes(key));
      await store.delete(keys);
      await store.delete([]);
      expect(await keysOf(store, '')).toEqual(['many-more']);
    });

    test('an aborted call rejects with its reason', async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      const path = join(local, 'file');
      await writeFile(path, 'x');
      await store.put('k', bytes('kept'));
      const calls: readonly (() => Promise<unknown>)[] = [
        () => store.put('k', bytes('x'), { signal }),
        () => store.putIfAbsent('other', bytes('x'), { signal }),
        () => store.putFile('k', path, { signal }),
        () => store.get('k', { signal }),
        () => store.getFile('k', join(local, 'out'), { signal }),
        () => collect(store.read('k', { signal })),
        () => store.head('k', { signal }),
        () => collect(store.list('', { signal })),
        () => store.delete(['k'], { signal }),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow('enough');
      expect(await keysOf(store, '')).toEqual(['k']);
      expect(Buffer.from((await store.get('k')) ?? []).toString()).toBe('kept');
    });

    test('puts and deletes under one folder do not disturb each other', async () => {
      const churn = async (key: string): Promise<void> => {
        for (let round = 0; round < 15; round++) {
          await store.put(key, bytes(key));
          await store.delete([key]);
        }
        await store.put(key, bytes(key));
      };
      await Promise.all([churn('deep/er/a'), churn('deep/er/b'), churn('deep/c')]);
      expect(await keysOf(store, 'deep/')).toEqual(['deep/c', 'deep/er/a', 'deep/er/b']);
    });

    test('a local path, where there is one, is a file with the bytes', async () => {
      await store.put('a/b', bytes('in place'));
      const path = store.localPath?.('a/b');
      expect(path === undefined ? 'in place' : await readFile(path, 'utf8')).toBe('in place');
    });

    test.each(['', '/a', 'a/', 'a//b', '..', '../a', 'a/../b', './a'])('refuses the key %j', async (key) => {
      await expect(store.put(key, bytes('x'))).rejects.toBeInstanceOf(Error);
      await expect(store.putIfAbsent(key, bytes('x'))).rejects.toBeInstanceOf(Error);
    });
  });
  describe(`object store: ${name}`, () => {
    readingTests(open);
  });
};
