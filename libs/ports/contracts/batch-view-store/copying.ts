import { type ArtefactLayout, ArtefactNotFoundError, type ArtefactReader, type ArtefactRow, type BatchViewStore } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Depths, histories } from '../depth.ts';
import { artefactRows, expectedList, keyOf, LAYOUTS, queriesOf } from '../batch-view-model.ts';
import { batches, drop, film, FILMS, SOME_FILMS } from './films.ts';
import type { OpenedBatchViewStore } from './opened-store.ts';

const everything = { where: [], sort: [], limit: 1_000, columns: ['title', 'code'], documents: ['card'] } as const;

const read = async <Answer>(store: BatchViewStore, artefact: string, use: (reader: ArtefactReader) => Promise<Answer>): Promise<Answer> => {
  const reader = await store.open(artefact);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
};

export const copyTests = (open: () => Promise<OpenedBatchViewStore>, runs: Depths<number>): void => {
  describe('building a copy with changes', () => {
    let opened: OpenedBatchViewStore;
    let store: BatchViewStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.build('films-1', FILMS, batches(SOME_FILMS));
    });
    afterEach(() => opened.dispose());

    const copy = (artefact: string, removed: readonly string[], rows: readonly ArtefactRow[], parent = 'films-1'): Promise<number> =>
      store.build(artefact, FILMS, batches(rows), { parent: { artefact: parent, removedKeys: batches(removed) } });

    test('columns may be called as words that a store’s own queries have', async () => {
      const words = ['t', 'p', 'r', 'e', 'c', 'it', 'row', 'rows', 'order', 'select', 'value', 'values', 'limit', 'key', 'position'];
      const layout: ArtefactLayout = {
        key: 'id',
        columns: Object.fromEntries(words.map((word) => [word, 'integer'])),
        documents: ['card'],
        lookups: [],
        sorts: words.slice(0, 3).map((word) => ({ columns: [word], directions: 'both' })),
        filters: ['e', 'order'],
      };
      const rowOf = (id: string, value: number): ArtefactRow => [id, ...words.map((_, n) => value + n), `{"of":"${id}"}`];
      await store.build('words-1', layout, batches([rowOf('a', 10), rowOf('b', 20), rowOf('c', 30)]));
      const parent = { artefact: 'words-1', removedKeys: batches(['b']) };
      expect(await store.build('words-2', layout, batches([rowOf('b', 40)]), { parent })).toBe(3);
      for (const [n, word] of words.entries()) {
        const query = { where: [{ column: word, op: 'gte', value: 20 }], sort: [{ column: word, desc: true }], columns: [word] } as const;
        const found = await read(store, 'words-2', (reader) => reader.list({ ...query, limit: 10 }));
        expect(found.map(({ key, columns }) => [key, columns])).toEqual([
          ['b', [40 + n]],
          ['c', [30 + n]],
          ...(n >= 10 ? [['a', [10 + n]]] : []),
        ]);
      }
      expect(await store.verify('words-2', { again: true })).toBe('sound');
    });

    test('has the parent’s rows without the removed ones, and the changed and new ones; the parent stays as it was', async () => {
      const before = await read(store, 'films-1', (reader) => reader.list(everything));
      const changed = film({ id: 'b', code: 'c9', kind: 'short', title: 'beta again', card: '{"new":1}' });
      expect(
        await copy('films-2', ['b', 'c', 'never there'], [changed, film({ id: 'bb', code: 'c2', title: 'between' }), film({ id: '0' })]),
      ).toBe(6);
      const rows = [
        ...SOME_FILMS.filter((row) => !['b', 'c'].includes(keyOf(row))),
        changed,
        film({ id: 'bb', code: 'c2', title: 'between' }),
        film({ id: '0' }),
      ];
      expect(await read(store, 'films-2', (reader) => reader.list(everything))).toEqual(expectedList(FILMS, rows, everything));
      expect(await store.rowCount('films-2')).toBe(6);
      expect(await read(store, 'films-2', (reader) => reader.lookup('code', 'c2', {}))).toMatchObject({ key: 'bb' });
      expect(await read(store, 'films-2', (reader) => reader.get('c', {}))).toBeUndefined();
      expect(await read(store, 'films-1', (reader) => reader.list(everything))).toEqual(before);
    });

    test('may change nothing, or remove everything', async () => {
      expect(await copy('films-2', [], [])).toBe(5);
      expect(await copy('films-3', SOME_FILMS.map(keyOf), [])).toBe(0);
      expect(await copy('films-4', [], SOME_FILMS, 'films-3')).toBe(5);
      const [first, fourth] = await Promise.all(
        ['films-1', 'films-4'].map((name) => read(store, name, (reader) => reader.list(everything))),
      );
      expect(fourth).toEqual(first);
    });

    test('refuses a row whose key is still there, or comes twice, naming it', async () => {
      await expect(copy('films-2', [], [film({ id: 'b' })])).rejects.toThrow(/\bb\b/);
      await expect(copy('films-2', [], [film({ id: 'new' }), film({ id: 'new' })])).rejects.toThrow(/new/);
      expect(await store.rowCount('films-2')).toBeUndefined();
    });

    test('refuses a lookup value that is taken, naming it', async () => {
      await expect(copy('films-2', ['b'], [film({ id: 'new', code: 'c1' })])).rejects.toThrow(/c1/);
      expect(await store.rowCount('films-2')).toBeUndefined();
    });

    test('says so when the parent is not there', async () => {
      await expect(copy('films-2', [], [], 'nothing')).rejects.toBeInstanceOf(ArtefactNotFoundError);
      expect(await store.listArtefacts()).toEqual(['films-1']);
    });

    test('an aborted copy leaves nothing', async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      const parent = { artefact: 'films-1', removedKeys: batches(['a']) };
      await expect(store.build('films-2', FILMS, batches([]), { parent, signal })).rejects.toThrow('enough');
      expect(await store.listArtefacts()).toEqual(['films-1']);
    });

    test('the parent may be dropped afterwards', async () => {
      await copy('films-2', ['a'], []);
      await drop(store, 'films-1');
      expect(await read(store, 'films-2', (reader) => reader.count([]))).toBe(4);
    });

    test('many rows between two neighbors keep their order', async () => {
      const between = Array.from({ length: 60 }, (_, n) => film({ id: `b${String(n).padStart(3, '0')}`, title: 'between' }));
      await copy('films-2', [], between);
      await copy('films-3', [], between.map((row) => film({ id: `${keyOf(row)}-`, title: 'later' })).toReversed(), 'films-2');
      const keys = (await read(store, 'films-3', (reader) => reader.list({ where: [], sort: [], limit: 1_000 }))).map((row) => row.key);
      expect(keys).toHaveLength(125);
      expect(keys).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    });

    test.each(LAYOUTS.map((layout, n) => [n, layout] as const))(
      'answers like one built whole, copy after copy (layout %i)',
      async (_, layout) => {
        let artefacts = 0;
        const steps = fc.array(fc.record({ rows: artefactRows(10), removed: fc.array(fc.nat({ max: 30 }), { maxLength: 6 }) }), {
          minLength: 1,
          maxLength: 4,
        });
        await fc.assert(
          fc.asyncProperty(
            artefactRows(15),
            steps,
            fc.array(queriesOf(layout), { minLength: 8, maxLength: 8 }),
            async (first, changes, queries) => {
              const base = `copy-${artefacts++}`;
              await store.build(`${base}-0`, layout, batches(first));
              let rows = first;
              for (const [n, change] of changes.entries()) {
                const arriving = new Set(change.rows.map(keyOf));
                const removed = new Set([...arriving, ...change.removed.map((at) => keyOf(rows[at] ?? ['not there']))]);
                rows = [...rows.filter((row) => !removed.has(keyOf(row))), ...change.rows];
                const parent = { artefact: `${base}-${n}`, removedKeys: batches([...removed]) };
                expect(await store.build(`${base}-${n + 1}`, layout, batches(change.rows), { parent })).toBe(rows.length);
                await drop(store, parent.artefact);
              }
              await read(store, `${base}-${changes.length}`, async (reader) => {
                for (const { query } of queries) {
                  expect(await reader.list(query)).toEqual(expectedList(layout, rows, query));
                  expect(await reader.count(query.where)).toBe(expectedList(layout, rows, { ...query, limit: 1_000 }).length);
                }
                for (const row of rows) expect(await reader.get(keyOf(row), {})).toBeDefined();
              });
              await drop(store, `${base}-${changes.length}`);
            },
          ),
          histories(runs),
        );
      },
    );
  });
};
