import { randomBytes } from 'node:crypto';

import { ArtefactNotFoundError, type ArtefactRow, type BatchViewStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { batches, drop, film, FILMS, SOME_FILMS } from './films.ts';
import type { OpenedBatchViewStore } from './opened-store.ts';

async function* endingInAnError(rows: readonly ArtefactRow[]): AsyncGenerator<readonly ArtefactRow[]> {
  yield rows;
  throw new Error('the source went away');
}

/** Rows that must not be asked for. */
async function* untouchable(): AsyncGenerator<readonly ArtefactRow[]> {
  yield await Promise.reject(new Error('the rows were read'));
}

export const buildTests = (open: () => Promise<OpenedBatchViewStore>): void => {
  describe('building', () => {
    let opened: OpenedBatchViewStore;
    let store: BatchViewStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    const visible = async (artefact: string): Promise<unknown> => {
      const other = await opened.reopen();
      return [await other.rowCount(artefact), (await other.listArtefacts()).includes(artefact)];
    };

    test('says where it is', () => {
      expect(store.location).not.toBe('');
    });

    test('an artefact is sound, to whoever asks, until it is dropped', async () => {
      expect(await store.verify('films-1')).toBe('missing');
      await store.build('films-1', FILMS, batches(SOME_FILMS));
      for (const one of [store, await opened.reopen()])
        expect([await one.verify('films-1'), await one.verify('films-1', { again: true })]).toEqual(['sound', 'sound']);
      await drop(store, 'films-1');
      expect(await store.verify('films-1')).toBe('missing');
    });

    test('a new store is empty', async () => {
      expect(await store.listArtefacts()).toEqual([]);
      expect([await store.rowCount('films-1'), await store.bytes('films-1')]).toEqual([undefined, undefined]);
      await expect(store.open('films-1')).rejects.toBeInstanceOf(ArtefactNotFoundError);
    });

    test('gives the number of rows, and another process sees the artefact', async () => {
      expect(await store.build('films-1', FILMS, batches(SOME_FILMS))).toBe(5);
      expect(await visible('films-1')).toEqual([5, true]);
    });

    test('says what room an artefact takes: at least its texts, which no store can make shorter', async () => {
      const text = (): string => JSON.stringify(randomBytes(20_000).toString('base64'));
      const long = SOME_FILMS.map((row) => row.map((value, at) => (at === row.length - 1 ? text() : value)));
      await store.build('films-1', FILMS, batches(long));
      expect(await store.bytes('films-1')).toBeGreaterThan(20_000 * SOME_FILMS.length);
      await drop(store, 'films-1');
      expect(await store.bytes('films-1')).toBeUndefined();
    });

    test('an artefact may have no rows', async () => {
      expect(await store.build('films-0', FILMS, batches([]))).toBe(0);
      expect(await visible('films-0')).toEqual([0, true]);
      const reader = await store.open('films-0');
      expect(await reader.list({ where: [], sort: [{ column: 'year', desc: true }], limit: 10 })).toEqual([]);
      expect(await reader.count([])).toBe(0);
      expect(await reader.get('a', {})).toBeUndefined();
      await reader.close();
    });

    test('what exists is not built again: its rows are not read', async () => {
      await store.build('films-1', FILMS, batches(SOME_FILMS));
      expect(await store.build('films-1', FILMS, untouchable())).toBe(5);
      expect(await (await opened.reopen()).build('films-1', FILMS, untouchable())).toBe(5);
    });

    test('what cannot be read is built anew, however sound its bytes are', async () => {
      await store.build('films-1', FILMS, batches(SOME_FILMS));
      let read = 0;
      async function* counted(): AsyncGenerator<readonly ArtefactRow[]> {
        for await (const rows of batches(SOME_FILMS)) {
          read += rows.length;
          yield rows;
        }
      }
      expect(await store.build('films-1', FILMS, counted(), { anew: true })).toBe(5);
      expect(read).toBe(5);
      expect(await visible('films-1')).toEqual([5, true]);
      expect(await store.verify('films-1')).toBe('sound');
    });

    test('nothing is visible while it is built', async () => {
      const seen: unknown[] = [];
      async function* watched(): AsyncGenerator<readonly ArtefactRow[]> {
        for (const row of SOME_FILMS) {
          yield [row];
          seen.push(await visible('films-1'));
        }
      }
      await store.build('films-1', FILMS, watched());
      expect(seen).toEqual(SOME_FILMS.map(() => [undefined, false]));
      expect(await visible('films-1')).toEqual([5, true]);
    });

    test('nothing is visible when the rows end in an error, and the same artefact can be built afterwards', async () => {
      await expect(store.build('films-1', FILMS, endingInAnError(SOME_FILMS))).rejects.toThrow('the source went away');
      expect(await visible('films-1')).toEqual([undefined, false]);
      expect(await store.build('films-1', FILMS, batches(SOME_FILMS))).toBe(5);
    });

    test('nothing is visible when the build is aborted, before or in the middle', async () => {
      const abort = new AbortController();
      async function* aborting(): AsyncGenerator<readonly ArtefactRow[]> {
        yield SOME_FILMS.slice(0, 2);
        abort.abort(new Error('enough'));
        yield SOME_FILMS.slice(2);
      }
      await expect(store.build('films-1', FILMS, aborting(), { signal: abort.signal })).rejects.toThrow('enough');
      await expect(store.build('films-1', FILMS, batches(SOME_FILMS), { signal: abort.signal })).rejects.toThrow('enough');
      expect(await visible('films-1')).toEqual([undefined, false]);
    });

    test.each([
      ['side by side', [film({ id: 'a' }), film({ id: 'twice' }), film({ id: 'twice' })]],
      ['far apart', [film({ id: 'twice' }), film({ id: 'a' }), film({ id: 'z' }), film({ id: 'twice', title: 'other' })]],
    ])('refuses two rows with one key, naming it: %s', async (_, rows) => {
      await expect(store.build('films-1', FILMS, batches(rows))).rejects.toThrow(/twice/);
      expect(await visible('films-1')).toEqual([undefined, false]);
    });

    test('refuses a lookup value that repeats, naming it; nulls may repeat', async () => {
      const rows = [film({ id: 'a', code: 'same' }), film({ id: 'b' }), film({ id: 'c' }), film({ id: 'd', code: 'same' })];
      await expect(store.build('films-1', FILMS, batches(rows))).rejects.toThrow(/same/);
      expect(await visible('films-1')).toEqual([undefined, false]);
      expect(await store.build('films-1', FILMS, batches(rows.slice(0, 3)))).toBe(3);
    });

    test.each(['', 'Films', 'a.b', '../a', 'a/b', 'x'.repeat(101), 'é'])('refuses the name %j', async (name) => {
      await expect(store.build(name, FILMS, batches(SOME_FILMS))).rejects.toBeInstanceOf(Error);
    });

    test('takes names of up to a hundred letters, digits, _ and -', async () => {
      const names = ['a', '-_0', 'x'.repeat(100)];
      for (const name of names) await store.build(name, FILMS, batches(SOME_FILMS));
      expect((await store.listArtefacts()).toSorted()).toEqual(names.toSorted());
    });

    test('builders that race end in one whole artefact', async () => {
      const other = await opened.reopen();
      const built = await Promise.all([store, other, store, other].map((racer) => racer.build('films-1', FILMS, batches(SOME_FILMS, 1))));
      expect(built).toEqual([5, 5, 5, 5]);
      expect(await store.listArtefacts()).toEqual(['films-1']);
      const reader = await store.open('films-1');
      expect(await reader.list({ where: [], sort: [], limit: 10 })).toHaveLength(5);
      await reader.close();
    });

    test('a closed reader says so, and may be closed again', async () => {
      await store.build('films-1', FILMS, batches(SOME_FILMS));
      const reader = await store.open('films-1');
      await reader.close();
      await reader.close();
      await expect(reader.get('a', {})).rejects.toBeInstanceOf(Error);
    });
  });
};
