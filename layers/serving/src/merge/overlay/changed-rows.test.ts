/** Which lists of changed rows are kept, and that they are kept up. What they say is compared with an artefact in `merged-reader.test.ts`. */
import type { ArtefactLayout, Condition } from '@rushes/ports';
import { expect, test } from 'vitest';

import { type ChangedRows, noChanges } from './changed-rows.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { kind: 'text', votes: 'integer' },
  documents: [],
  lookups: [],
  sorts: [],
  filters: [],
};
const BY_VOTES = [{ column: 'votes', desc: true }];
const GONE = { before: undefined, now: undefined, token: '', changedAtMs: 0 };
const ofKind = (value: string): Condition => ({ column: 'kind', op: 'eq', value });
const OFTEN: Condition = { column: 'votes', op: 'gte', value: 3 };

const withRows = (from: ChangedRows, count: number, kind = 'a'): ChangedRows => {
  const edit = from.edit();
  for (let n = 0; n < count; n += 1)
    edit.set(`${kind} ${n}`, { before: undefined, now: [`${kind} ${n}`, kind, n], token: '', changedAtMs: 0 });
  return edit.done();
};
const keysOf = async (rows: ChangedRows, where: readonly Condition[]): Promise<readonly unknown[]> =>
  [...(await rows.list(where, BY_VOTES)).walk(undefined)].map(([key]) => key);

test('a list is kept by what fixes a column, and left to the caller by what does not', async () => {
  const rows = withRows(noChanges(LAYOUT), 5);
  expect(rows.lists()).toEqual([]);
  expect(await keysOf(rows, [ofKind('a'), OFTEN])).toHaveLength(5);
  expect(await keysOf(rows, [OFTEN, ofKind('b')])).toEqual([]);
  expect(rows.lists()).toEqual([
    { fixed: [ofKind('a')], sort: BY_VOTES },
    { fixed: [ofKind('b')], sort: BY_VOTES },
  ]);
  // The order of conditions makes no other list.
  await keysOf(rows, [ofKind('a'), ofKind('b')]);
  await keysOf(rows, [ofKind('b'), ofKind('a')]);
  expect(rows.lists()).toHaveLength(3);
});

test('lists are kept up, those too that were asked for while rows were changed', async () => {
  const first = withRows(noChanges(LAYOUT), 3);
  await keysOf(first, [ofKind('a')]);
  const edit = first.edit();
  edit.set('a 1', GONE);
  edit.sortIn();
  edit.set('b', { before: undefined, now: ['b', 'b', 7], token: '', changedAtMs: 0 });
  await keysOf(first, []);
  const next = edit.done();
  expect(next.lists()).toHaveLength(2);
  expect(await keysOf(next, [ofKind('a')])).toEqual(['a 2', 'a 0']);
  expect(await keysOf(next, [])).toEqual(['b', 'a 2', 'a 0']);
  expect(await keysOf(first, [])).toEqual(['a 2', 'a 1', 'a 0']);
});

test('a list that is being built is brought up to changes that come meanwhile', async () => {
  const first = withRows(noChanges(LAYOUT), 10_000);
  const list = first.list([ofKind('b')], BY_VOTES);
  const same = first.list([ofKind('b')], BY_VOTES);
  const second = withRows(first, 3, 'b');
  const edit = second.edit();
  edit.set('b 1', GONE);
  const third = edit.done();
  expect(await list).toBe(await same);
  expect([...(await list).walk(undefined)]).toEqual([]);
  expect([second, third].map((rows) => rows.lists().length)).toEqual([1, 1]);
  expect(await keysOf(second, [ofKind('b')])).toEqual(['b 2', 'b 1', 'b 0']);
  expect(await keysOf(third, [ofKind('b')])).toEqual(['b 2', 'b 0']);
});

test('of many lists those asked for last are kept', async () => {
  let rows = withRows(noChanges(LAYOUT), 2);
  for (let n = 0; n < 100; n += 1) {
    await keysOf(rows, [ofKind(String(n))]);
    await keysOf(rows, [ofKind('a')]);
  }
  rows = withRows(rows, 3);
  const kept = rows.lists().map(({ fixed: [condition] }) => condition);
  expect(kept).toHaveLength(32);
  expect(kept.slice(-2)).toEqual([ofKind('99'), ofKind('a')]);
  expect(await keysOf(rows, [ofKind('a')])).toEqual(['a 2', 'a 1', 'a 0']);
});

test('lists that are known to be asked for are there from the beginning', async () => {
  const lists = [{ fixed: [ofKind('a')], sort: BY_VOTES }];
  const rows = withRows(withRows(noChanges(LAYOUT, lists), 2, 'b'), 2);
  expect(rows.lists()).toEqual(lists);
  expect(await keysOf(rows, [ofKind('a')])).toEqual(['a 1', 'a 0']);
});

test('a count is kept up by what is changed next, also where a row of the artefact is changed twice', () => {
  const rows = withRows(noChanges(LAYOUT), 5);
  expect([rows.countDifference([OFTEN]), rows.countDifference([ofKind('b')])]).toEqual([2, 0]);
  const edit = rows.edit();
  const before = ['c', 'b', 9];
  edit.set('c', { before, now: ['c', 'b', 1], token: '', changedAtMs: 0 });
  edit.set('c', { before, now: ['c', 'a', 8], token: '', changedAtMs: 0 });
  edit.set('a 4', GONE);
  const next = edit.done();
  // The same as counted anew.
  expect([next.countDifference([OFTEN]), next.countDifference([ofKind('b')])]).toEqual([1, -1]);
  expect([next.countDifference([OFTEN, OFTEN]), next.countDifference([ofKind('b'), ofKind('b')])]).toEqual([1, -1]);
  expect([rows.countDifference([OFTEN]), rows.countDifference([ofKind('b')])]).toEqual([2, 0]);
});
