import { ObjectNotFoundError, type ObjectStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { collect, type OpenedObjectStore } from './opened-store.ts';

/** Objects that are read as a stream. */
export const readingTests = (open: () => Promise<OpenedObjectStore>): void => {
  describe('reading', () => {
    let opened: OpenedObjectStore;
    let store: ObjectStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    test('read gives the bytes in order, also more than fit into one piece; an empty object has none', async () => {
      const body = Uint8Array.from({ length: 3_000_000 }, (_, n) => (n * 7) % 251);
      await store.put('large', body);
      await store.put('empty', new Uint8Array());
      expect(Buffer.concat(await collect(store.read('large'))).equals(body)).toBe(true);
      expect(Buffer.concat(await collect(store.read('empty')))).toHaveLength(0);
      for (const key of ['l', 'large/x', 'absent']) await expect(collect(store.read(key))).rejects.toBeInstanceOf(ObjectNotFoundError);
    });

    test('what is replaced or deleted while it is read is read as it was, or not at all', async () => {
      for (const change of [() => store.put('k', new Uint8Array(3_000_000).fill(2)), () => store.delete(['k'])]) {
        await store.put('k', new Uint8Array(3_000_000).fill(1));
        const seen = new Set<number>();
        let read = 0;
        const readToTheEnd = async (): Promise<void> => {
          for await (const chunk of store.read('k')) {
            if (read === 0) await change();
            for (const byte of chunk) seen.add(byte);
            read += chunk.length;
          }
        };
        const isWhole = await readToTheEnd().then(
          () => true,
          () => false,
        );
        expect([...seen]).toEqual([1]);
        if (isWhole) expect(read).toBe(3_000_000);
      }
    });

    test('a reading can be left early', async () => {
      await store.put('k', new Uint8Array(3_000_000));
      for (let round = 0; round < 5; round++)
        for await (const chunk of store.read('k')) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
      expect((await store.head('k'))?.bytes).toBe(3_000_000);
    });
  });
};
