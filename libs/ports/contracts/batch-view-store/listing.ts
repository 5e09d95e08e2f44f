import type { ArtefactLayout, ArtefactReader, ArtefactRow, ListPosition, ListQuery } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Depths, histories } from '../depth.ts';
import { artefactRows, conditions, expectedList, LAYOUTS, matching, queriesOf } from '../batch-view-model.ts';
import { batches, drop, film, FILMS, SOME_FILMS } from './films.ts';
import type { OpenedBatchViewStore } from './opened-store.ts';

/** Everything that pages of a query's size give, one after the other. */
const walk = async (reader: ArtefactReader, query: ListQuery, mostPages: number) => {
  const rows: Awaited<ReturnType<ArtefactReader['list']>>[number][] = [];
  let after: ListPosition | undefined;
  for (let page = 0; page <= mostPages; page++) {
    const listed = await reader.list(after === undefined ? query : { ...query, after });
    rows.push(...listed);
    const last = listed.at(-1);
    if (last === undefined) return rows;
    after = { values: last.sortValues, key: last.key };
  }
  throw new Error('the pages do not end');
};

export const listTests = (open: () => Promise<OpenedBatchViewStore>, runs: Depths<number>): void => {
  describe('listing', () => {
    let opened: OpenedBatchViewStore;
    let artefacts = 0;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    const withReader = async (
      layout: ArtefactLayout,
      rows: readonly ArtefactRow[],
      use: (reader: ArtefactReader) => Promise<void>,
    ): Promise<void> => {
      const artefact = `artefact-${artefacts++}`;
      await opened.store.build(artefact, layout, batches(rows, 7));
      const reader = await opened.store.open(artefact);
      try {
        await use(reader);
      } finally {
        await reader.close();
        await drop(opened.store, artefact);
      }
    };

    test('sorts with nulls last in both directions and equal ones by key', async () => {
      await withReader(FILMS, SOME_FILMS, async (reader) => {
        const keys = async (desc: boolean) =>
          (await reader.list({ where: [], sort: [{ column: 'year', desc }], limit: 9 })).map((row) => row.key);
        expect(await keys(false)).toEqual(['a', 'd', 'b', 'é', 'c']);
        expect(await keys(true)).toEqual(['é', 'b', 'a', 'd', 'c']);
      });
    });

    test('goes on after a place whose row is not there', async () => {
      await withReader(FILMS, SOME_FILMS, async (reader) => {
        const after = async (year: number | null, key: string) =>
          (await reader.list({ where: [], sort: [{ column: 'year', desc: false }], after: { values: [year], key }, limit: 9 })).map(
            (row) => row.key,
          );
        expect(await after(1999, 'aa')).toEqual(['d', 'b', 'é', 'c']);
        expect(await after(2000, 'z')).toEqual(['b', 'é', 'c']);
        expect(await after(2020, 'ê')).toEqual(['c']);
        expect(await after(null, 'b')).toEqual(['c']);
        expect(await after(null, 'c')).toEqual([]);
      });
    });

    test('a place must have a value for each sort column', async () => {
      await withReader(FILMS, SOME_FILMS, async (reader) => {
        await expect(
          reader.list({ where: [], sort: [{ column: 'year', desc: false }], after: { values: [], key: 'a' }, limit: 1 }),
        ).rejects.toBeInstanceOf(Error);
      });
    });

    test('a null satisfies no condition but `missing`', async () => {
      await withReader(FILMS, [film({ id: 'null' }), film({ id: 'zero', year: 0, title: '', color: false })], async (reader) => {
        expect(await reader.count([{ column: 'year', op: 'lte', value: 5 }])).toBe(1);
        expect(await reader.count([{ column: 'title', op: 'contains', value: '' }])).toBe(1);
        expect(await reader.count([{ column: 'color', op: 'eq', value: false }])).toBe(1);
        expect(await reader.count([{ column: 'genres', op: 'has', value: 'Drama' }])).toBe(0);
        for (const column of ['year', 'title', 'color']) expect(await reader.count([{ column, op: 'missing' }])).toBe(1);
      });
    });

    test('what a query says is text, never part of a command', async () => {
      await withReader(FILMS, [film({ id: 'a', title: 'O\'Hara % _ \\ " ; --' }), film({ id: 'b', title: 'x' })], async (reader) => {
        for (const value of ["O'Hara", '%', '_', '\\', '"', '; --']) {
          expect(await reader.count([{ column: 'title', op: 'contains', value }])).toBe(1);
        }
        expect(await reader.count([{ column: 'title', op: 'contains', value: '.*' }])).toBe(0);
        expect(await reader.count([{ column: 'title', op: 'contains', value: 'o' }])).toBe(0);
      });
    });

    test('a set with many members has each of them, and no part of one', async () => {
      const members = Array.from({ length: 130 }, (_, n) => `member ${n}`);
      const rows = members.map((member, n) =>
        film({ id: `id ${String(n).padStart(3, '0')}`, genres: [member, members[(n + 1) % 130] ?? '', 'all'] }),
      );
      await withReader(FILMS, rows, async (reader) => {
        for (const member of members) expect(await reader.count([{ column: 'genres', op: 'has', value: member }])).toBe(2);
        expect(await reader.count([{ column: 'genres', op: 'has', value: 'all' }])).toBe(130);
        for (const none of ['member', 'al', '', 'member 0\u001fmember 1']) {
          expect(await reader.count([{ column: 'genres', op: 'has', value: none }])).toBe(0);
          expect(await reader.list({ where: [{ column: 'genres', op: 'has', value: none }], sort: [], limit: 5 })).toEqual([]);
        }
        const two = await reader.list({
          where: ['member 100', 'member 101'].map((value) => ({ column: 'genres', op: 'has', value })),
          sort: [],
          limit: 5,
        });
        expect(two.map((row) => row.key)).toEqual(['id 100']);
      });
    });

    test.each(LAYOUTS.map((layout, n) => [n, layout] as const))(
      'pages give exactly the filtered and sorted rows, once each (layout %i)',
      async (_, layout) => {
        await fc.assert(
          fc.asyncProperty(artefactRows(25), fc.array(queriesOf(layout), { minLength: 5, maxLength: 10 }), async (rows, queries) => {
            await withReader(layout, rows, async (reader) => {
              for (const { query, strayValues, strayKey } of queries) {
                const all = expectedList(layout, rows, { ...query, limit: rows.length + 1 });
                expect(await walk(reader, query, rows.length)).toEqual(all);
                expect(await reader.count(query.where)).toBe(all.length);
                const stray = { ...query, after: { values: strayValues, key: strayKey } };
                expect(await reader.list(stray)).toEqual(expectedList(layout, rows, stray));
              }
            });
          }),
          histories(runs),
        );
      },
    );

    test('a page after a place goes on alike when rows were removed, changed or added', async () => {
      const layout = LAYOUTS[0] ?? FILMS;
      await fc.assert(
        fc.asyncProperty(
          artefactRows(15),
          artefactRows(15),
          fc.array(queriesOf(layout), { minLength: 3, maxLength: 3 }),
          async (before, now, queries) => {
            await withReader(layout, now, async (reader) => {
              for (const { query } of queries) {
                const last = expectedList(layout, before, query).at(-1);
                const next = last === undefined ? query : { ...query, after: { values: last.sortValues, key: last.key } };
                expect(await reader.list(next)).toEqual(expectedList(layout, now, next));
              }
            });
          },
        ),
        histories(runs),
      );
    });

    test('counts are exact', async () => {
      const layout = LAYOUTS[1] ?? FILMS;
      await fc.assert(
        fc.asyncProperty(artefactRows(40), fc.array(conditions, { minLength: 10, maxLength: 10 }), async (rows, wheres) => {
          await withReader(layout, rows, async (reader) => {
            for (const where of wheres) expect(await reader.count(where)).toBe(matching(layout, rows, where).length);
          });
        }),
        histories(runs),
      );
    });
  });
};
