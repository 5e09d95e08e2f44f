import { DatabaseSync } from 'node:sqlite';
import type { ArtefactLayout, ArtefactRow } from '@rushes/ports';
import { expect, test } from 'vitest';
import { applyChanges, loadRows } from './fill-file.ts';
import { POSITION_STEP, physicalLayout } from './physical-layout.ts';

const layout: ArtefactLayout = { key: 'id', columns: { n: 'integer' }, documents: [], lookups: [], sorts: [], filters: [] };
const physical = physicalLayout(layout);

async function* given<Item>(...items: Item[]): AsyncGenerator<readonly Item[]> {
  yield items;
}
const row = (key: string): ArtefactRow => [key, 1];

const filled = async (...keys: string[]): Promise<DatabaseSync> => {
  const database = new DatabaseSync(':memory:');
  await loadRows(database, physical, given(...keys.map(row)), undefined);
  database.exec('CREATE UNIQUE INDEX by_key ON entries (id)');
  return database;
};

const positions = (database: DatabaseSync): Record<string, number> =>
  Object.fromEntries(
    database
      .prepare('SELECT id, _pos FROM entries ORDER BY _pos')
      .all()
      .map((found) => [String(found['id']), Number(found['_pos']) / POSITION_STEP]),
  );

test('rows that come back keep their positions, new ones go between their neighbors, removed or not', async () => {
  const database = await filled('b', 'd', 'f');
  const { ordered, rows } = await applyChanges(
    database,
    physical,
    given('d', 'f'),
    given(...['g', 'e', 'f', 'c', 'a'].map(row)),
    undefined,
  );
  expect({ ordered, rows }).toEqual({ ordered: true, rows: 6 });
  expect(positions(database)).toEqual({ a: 0.5, b: 1, c: 1.5, e: 2.5, f: 3, g: 4 });
});

test('a gap takes twenty rows in a row; after that, the rest has to be sorted', async () => {
  const keys = Array.from({ length: 30 }, (_, n) => `a${String(n).padStart(2, '0')}`);
  const some = await filled('a', 'b');
  expect((await applyChanges(some, physical, given<string>(), given(...keys.slice(0, 20).map(row)), undefined)).ordered).toBe(true);
  expect(Object.keys(positions(some))).toEqual(['a', ...keys.slice(0, 20), 'b']);
  const all = await filled('a', 'b');
  expect(await applyChanges(all, physical, given<string>(), given(...keys.map(row)), undefined)).toEqual({ ordered: false, rows: 32 });
  expect(Object.keys(positions(all)).toSorted()).toEqual(['a', ...keys, 'b']);
});

test('many rows behind the last one never use up a gap', async () => {
  const database = await filled('a');
  const keys = Array.from({ length: 100 }, (_, n) => `b${String(n).padStart(3, '0')}`);
  expect((await applyChanges(database, physical, given<string>(), given(...keys.map(row)), undefined)).ordered).toBe(true);
  expect(positions(database)['b099']).toBe(101);
});
