/** What happens to a table behind the store's back. */
import { ArtefactDamagedError, type ArtefactLayout, ArtefactNotFoundError, type ArtefactRow, type BatchViewStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { noServer, takeSchema, type TestSchema } from '../postgres-access/schemas-for-tests.ts';
import { openPostgresBatchViews } from './index.ts';

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { title: 'text', tags: 'text_set' },
  documents: ['card'],
  lookups: [],
  sorts: [],
  filters: ['tags'],
};
const ROWS: readonly ArtefactRow[] = Array.from({ length: 50 }, (_, n) => [`id ${n}`, `title ${n}`, 'x\u001fy', `{"n":${n}}`]);

async function* rowsOf(rows: readonly ArtefactRow[]): AsyncGenerator<readonly ArtefactRow[]> {
  yield rows;
}

describe.skipIf(noServer !== undefined)('a table that was touched', () => {
  let schema: TestSchema;
  let store: BatchViewStore;
  let table = '';
  beforeEach(async () => {
    schema = await takeSchema();
    store = await openPostgresBatchViews(schema.options);
    await store.build('one', LAYOUT, rowsOf(ROWS));
    const [found] = await schema.execute(`SELECT number FROM %S%.artefacts WHERE name = 'one'`);
    table = `%S%.artefact_${String(found?.['number'])}`;
  });
  afterEach(async () => {
    await store.close();
    await schema.drop();
  });

  test.each([
    ['a value', `SET title = 'other' WHERE id = 'id 7'`],
    ['a document', `SET "_card" = '{"n":8}' WHERE id = 'id 7'`],
    ['a member', `SET tags = '{x}' WHERE id = 'id 7'`],
    ['two rows that change places', `SET title = CASE id WHEN 'id 7' THEN 'title 8' ELSE 'title 7' END WHERE id IN ('id 7', 'id 8')`],
  ])('is found damaged: %s', async (_, change) => {
    expect(await store.verify('one')).toBe('sound');
    await schema.execute(`UPDATE ${table} ${change}`);
    expect(await store.verify('one', { again: true })).toBe('damaged');
    const other = await openPostgresBatchViews(schema.options);
    expect(await other.verify('one')).toBe('damaged');
    await other.close();
  });

  test('a row that is missing, or one that comes twice', async () => {
    await schema.execute(`DELETE FROM ${table} WHERE id = 'id 7'`);
    expect(await store.verify('one')).toBe('damaged');
    await schema.execute(`INSERT INTO ${table} SELECT 'id 7', title, tags, "_card" FROM ${table} WHERE id = 'id 8'`);
    expect(await store.verify('one', { again: true })).toBe('damaged');
  });

  test('what was found damaged is not opened, and is built anew under its name', async () => {
    const reader = await store.open('one');
    await schema.execute(`DELETE FROM ${table} WHERE id = 'id 7'`);
    expect(await store.verify('one')).toBe('damaged');
    await expect(store.open('one')).rejects.toBeInstanceOf(ArtefactDamagedError);
    expect(await store.build('one', LAYOUT, rowsOf(ROWS))).toBe(50);
    expect(await store.verify('one')).toBe('sound');
    // The table is another; who had it open goes on with the new one.
    expect(await reader.get('id 7', { columns: ['title'] })).toEqual({ key: 'id 7', columns: ['title 7'], documents: [] });
    expect((await store.open('one')).layout).toEqual(LAYOUT);
    expect(await schema.execute(`SELECT to_regclass($1) AS there`, [table.replace('%S%', schema.name)])).toEqual([{ there: null }]);
  });

  test('a table that is gone is damage, not an answer without rows', async () => {
    const reader = await store.open('one');
    await schema.execute(`DROP TABLE ${table}`);
    expect(await store.verify('one')).toBe('damaged');
    await expect(reader.get('id 7', {})).rejects.toBeInstanceOf(ArtefactDamagedError);
    await expect(store.open('one')).rejects.toBeInstanceOf(ArtefactDamagedError);
    expect(await store.build('one', LAYOUT, rowsOf(ROWS))).toBe(50);
    expect(await reader.get('id 7', {})).toBeDefined();
  });

  test('a page that is broken on the disk is told by the server, and then known', async () => {
    // What the server says of such a page, said by a function in the place of one of the table's values.
    const reader = await store.open('one');
    await schema.execute(`ALTER TABLE ${table} RENAME TO was`);
    await schema.execute(
      `CREATE FUNCTION %S%.broken() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'invalid page in block 1' USING ERRCODE = 'XX001'; END $$`,
    );
    await schema.execute(`CREATE VIEW ${table} AS SELECT id, %S%.broken() COLLATE "C" AS title, tags, "_card" FROM %S%.was`);
    await expect(reader.get('id 7', { columns: ['title'] })).rejects.toBeInstanceOf(ArtefactDamagedError);
    await expect(store.open('one')).rejects.toThrow(/invalid page/);
    expect(await store.verify('one')).toBe('damaged');
  });

  test('a publication that was changed is not believed', async () => {
    const publication = {
      number: 1,
      version: 1,
      manifest: 'm',
      views: {},
      cut: {},
      cutAt: '2026-01-02T03:04:05.678Z',
      publishedAt: '2026-01-02T03:04:05.678Z',
      reason: 'run',
    } as const;
    await store.insertPublication(publication);
    await schema.execute(`UPDATE %S%.publications SET body = replace(body, '"version": 1', '"version": 2')`);
    await expect(store.currentPublication()).rejects.toThrow(/publication 1 is damaged/);
  });

  test('who only reads finds nothing before there is something, and makes nothing', async () => {
    const empty = await takeSchema();
    const reader = await openPostgresBatchViews({ ...empty.options, readOnly: true });
    expect([
      await reader.currentPublication(),
      await reader.listArtefacts(),
      await reader.rowCount('one'),
      await reader.verify('one'),
    ]).toEqual([undefined, [], undefined, 'missing']);
    await expect(reader.open('one')).rejects.toBeInstanceOf(ArtefactNotFoundError);
    await expect(reader.build('one', LAYOUT, rowsOf(ROWS))).rejects.toThrow(/only to be read/);
    expect(await empty.execute(`SELECT to_regnamespace($1) AS there`, [empty.name])).toEqual([{ there: null }]);
    await reader.close();
    await empty.drop();
  });
});
