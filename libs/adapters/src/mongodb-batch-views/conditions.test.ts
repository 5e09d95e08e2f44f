import { type ArtefactLayout, type Condition, SET_SEPARATOR } from '@rushes/ports';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { checkConditions, filtersOf, literalPattern } from './conditions.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { title: 'text', year: 'integer', color: 'boolean', genres: 'text_set' },
  documents: [],
  lookups: [],
  sorts: [{ columns: ['year'], directions: 'both' }],
  filters: [],
};

const OPERATORS = ['$ne', '$where', '$gt.a', 'a.b', '{"$ne":1}', '$'];

test.each(OPERATORS)('%s as a value is a text behind an operator', (value) => {
  const where: readonly Condition[] = [
    { column: 'title', op: 'eq', value },
    { column: 'title', op: 'in', value: [value] },
    { column: 'id', op: 'lt', value },
    { column: 'genres', op: 'has', value },
  ];
  checkConditions(LAYOUT, where);
  expect(filtersOf(LAYOUT, where)).toEqual([
    { title: { $eq: value } },
    { title: { $in: [value] } },
    { _id: { $lt: value } },
    { genres: { $eq: value } },
  ]);
});

test.each([
  { column: 'title', op: 'eq', value: { $ne: null } },
  { column: 'title', op: 'in', value: [{ $ne: null }] },
  { column: 'title', op: 'in', value: [/a/] },
  { column: 'title', op: 'contains', value: /a/ },
  { column: 'title', op: 'gt', value: null },
  { column: 'year', op: 'gt', value: { $gt: '' } },
  { column: 'year', op: 'eq', value: '1999' },
  { column: 'year', op: 'lt', value: Number.NaN },
  { column: 'color', op: 'eq', value: 'true' },
  { column: 'color', op: 'lt', value: true },
  { column: 'genres', op: 'has', value: ['Drama'] },
  { column: 'genres', op: 'eq', value: 'Drama' },
  { column: 'title', op: 'has', value: 'Drama' },
  { column: '$where', op: 'missing' },
  { column: '_id', op: 'missing' },
  { column: '_asc_year', op: 'eq', value: 1 },
  { column: 'constructor', op: 'missing' },
])('what a column does not have is refused: %j', (condition) => {
  expect(() => checkConditions(LAYOUT, [condition as Condition])).toThrow(RangeError); // as: what a caller that checks nothing could pass
});

test('what no row can satisfy is not asked for', () => {
  for (const condition of [
    { column: 'title', op: 'in', value: [] },
    { column: 'genres', op: 'has', value: '' },
    { column: 'genres', op: 'has', value: `a${SET_SEPARATOR}b` },
    { column: 'genres', op: 'hasAny', value: ['', SET_SEPARATOR] },
  ] as const)
    expect(filtersOf(LAYOUT, [{ column: 'year', op: 'missing' }, condition])).toBeUndefined();
});

test('a pattern finds its text and nothing else', () => {
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', '.', '*', '\\', '$', '^', '(', ']', '-', '/', '\0', '\n', 'é', '\u{1f3ac}'),
    maxLength: 4,
  });
  fc.assert(
    fc.property(texts, texts, (text, part) => {
      expect(new RegExp(literalPattern(part)).test(text)).toBe(text.includes(part));
    }),
    { numRuns: 500 },
  );
});

test('a pattern that MongoDB would refuse is refused before', () => {
  expect(literalPattern('é'.repeat(16_000))).toHaveLength(16_000);
  expect(() => literalPattern('é'.repeat(16_001))).toThrow(/32002 bytes/);
  expect(() => literalPattern('.'.repeat(16_001))).toThrow(RangeError);
});
