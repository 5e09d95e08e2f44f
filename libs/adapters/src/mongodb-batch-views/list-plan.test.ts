import type { ArtefactLayout, ListQuery } from '@rushes/ports';
import { expect, test } from 'vitest';

import { indexesOf } from './indexes.ts';
import { listPlan } from './list-plan.ts';
import { NULL_LAST } from './stored-row.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { code: 'text', kind: 'text', title: 'text', year: 'integer', votes: 'integer', genres: 'text_set' },
  documents: [],
  lookups: ['code'],
  partition: 'kind',
  sorts: [
    { columns: ['year'], directions: 'both' },
    { columns: ['votes', 'year'], directions: 'descending' },
  ],
  filters: ['kind', 'genres', 'year'],
};
const PARTITIONS = ['film', null];

const query = (more: Partial<ListQuery>): ListQuery => ({ where: [], sort: [], limit: 10, ...more });
const plan = (more: Partial<ListQuery>) => listPlan(LAYOUT, query(more), PARTITIONS);

test('indexes: one for each direction of an order, behind the partition and before the key; the rest by lookups and filters', () => {
  expect(indexesOf(LAYOUT).map(({ key, unique = false, sparse = false }) => [key, unique, sparse])).toEqual([
    [{ code: 1 }, true, true],
    [{ kind: 1, _asc_year: 1, _id: 1 }, false, false],
    [{ kind: 1, year: -1, _id: 1 }, false, false],
    [{ kind: 1, votes: -1, year: -1, _id: 1 }, false, false],
    [{ kind: 1, _id: 1 }, false, false],
    [{ genres: 1, _id: 1 }, false, false],
    [{ year: 1, _id: 1 }, false, false],
  ]);
});

test('more indexes than MongoDB takes are refused', () => {
  const columns = Object.fromEntries(Array.from({ length: 61 }, (_, n) => [`c${n}`, 'integer' as const]));
  expect(() => indexesOf({ ...LAYOUT, columns, lookups: [], sorts: [], filters: Object.keys(columns) })).toThrow(RangeError);
});

test('a declared order is that of its index, over all partitions where none is chosen', () => {
  expect(plan({ sort: [{ column: 'year', desc: false }] })).toEqual({
    ranges: [[{ kind: { $in: PARTITIONS } }]],
    sort: { _asc_year: 1, _id: 1 },
    computed: undefined,
  });
  expect(plan({ sort: [{ column: 'year', desc: true }], where: [{ column: 'kind', op: 'eq', value: 'film' }] })).toEqual({
    ranges: [[{ kind: { $eq: 'film' } }]],
    sort: { year: -1, _id: 1 },
    computed: undefined,
  });
});

test('the index of an ascending order serves conditions on its column too', () => {
  const where = [
    { column: 'year', op: 'gte', value: 1990 },
    { column: 'year', op: 'missing' },
  ] as const;
  expect(plan({ sort: [{ column: 'year', desc: false }], where })?.ranges).toEqual([
    [{ kind: { $in: PARTITIONS } }, { _asc_year: { $gte: 1990 } }, { _asc_year: { $eq: NULL_LAST } }],
  ]);
});

test('behind a place: equal rows with a greater key first, then greater values and nulls', () => {
  const sort = [{ column: 'year', desc: false }];
  expect(plan({ sort, after: { values: [1999], key: 'a' } })?.ranges.map((range) => range.slice(1))).toEqual([
    [{ _asc_year: { $eq: 1999 } }, { _id: { $not: { $lte: 'a' } } }],
    [{ _asc_year: { $not: { $lte: 1999 } } }],
  ]);
  expect(plan({ sort, after: { values: [null], key: 'a' } })?.ranges.map((range) => range.slice(1))).toEqual([
    [{ _asc_year: { $eq: NULL_LAST } }, { _id: { $not: { $lte: 'a' } } }],
  ]);
});

test('an order that was not declared is sorted by the server', () => {
  expect(plan({ sort: [{ column: 'title', desc: false }] })).toMatchObject({
    sort: { _asc_title: 1, _id: 1 },
    computed: { _asc_title: { $ifNull: ['$title', NULL_LAST] } },
  });
});

test.each([
  [{ sort: [{ column: 'genres', desc: false }] }, /genres/],
  [{ sort: [{ column: '$natural', desc: false }] }, /natural/],
  [{ sort: [{ column: 'year', desc: true }], after: { values: [], key: 'a' } }, /values/],
  [{ sort: [{ column: 'year', desc: true }], after: { values: ['1999'], key: 'a' } }, /year/],
  [{ sort: [{ column: 'year', desc: true }], after: { values: [{ $gt: '' } as unknown as number], key: 'a' } }, /year/],
  [{ after: { values: [], key: { $gt: '' } as unknown as string } }, /key/],
])('what is no order or no place in it is refused: %j', (more, message) => {
  expect(() => plan(more)).toThrow(RangeError);
  expect(() => plan(more)).toThrow(message);
});
