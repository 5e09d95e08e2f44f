/** A merged view answers as an artefact built from all rows: lists in any order with any filter from any place, counts, single rows. */
import type { ArtefactLayout, ArtefactRow, CellValue, Condition, ListQuery, SortColumn } from '@rushes/ports';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { memoryBatchViews } from '../../../test/memory-batch-views.ts';
import { noChanges } from './changed-rows.ts';
import { mergedReader } from './merged-reader.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { code: 'text', kind: 'text', votes: 'integer', genres: 'text_set' },
  documents: ['movie'],
  lookups: ['code'],
  partition: 'kind',
  sorts: [
    { columns: ['votes'], directions: 'both' },
    { columns: ['kind', 'votes'], directions: 'descending' },
  ],
  filters: ['kind', 'votes', 'genres'],
};

type Cells = readonly [kind: string | null, votes: number | null, genres: string | null];
const cells = fc.tuple(
  fc.constantFrom('a', 'b', '\u{1f600}', '\ufffd', null),
  fc.constantFrom(0, 1, 2, 3, null),
  fc.constantFrom('x', 'x\u001fy', 'z', '', null),
);
const KEYS = Array.from({ length: 14 }, (_, n) => `key-${String.fromCharCode(97 + n)}`);
const rowOf = (key: string, [kind, votes, genres]: Cells): ArtefactRow => [
  key,
  `code ${key}`,
  kind,
  votes,
  genres,
  `{"is":"${key} ${votes}"}`,
];

const conditions = fc.array(
  fc.oneof(
    fc.constantFrom<Condition>(
      { column: 'kind', op: 'eq', value: 'a' },
      { column: 'votes', op: 'gte', value: 1 },
      { column: 'votes', op: 'lt', value: 3 },
      { column: 'votes', op: 'missing' },
      { column: 'genres', op: 'has', value: 'x' },
      { column: 'genres', op: 'hasAny', value: ['y', 'z'] },
      { column: 'kind', op: 'in', value: ['a', '\ufffd'] },
      { column: 'id', op: 'gt', value: 'key-c' },
      { column: 'kind', op: 'contains', value: 'a' },
    ),
  ),
  { maxLength: 2 },
);
const sorts = fc.constantFrom<readonly SortColumn[]>(
  [],
  [{ column: 'votes', desc: true }],
  [{ column: 'votes', desc: false }],
  [
    { column: 'kind', desc: true },
    { column: 'votes', desc: true },
  ],
  // An order that nothing is kept in.
  [{ column: 'kind', desc: false }],
);

interface Case {
  readonly before: readonly (Cells | undefined)[];
  readonly changes: readonly {
    readonly at: number;
    readonly now: Cells | undefined;
    /** When the list is asked for: it is kept from then on. */
    readonly asked: 'before' | 'while' | 'not';
  }[];
  readonly where: readonly Condition[];
  readonly sort: readonly SortColumn[];
  readonly limit: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  before: fc.array(fc.option(cells, { nil: undefined }), { minLength: KEYS.length, maxLength: KEYS.length }),
  changes: fc.array(
    fc.record({
      at: fc.nat(KEYS.length - 1),
      now: fc.option(cells, { nil: undefined }),
      asked: fc.constantFrom('before', 'while', 'not'),
    }),
    { maxLength: 10 },
  ),
  where: conditions,
  sort: sorts,
  limit: fc.integer({ min: 1, max: 6 }),
});

async function* once(rows: readonly ArtefactRow[]) {
  yield rows;
}

const openBoth = async ({ before, changes, where, sort }: Case) => {
  const store = memoryBatchViews();
  const old = new Map(KEYS.flatMap((key, at) => (before[at] === undefined ? [] : [[key, rowOf(key, before[at])] as const])));
  const all = new Map(old);
  let changed = noChanges(LAYOUT);
  for (const [n, { at, now, asked }] of changes.entries()) {
    const key = KEYS[at] ?? '';
    const row = now && rowOf(key, now);
    if (asked === 'before') void changed.list(where, sort);
    const edit = changed.edit();
    edit.set(key, { before: old.get(key), now: row, token: String(n), changedAtMs: n });
    if (asked === 'while') await changed.list(where, sort);
    changed = edit.done();
    if (row === undefined) all.delete(key);
    else all.set(key, row);
  }
  await store.build('old', LAYOUT, once([...old.values()]));
  await store.build('all', LAYOUT, once([...all.values()]));
  return { merged: mergedReader(await store.open('old'), changed), whole: await store.open('all') };
};

const SELECT = { columns: ['votes', 'kind'], documents: ['movie'] };

test('lists, walked page by page, and counts are those of all rows', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { merged, whole } = await openBoth(given);
      const base: ListQuery = { where: given.where, sort: given.sort, limit: given.limit, ...SELECT };
      let after: ListQuery['after'];
      for (;;) {
        const query = { ...base, ...(after === undefined ? {} : { after }) };
        const page = await merged.list(query);
        expect(page).toEqual(await whole.list(query));
        const last = page.at(-1);
        if (last === undefined) break;
        after = { values: last.sortValues, key: last.key };
      }
      expect(await merged.count(given.where)).toBe(await whole.count(given.where));
    }),
    histories({ quick: 400, deep: 5000 }),
  );
});

test('single rows, by key and by lookup, are those of all rows', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { merged, whole } = await openBoth(given);
      for (const key of [...KEYS, 'nobody']) {
        expect(await merged.get(key, SELECT)).toEqual(await whole.get(key, SELECT));
        expect(await merged.lookup('code', `code ${key}`, SELECT)).toEqual(await whole.lookup('code', `code ${key}`, SELECT));
      }
      expect(await merged.getMany(KEYS.toReversed(), SELECT)).toEqual(await whole.getMany(KEYS.toReversed(), SELECT));
    }),
    histories({ quick: 100, deep: 1000 }),
  );
});

test('what was handed out does not change when rows change later', async () => {
  const values = async (changed: ReturnType<typeof noChanges>): Promise<readonly CellValue[]> =>
    [...(await changed.list([], [{ column: 'votes', desc: true }])).walk(undefined)].map((row) => row[3] ?? null);
  const edit = noChanges(LAYOUT).edit();
  for (const [n, key] of KEYS.entries()) edit.set(key, { before: undefined, now: rowOf(key, ['a', n, null]), token: 'x', changedAtMs: 0 });
  const first = edit.done();
  const shown = await values(first);
  const later = first.edit();
  for (const key of KEYS) later.set(key, { before: undefined, now: rowOf(key, ['a', 99, null]), token: 'y', changedAtMs: 1 });
  later.set(KEYS[0] ?? '', { before: undefined, now: undefined, token: 'z', changedAtMs: 2 });
  expect(await values(first)).toEqual(shown);
  expect(await values(later.done())).toEqual(KEYS.slice(1).map(() => 99));
});
