import { ArtefactNotFoundError, type ArtefactReader, type ArtefactRow, type BatchViewStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { batches, drop, FILMS, SOME_FILMS } from './films.ts';
import type { OpenedBatchViewStore } from './opened-store.ts';

const HOUR_MS = 3_600_000;

const questions: readonly ((reader: ArtefactReader) => Promise<unknown>)[] = [
  (reader) => reader.get('a', { columns: ['title'], documents: ['card'] }),
  (reader) => reader.lookup('code', 'c2', { columns: ['title'] }),
  (reader) => reader.getMany(['a', 'b', 'nobody'], { columns: ['title'] }),
  (reader) => reader.list({ where: [], sort: [{ column: 'year', desc: true }], limit: 9, columns: ['title'] }),
  (reader) => reader.list({ where: [{ column: 'title', op: 'contains', value: 'a' }], sort: [{ column: 'color', desc: true }], limit: 9 }),
  (reader) => reader.count([]),
  (reader) => reader.count([{ column: 'title', op: 'contains', value: 'ta' }]),
];

/** Rows that must not be asked for. */
async function* untouchable(): AsyncGenerator<readonly ArtefactRow[]> {
  yield await Promise.reject(new Error('the rows were read'));
}

export const retireTests = (open: () => Promise<OpenedBatchViewStore>): void => {
  describe('retiring and dropping', () => {
    let opened: OpenedBatchViewStore;
    let store: BatchViewStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      for (const name of ['films-1', 'films-2']) await store.build(name, FILMS, batches(SOME_FILMS));
    });
    afterEach(() => opened.dispose());

    test('what is retired is listed no more, and can be read as before until its grace has passed', async () => {
      await store.retire(['films-1', 'never-there']);
      for (const one of [store, await opened.reopen()]) {
        expect(await one.listArtefacts()).toEqual(['films-2']);
        expect([await one.rowCount('films-1'), await one.verify('films-1')]).toEqual([5, 'sound']);
        expect(await one.dropRetired(HOUR_MS)).toEqual([]);
        const reader = await one.open('films-1');
        expect(await reader.count([])).toBe(5);
        await reader.close();
      }
    });

    test('what is dropped is gone, for everybody; dropping again drops nothing', async () => {
      const other = await opened.reopen();
      await store.retire(['films-1']);
      await store.retire(['films-1']);
      expect(await other.dropRetired(0)).toEqual(['films-1']);
      expect(await store.dropRetired(0)).toEqual([]);
      for (const one of [store, other]) {
        expect(await one.listArtefacts()).toEqual(['films-2']);
        expect([await one.rowCount('films-1'), await one.verify('films-1')]).toEqual([undefined, 'missing']);
        await expect(one.open('films-1')).rejects.toBeInstanceOf(ArtefactNotFoundError);
      }
    });

    test('a reader of a dropped artefact answers as before or says that it is gone, and never that rows are missing', async () => {
      const reader = await (await opened.reopen()).open('films-1');
      const before = await Promise.all(questions.map((ask) => ask(reader)));
      await drop(store, 'films-1');
      const answers = await Promise.all(questions.map((ask) => ask(reader).catch((error: unknown) => error)));
      expect(answers.map((answer, n) => (answer instanceof ArtefactNotFoundError ? before[n] : answer))).toEqual(before);
      await reader.close();
    });

    test('building what is retired takes it into use again, without reading rows', async () => {
      await store.retire(['films-1']);
      expect(await (await opened.reopen()).build('films-1', FILMS, untouchable())).toBe(5);
      expect(await store.dropRetired(0)).toEqual([]);
      expect(await store.listArtefacts()).toEqual(['films-1', 'films-2']);
    });

    test('building anew what is retired takes it into use again', async () => {
      await store.retire(['films-1']);
      expect(await store.build('films-1', FILMS, batches(SOME_FILMS), { anew: true })).toBe(5);
      expect(await store.dropRetired(0)).toEqual([]);
      expect(await store.listArtefacts()).toEqual(['films-1', 'films-2']);
    });

    test('reviving takes it into use again, and says what is not there', async () => {
      await store.retire(['films-1', 'films-2']);
      expect(await store.revive(['films-1', 'never-there'])).toEqual(['never-there']);
      expect(await store.dropRetired(0)).toEqual(['films-2']);
      expect(await store.revive(['films-1', 'films-2'])).toEqual(['films-2']);
      expect(await store.listArtefacts()).toEqual(['films-1']);
    });

    test('what was dropped is built anew, and is in use', async () => {
      await drop(store, 'films-1');
      expect(await store.build('films-1', FILMS, batches(SOME_FILMS.slice(1)))).toBe(4);
      expect(await store.dropRetired(0)).toEqual([]);
      const reader = await store.open('films-1');
      expect(await reader.get('a', {})).toBeUndefined();
      expect(await reader.count([])).toBe(4);
      await reader.close();
    });

    test('what is built while others drop it is there afterwards', async () => {
      const other = await opened.reopen();
      for (let round = 0; round < 20; round++) {
        await store.retire(['films-1']);
        const [rows] = await Promise.all([store.build('films-1', FILMS, batches(SOME_FILMS)), other.dropRetired(0)]);
        expect(rows).toBe(5);
        const reader = await other.open('films-1');
        expect(await reader.count([])).toBe(5);
        await reader.close();
        expect(await other.listArtefacts()).toEqual(['films-1', 'films-2']);
      }
    });

    test('an aborted call rejects with its reason', async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      const reader = await store.open('films-1');
      await expect(reader.list({ where: [], sort: [], limit: 1 }, { signal })).rejects.toThrow('enough');
      await expect(reader.count([], { signal })).rejects.toThrow('enough');
      await expect(reader.getMany(['a'], {}, { signal })).rejects.toThrow('enough');
      await reader.close();
      await store.retire(['films-1']);
      await expect(store.dropRetired(0, { signal })).rejects.toThrow('enough');
      expect(await store.rowCount('films-1')).toBe(5);
    });
  });
};
