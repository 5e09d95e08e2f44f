/** Many rows are sorted as rows are compared, whatever is in the columns. */
import type { ArtefactLayout, ArtefactRow, CellValue, SortColumn } from '@rushes/ports';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { rowIndex } from './layout-row.ts';
import { rowOrder } from './row-order.ts';
import { sortRows } from './sort-rows.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { votes: 'integer', title: 'text' },
  documents: [],
  lookups: [],
  sorts: [],
  filters: [],
};
const INDEX = rowIndex(LAYOUT);

const votes = fc.oneof(fc.constantFrom(0, -1, 1, 7, null), fc.maxSafeInteger());
const titles = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('', 'a', '\u{1f600}', '\uff5e', null));
const ORDERS: readonly (readonly SortColumn[])[] = [
  [],
  ...[true, false].flatMap((desc): (readonly SortColumn[])[] => [
    [{ column: 'votes', desc }],
    [{ column: 'title', desc }],
    [
      { column: 'votes', desc },
      { column: 'title', desc },
    ],
  ]),
];

const rowsOf = (cells: readonly (readonly [CellValue, CellValue])[]): readonly ArtefactRow[] =>
  cells.map(([vote, title], n): ArtefactRow => [`key-${String(n).padStart(6, '0')}`, vote, title]);
const sorted = (rows: readonly ArtefactRow[]): Promise<readonly (readonly ArtefactRow[])[]> =>
  Promise.all(ORDERS.map((sort) => sortRows(INDEX, sort, rows)));
const byComparing = (rows: readonly ArtefactRow[]): readonly (readonly ArtefactRow[])[] =>
  ORDERS.map((sort) => rows.toSorted(rowOrder(INDEX, sort)));

test.each([
  ['anything', votes, titles],
  ['small numbers, plain texts', fc.constantFrom(0, 1, 2, null), fc.constantFrom('a', 'b', 'ab')],
])('%s', async (_name, vote, title) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(vote, title), { maxLength: 40 }), async (cells) => {
      const rows = rowsOf(cells);
      expect(await sorted(rows)).toEqual(byComparing(rows));
    }),
  );
});

test('more rows than are sorted in one turn', async () => {
  const rows = rowsOf(Array.from({ length: 20_000 }, (_, n) => [(n * 7919) % 1000, `title ${(n * 104_729) % 5000}`] as const));
  expect(await sorted(rows)).toEqual(byComparing(rows));
});
