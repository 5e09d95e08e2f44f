import type { ArtefactLayout, Condition, ListQuery } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import type { Partition } from './catalog.ts';
import { checkLayout, indexesSql } from './layout.ts';
import { listStatement, partitionsOf, rangesAfter } from './list-sql.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { kind: 'text', votes: 'integer', title: 'text', note: 'text', genres: 'text_set' },
  documents: ['card'],
  lookups: [],
  partition: 'kind',
  sorts: [
    { columns: ['votes'], directions: 'both' },
    { columns: ['title', 'votes'], directions: 'ascending' },
  ],
  filters: ['kind', 'genres', 'votes', 'note'],
};
const KINDS: readonly Partition[] = ['film', 'short', null].map((value) => ({ value, rows: 10 }));
const byVotes = [{ column: 'votes', desc: true }];

const statement = (where: readonly Condition[], query: Partial<ListQuery> = {}, known = KINDS): string =>
  listStatement(LAYOUT, 't', { where, sort: byVotes, limit: 5, ...query }, partitionsOf(LAYOUT, known, where), known.length).text;
const parts = (text: string): number => text.split('FROM t').length - 1;

describe('what stands after a place', () => {
  const sort = [
    { column: 'title', desc: false },
    { column: 'votes', desc: false },
  ];
  test('is everything, without one', () => expect(rangesAfter(sort, undefined)).toEqual([{ equal: 0, next: 'all' }]));

  test('is a range for each way to stand behind it, the nearest first', () => {
    expect(rangesAfter(sort, { values: ['a', 1], key: 'k' })).toEqual([
      { equal: 2, next: 'key' },
      { equal: 1, next: 'behind' },
      { equal: 1, next: 'missing' },
      { equal: 0, next: 'behind' },
      { equal: 0, next: 'missing' },
    ]);
  });

  test('behind a null is nothing', () => {
    expect(rangesAfter(sort, { values: ['a', null], key: 'k' }).map(({ equal, next }) => `${equal} ${next}`)).toEqual([
      '2 key',
      '0 behind',
      '0 missing',
    ]);
    expect(rangesAfter(sort, { values: [null, null], key: 'k' })).toEqual([{ equal: 2, next: 'key' }]);
  });
});

describe('partitions', () => {
  test('those that the conditions leave', () => {
    const left = (...where: Condition[]) => {
      const found = partitionsOf(LAYOUT, KINDS, where);
      return found === 'any' ? found : found.map(({ value }) => value);
    };
    expect(left()).toEqual(['film', 'short', null]);
    expect(left({ column: 'kind', op: 'gte', value: 'g' })).toEqual(['short']);
    expect(left({ column: 'kind', op: 'in', value: ['film', 'none'] })).toEqual(['film']);
    expect(left({ column: 'kind', op: 'missing' })).toEqual([null]);
    expect(left({ column: 'kind', op: 'eq', value: 'none' })).toEqual([]);
    expect(partitionsOf(LAYOUT, undefined, [])).toBe('any');
  });

  test('one is read by itself, several are merged, each with its own order', () => {
    expect(parts(statement([{ column: 'kind', op: 'eq', value: 'film' }]))).toBe(1);
    expect(parts(statement([]))).toBe(3);
    expect(parts(statement([], { after: { values: [7], key: 'k' } }))).toBe(9);
  });

  test('an order without an index, or too many of them, are sorted', () => {
    expect(parts(statement([], { sort: [{ column: 'note', desc: true }] }))).toBe(1);
    expect(
      parts(
        statement([], {
          sort: [
            { column: 'title', desc: true },
            { column: 'votes', desc: true },
          ],
        }),
      ),
    ).toBe(1);
    expect(
      parts(
        statement(
          [],
          {},
          Array.from({ length: 60 }, (_, n) => ({ value: `kind ${n}`, rows: 1 })),
        ),
      ),
    ).toBe(1);
  });
});

test('values are bound, never written into the statement', () => {
  const value = `x'; DROP TABLE t --`;
  const where: Condition[] = [
    { column: 'note', op: 'contains', value },
    { column: 'note', op: 'in', value: [value] },
    { column: 'genres', op: 'has', value },
    { column: 'genres', op: 'hasAny', value: [value] },
    { column: 'note', op: 'gt', value },
  ];
  const { text, values } = listStatement(
    LAYOUT,
    't',
    { where, sort: [{ column: 'note', desc: true }], after: { values: [value], key: value }, limit: 5 },
    'any',
    0,
  );
  expect(text).not.toContain('DROP');
  expect(values).toEqual(expect.arrayContaining([value, `%${value}%`, [value]]));
});

test('a number that is no integer, or lies beyond them, is compared as an integer', () => {
  const sql = (op: 'eq' | 'lt' | 'lte' | 'gt' | 'gte', value: number) => {
    const { text, values } = listStatement(LAYOUT, 't', { where: [{ column: 'votes', op, value }], sort: [], limit: 5 }, 'any', 0);
    return [/WHERE (.*) ORDER/.exec(text)?.[1], values?.[1]];
  };
  expect(sql('eq', 0.5)).toEqual(['FALSE', undefined]);
  expect(sql('eq', Number.NaN)).toEqual(['FALSE', undefined]);
  expect(sql('lt', 0.5)).toEqual(['"votes" < $2::bigint', 1]);
  expect(sql('lte', 0.5)).toEqual(['"votes" <= $2::bigint', 0]);
  expect(sql('gt', 0.5)).toEqual(['"votes" > $2::bigint', 0]);
  expect(sql('gte', 0.5)).toEqual(['"votes" >= $2::bigint', 1]);
  expect(sql('lt', Number.POSITIVE_INFINITY)).toEqual(['"votes" < $2::bigint', Number.MAX_SAFE_INTEGER + 1]);
});

test('each order and filter has an index, and the middle of a text where trigrams are there', () => {
  expect(indexesSql(LAYOUT, 't', undefined)).toEqual([
    'CREATE UNIQUE INDEX ON t ("id")',
    'CREATE INDEX ON t ("kind", "id")',
    'CREATE INDEX ON t ("kind", "votes" ASC NULLS LAST, "id")',
    'CREATE INDEX ON t ("kind", "votes" DESC NULLS LAST, "id")',
    'CREATE INDEX ON t ("kind", "title" ASC NULLS LAST, "votes" ASC NULLS LAST, "id")',
    'CREATE INDEX ON t ("kind", "note" ASC NULLS LAST, "id")',
    'CREATE INDEX ON t USING gin ("genres")',
  ]);
  expect(indexesSql(LAYOUT, 't', '"public"').at(-1)).toBe('CREATE INDEX ON t USING gin ("note" "public".gin_trgm_ops)');
});

test.each([
  [{ key: 'ctid' }, /ctid/],
  [{ columns: { 'a"b': 'text' } }, /a\\"b/],
  [{ columns: { ['x'.repeat(63)]: 'text' } }, /at most 62/],
  [{ sorts: [{ columns: ['none'], directions: 'both' }] }, /none that it does not declare/],
  [{ partition: 'genres' }, /partitioned by the set/],
  [{ documents: ['card', 'card'] }, /two columns are named card/],
] as const)('a layout with %j is refused', (changed, message) => {
  const { partition: _, ...rest } = LAYOUT;
  expect(() => checkLayout({ ...rest, ...changed })).toThrow(message);
});
