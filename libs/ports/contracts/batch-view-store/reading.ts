import type { ArtefactReader } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { batches, film, FILMS, SOME_FILMS } from './films.ts';
import type { OpenedBatchViewStore } from './opened-store.ts';

export const readTests = (open: () => Promise<OpenedBatchViewStore>): void => {
  describe('reading', () => {
    let opened: OpenedBatchViewStore;
    let reader: ArtefactReader;
    beforeEach(async () => {
      opened = await open();
      await opened.store.build('films-1', FILMS, batches(SOME_FILMS));
      reader = await opened.store.open('films-1');
    });
    afterEach(async () => {
      await reader.close();
      await opened.dispose();
    });

    test('an artefact says what it was built with', () => expect(reader.layout).toEqual(FILMS));

    test('a row by its key: values by type, documents byte for byte, in the order asked for', async () => {
      const columns = ['genres', 'year', 'color', 'title', 'id', 'code', 'kind'];
      expect(await reader.get('a', { columns, documents: ['notes', 'card'] })).toEqual({
        key: 'a',
        columns: ['Drama\u001fCrime', 1999, true, 'alpha', 'a', 'c1', 'film'],
        documents: ['[]', '{"t": "Alpha",  "x":1.0}'],
      });
      expect((await reader.get('b', { columns: ['color'] }))?.columns).toEqual([false]);
    });

    test('nothing is selected that was not asked for', async () => {
      expect(await reader.get('a', {})).toEqual({ key: 'a', columns: [], documents: [] });
      expect(await reader.get('a', { documents: ['card'] })).toEqual({ key: 'a', columns: [], documents: ['{"t": "Alpha",  "x":1.0}'] });
    });

    test('absent values and documents are null', async () => {
      expect(await reader.get('d', { columns: ['kind', 'color', 'genres'], documents: ['card', 'notes'] })).toEqual({
        key: 'd',
        columns: [null, null, null],
        documents: ['4', null],
      });
    });

    test('keys are compared exactly', async () => {
      expect(await reader.get('é', {})).toEqual({ key: 'é', columns: [], documents: [] });
      for (const key of ['e', 'É', 'e\u0301', 'A', 'a ', '', "a' OR '1'='1"]) expect(await reader.get(key, {})).toBeUndefined();
    });

    test('a row by a lookup column', async () => {
      expect(await reader.lookup('code', 'c2', { columns: ['title'] })).toEqual({ key: 'b', columns: ['beta'], documents: [] });
      expect(await reader.lookup('code', 'c3', {})).toBeUndefined();
      await expect(reader.lookup('title', 'alpha', {})).rejects.toThrow(/title/);
    });

    test('many rows: those that exist, in the order of the keys', async () => {
      const rows = await reader.getMany(['é', 'nobody', 'a', 'c'], { columns: ['title'] });
      expect(rows).toEqual([
        { key: 'é', columns: ['epsilon'], documents: [] },
        { key: 'a', columns: ['alpha'], documents: [] },
        { key: 'c', columns: ['gamma'], documents: [] },
      ]);
      expect(await reader.getMany([], {})).toEqual([]);
    });

    test('more rows than fit into one request to most stores', async () => {
      const ids = Array.from({ length: 3_000 }, (_, n) => `id ${String(n).padStart(5, '0')}`);
      await opened.store.build(
        'many',
        FILMS,
        batches(
          ids.map((id, n) => film({ id, year: n })),
          700,
        ),
      );
      const many = await opened.store.open('many');
      const asked = ids.toReversed();
      expect((await many.getMany(asked, { columns: ['year'] })).map((row) => row.columns[0])).toEqual(asked.map((_, n) => 2_999 - n));
      expect(await many.list({ where: [], sort: [{ column: 'year', desc: false }], limit: 3_000 })).toHaveLength(3_000);
      await many.close();
    });

    test('selecting, filtering or sorting by what the layout lacks is refused, by name', async () => {
      await expect(reader.get('a', { columns: ['nothing'] })).rejects.toThrow(/nothing/);
      await expect(reader.get('a', { documents: ['title'] })).rejects.toThrow(/title/);
      await expect(reader.list({ where: [], sort: [{ column: 'nothing', desc: true }], limit: 1 })).rejects.toThrow(/nothing/);
      await expect(reader.count([{ column: 'nothing', op: 'eq', value: 1 }])).rejects.toThrow(/nothing/);
    });

    test('readers share nothing: each is closed by itself', async () => {
      const second = await opened.store.open('films-1');
      await second.close();
      expect(await reader.get('a', {})).toBeDefined();
    });
  });
};
