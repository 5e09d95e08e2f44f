import type { ArtefactLayout, ArtefactRow } from '@rushes/ports';
import { artefactRows, LAYOUTS } from '@rushes/ports/contracts/batch-view-model';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { addRow, emptySum, readSum, sumText } from './row-sum.ts';
import { checkLayout, NULL_LAST, rowDecoder, rowEncoder, rowText, type StoredRow, StoredRowError } from './stored-row.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { title: 'text', year: 'integer', color: 'boolean', genres: 'text_set' },
  documents: ['card'],
  lookups: [],
  sorts: [{ columns: ['year'], directions: 'both' }],
  filters: [],
};
const ROW: ArtefactRow = ['$a.b', '$where', 1999, false, 'Drama\u001fCrime', '{"$ne":1}'];

test('a row is stored under the names of its columns, a null as nothing', () => {
  expect(rowEncoder(LAYOUT)(ROW).stored).toEqual({
    _id: '$a.b',
    title: '$where',
    year: 1999,
    _asc_year: 1999,
    color: false,
    genres: ['Drama', 'Crime'],
    _doc_card: '{"$ne":1}',
  });
  expect(rowEncoder(LAYOUT)(['a', null, null, null, '', null]).stored).toEqual({ _id: 'a', _asc_year: NULL_LAST, genres: [] });
});

test('what was stored is what is read', () => {
  for (const layout of LAYOUTS) {
    const [encode, decode] = [rowEncoder(layout), rowDecoder(layout)];
    fc.assert(
      fc.property(artefactRows(10), (rows) => {
        for (const row of rows) expect(decode(encode(row).stored)).toEqual(row);
      }),
    );
  }
});

test.each([
  [['a', null, null, null, null], /5 values/],
  [[1, null, null, null, null, null], /no text as its key/],
  [['a', 1, null, null, null, null], /title/],
  [['a', null, 0.5, null, null, null], /year/],
  [['a', null, 2 ** 53, null, null, null], /year/],
  [['a', null, null, 1, null, null], /color/],
  [['a', null, null, null, null, 1], /card/],
  [['a', null, null, null, null, 'x'.repeat(17 * 1024 * 1024)], /16 MiB/],
])('a row without the layout’s shape is refused: %#', (row, message) => {
  expect(() => rowEncoder(LAYOUT)(row as ArtefactRow)).toThrow(RangeError); // as: what a caller that checks nothing could pass
  expect(() => rowEncoder(LAYOUT)(row as ArtefactRow)).toThrow(message); // as: the same
});

test.each([
  { key: 'id', columns: { _id: 'text' } },
  { key: '$id', columns: {} },
  { key: 'id', columns: { 'a.b': 'text' } },
  { key: 'id', columns: { $a: 'text' } },
  { key: 'id', columns: { id: 'text' } },
  { key: 'id', columns: {}, documents: ['a.b'] },
  { key: 'id', columns: { year: 'integer' }, lookups: ['year'] },
  { key: 'id', columns: { genres: 'text_set' }, sorts: [{ columns: ['genres'], directions: 'both' }] },
  { key: 'id', columns: {}, filters: ['nothing'] },
  { key: 'id', columns: {}, partition: 'nothing' },
])('a layout that cannot be stored is refused: %j', (layout) => {
  expect(() => checkLayout({ documents: [], lookups: [], sorts: [], filters: [], ...layout } as ArtefactLayout)).toThrow(RangeError); // as: its parts are given as texts
});

test.each([
  { title: 1 },
  { year: '1999' },
  { color: 'no' },
  { genres: 'Drama' },
  { genres: [1] },
  { _asc_year: 2000 },
  { _doc_card: 1 },
  { more: 1 },
])('what cannot have been stored so shows: %j', (change) => {
  const { stored } = rowEncoder(LAYOUT)(ROW);
  expect(() => rowDecoder(LAYOUT)({ ...stored, ...change } as StoredRow)).toThrow(StoredRowError); // as: what somebody else could have put there
});

test('the sum of rows is the same in any order, and another one where a row is another', () => {
  fc.assert(
    fc.property(artefactRows(12), fc.nat(), (rows, at) => {
      const texts = rows.map(rowText);
      const sumOf = (some: readonly string[]) => {
        const sum = emptySum();
        for (const text of some) addRow(sum, text);
        return sum;
      };
      const all = sumOf(texts);
      expect(sumOf(texts.toReversed())).toEqual(all);
      expect(readSum(sumText(all), all.rows, all.bytes)).toEqual(all);
      const one = texts[at % Math.max(1, texts.length)];
      if (one === undefined) return;
      const without = sumOf(texts.filter((text) => text !== one));
      expect(sumText(without)).not.toBe(sumText(all));
      addRow(without, `${one} `);
      expect(sumText(without)).not.toBe(sumText(all));
      addRow(all, one, -1);
      addRow(all, `${one} `);
      expect(all).toEqual(without);
    }),
  );
});
