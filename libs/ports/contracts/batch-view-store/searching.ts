/**
 * Searching by words: every store finds the same rows, whatever its own index makes of words, and whether the artefact was built whole or as a copy with
 * changes. What is expected is computed the plain way, row by row.
 */
import { namesText, searchJudge } from '@rushes/domain';
import {
  type ArtefactLayout,
  type ArtefactReader,
  type ArtefactRow,
  type CellValue,
  type Condition,
  SCORE,
  type SearchQuery,
  type SearchResult,
  SET_SEPARATOR,
} from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { comparePlaces, keyOf, matching } from '../batch-view-model.ts';
import { type Depths, histories } from '../depth.ts';
import { batches, FILMS, SOME_FILMS } from './films.ts';
import type { OpenedBatchViewStore } from './opened-store.ts';

const SEARCHED: ArtefactLayout = {
  key: 'id',
  columns: { kind: 'text', year: 'integer', color: 'boolean', genres: 'text_set', titles: 'text', people: 'text' },
  documents: ['card'],
  lookups: [],
  sorts: [],
  filters: [],
  search: ['titles', 'people'],
};
const COLUMNS = [SEARCHED.key, ...Object.keys(SEARCHED.columns)];

/** Words that begin alike, differ by a letter, or are of other scripts; some are words of query languages. */
const NAMES = [
  'the',
  'there',
  'theory',
  'godfather',
  'godfahter',
  'odfather',
  'OR',
  'and',
  'near',
  'москва',
  'масква',
  '七人の侍',
  '2001',
  'Łódź',
  'M*A*S*H',
];
const name = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
const orNull = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(values, { nil: null, freq: 4 });
const values = fc.tuple(
  orNull(fc.constantFrom('film', 'short')),
  orNull(fc.integer({ min: 1999, max: 2003 })),
  orNull(fc.boolean()),
  orNull(fc.subarray(['Drama', 'Crime', 'War']).map((genres) => genres.join(SET_SEPARATOR))),
  orNull(fc.array(name, { maxLength: 2 }).map((names) => namesText('primary', names))),
  orNull(fc.array(name, { maxLength: 2 }).map((names) => namesText('cast', names))),
);
const rowsOf = (most: number): fc.Arbitrary<readonly ArtefactRow[]> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...Array.from({ length: 26 }, (_, n) => `k${String.fromCharCode(97 + n)}`)), values), {
      selector: ([key]) => key,
      maxLength: most,
      size: 'max',
    })
    .map((rows) => rows.map(([key, cells]): ArtefactRow => [key, ...cells, null]));

const conditions: fc.Arbitrary<Condition[]> = fc.subarray<Condition>([
  { column: 'kind', op: 'eq', value: 'film' },
  { column: 'year', op: 'gte', value: 2001 },
  { column: 'color', op: 'eq', value: false },
  { column: 'genres', op: 'has', value: 'Drama' },
]);
const sorts = fc.constantFrom<SearchQuery['sort']>(
  [{ column: SCORE, desc: true }],
  [
    { column: SCORE, desc: true },
    { column: 'year', desc: false },
  ],
  [{ column: 'year', desc: true }],
  [{ column: 'color', desc: false }],
  [],
);
const WORDS = [
  'the',
  'th',
  'theor',
  'godfather',
  'godfathr',
  'or',
  'near',
  'москва',
  '七',
  '侍',
  '2001',
  '2002',
  'lodz',
  'lod',
  'mash',
  'm',
];
const queries: fc.Arbitrary<SearchQuery> = fc.record({
  words: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }),
  typos: fc.boolean(),
  where: conditions,
  except: fc.subarray(['ka', 'kb', 'kc', 'none']),
  sort: sorts,
  limit: fc.integer({ min: 0, max: 5 }),
  tally: fc.subarray(['kind', 'year', 'color', 'genres']),
});

const cellOf = (row: ArtefactRow, column: string): CellValue => row[COLUMNS.indexOf(column)] ?? null;

const expected = (rows: readonly ArtefactRow[], query: SearchQuery): SearchResult => {
  const judge = searchJudge(query);
  const found = matching(SEARCHED, rows, query.where).flatMap((row) => {
    const names = `${cellOf(row, 'titles') ?? ''}${cellOf(row, 'people') ?? ''}`;
    const score = judge.score(names);
    return score === undefined || query.except.includes(keyOf(row)) ? [] : [{ row, score, names }];
  });
  const placed = found.map(({ row, score, names }) => ({
    key: keyOf(row),
    score,
    names,
    sortValues: query.sort.map(({ column }) => (column === SCORE ? score : cellOf(row, column))),
  }));
  const placeOf = ({ key, sortValues }: (typeof placed)[number]) => ({ key, values: sortValues });
  const { after } = query;
  return {
    rows: placed
      .toSorted((a, b) => comparePlaces(placeOf(a), placeOf(b), query.sort))
      .filter((row) => after === undefined || comparePlaces(placeOf(row), after, query.sort) > 0)
      .slice(0, query.limit),
    total: found.length,
    tallies: query.tally.map((column) => {
      const members = found.flatMap(({ row }) => {
        const value = cellOf(row, column);
        return value === null || value === '' ? [] : column === 'genres' ? String(value).split(SET_SEPARATOR) : [value];
      });
      return new Map(members.map((value) => [value, members.filter((other) => other === value).length]));
    }),
  };
};

/** Compares every page of a search. @returns how many there were. */
const checkPages = async (reader: ArtefactReader, rows: readonly ArtefactRow[], query: SearchQuery): Promise<number> => {
  let after: SearchQuery['after'];
  let pages = 0;
  for (;;) {
    const asked = after === undefined ? query : { ...query, after };
    const page = await reader.search(asked);
    expect(page).toEqual(expected(rows, asked));
    const last = page.rows.at(-1);
    pages += 1;
    if (last === undefined) return pages;
    after = { values: last.sortValues, key: last.key };
  }
};

export const searchTests = (open: () => Promise<OpenedBatchViewStore>, runs: Depths<number>): void => {
  describe('searching', () => {
    let opened: OpenedBatchViewStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    test('rows, their order, pages and counts, of artefacts built whole and of changed copies', async () => {
      let builds = 0;
      await fc.assert(
        fc.asyncProperty(rowsOf(26), rowsOf(12), fc.array(queries, { minLength: 4, maxLength: 10 }), async (before, changed, asked) => {
          builds += 1;
          const [whole, copy] = [`whole-${builds}`, `copy-${builds}`];
          await opened.store.build(whole, SEARCHED, batches(before, 7));
          const removed = [...changed.map(keyOf), 'ka', 'kq'];
          await opened.store.build(copy, SEARCHED, batches(changed, 5), { parent: { artefact: whole, removedKeys: batches(removed, 3) } });
          const now = [...before.filter((row) => !removed.includes(keyOf(row))), ...changed];
          for (const [artefact, rows] of [
            [whole, before],
            [copy, now],
          ] as const) {
            const reader = await opened.store.open(artefact);
            for (const query of asked) expect(await checkPages(reader, rows, query)).toBeGreaterThan(0);
            await reader.close();
          }
        }),
        histories(runs),
      );
    });

    test('a word that many rows have, and many words', async () => {
      const rows = Array.from({ length: 3_000 }, (_, n): ArtefactRow => [
        `id ${n}`,
        'film',
        n,
        null,
        null,
        `=the w${n} ${n % 2 === 0 ? 'even' : 'odd'}`,
        null,
        null,
      ]);
      await opened.store.build('many', SEARCHED, batches(rows, 500));
      const reader = await opened.store.open('many');
      const query: SearchQuery = {
        words: ['the', 'even'],
        typos: true,
        where: [],
        except: [],
        sort: [{ column: 'year', desc: true }],
        limit: 2,
        tally: ['kind'],
      };
      expect(await reader.search(query)).toMatchObject({
        total: 1_500,
        rows: [{ key: 'id 2998' }, { key: 'id 2996' }],
        tallies: [new Map([['film', 1_500]])],
      });
      const long = [
        'abcdefghijklmnop',
        'qrstuvwxyzabcdef',
        'ghijklmnopqrstuv',
        'wxyzabcdefghijkl',
        'mnopqrstuvwxyzab',
        'cdefghijklmnopqr',
        'even',
        'the',
      ];
      expect(await reader.search({ ...query, words: long })).toMatchObject({ total: 0, rows: [] });
      await reader.close();
    });

    test('what cannot be searched, counted or sorted by is refused, by name', async () => {
      await opened.store.build('films-1', FILMS, batches(SOME_FILMS));
      await opened.store.build('searched', SEARCHED, batches([]));
      const [films, searched] = [await opened.store.open('films-1'), await opened.store.open('searched')];
      const query: SearchQuery = { words: ['a'], typos: false, where: [], except: [], sort: [], limit: 1, tally: [] };
      expect(searched.layout).toEqual(SEARCHED);
      expect((await searched.search(query)).total).toBe(0);
      await expect(films.search(query)).rejects.toThrow(/not searched/);
      for (const words of [[], [''], ['a', 'b c'], ['"'], ["x' | 'y"], ['a*'], ['.']])
        await expect(searched.search({ ...query, words })).rejects.toThrow(/words/);
      await expect(searched.search({ ...query, tally: ['nothing'] })).rejects.toThrow(/nothing/);
      await expect(searched.search({ ...query, sort: [{ column: 'nothing', desc: true }] })).rejects.toThrow(/nothing/);
      await expect(searched.search({ ...query, where: [{ column: 'nothing', op: 'missing' }] })).rejects.toThrow(/nothing/);
      await films.close();
      await searched.close();
    });

    test('a search that is given up ends', async () => {
      await opened.store.build('searched', SEARCHED, batches([]));
      const reader = await opened.store.open('searched');
      const query: SearchQuery = { words: ['a'], typos: false, where: [], except: [], sort: [], limit: 1, tally: [] };
      await expect(reader.search(query, { signal: AbortSignal.abort(new Error('given up')) })).rejects.toThrow('given up');
      await reader.close();
    });
  });
};
