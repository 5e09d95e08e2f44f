/** What is defined is what is read: tables by their records, views, drafts, and what nobody kept. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Column } from '@rushes/ports/batch-engine';
import { expect, test } from 'vitest';

import { type OpenedEngine, readKept, stage } from './opened-engine.ts';

const COLUMNS: readonly Column[] = [
  { name: 'key', type: 'VARCHAR' },
  { name: 'n', type: 'BIGINT' },
];
const ROWS = [
  { key: 'a', n: 1 },
  { key: 'b', n: 2 },
  { key: 'c', n: 3 },
];

export const tableTests = (opened: () => OpenedEngine, folder: () => string): void => {
  const keysOf = async (table: string): Promise<readonly unknown[]> =>
    (await opened().engine.rows(`SELECT key FROM ${table} ORDER BY key`)).map(({ key }) => key);
  const staged = (rows: readonly (typeof ROWS)[number][] = ROWS) => stage(opened().engine, folder(), 'scratch.staged', COLUMNS, rows);
  const written = (where = 'true') =>
    opened().engine.write({ table: 'silver.some', select: `SELECT * FROM scratch.staged WHERE ${where}`, orderBy: ['key'] });

  test('a table is its files, or those of their rows that satisfy a condition; without files it has columns and no rows', async () => {
    const { engine } = opened();
    await staged();
    const files = [await (await written('n < 2')).keep('silver/some', 'n=1'), await (await written('n >= 2')).keep('silver/some', 'n=2-')];
    expect(files.map(({ rows, partition }) => ({ rows, partition }))).toEqual([
      { rows: 1, partition: 'n=1' },
      { rows: 2, partition: 'n=2-' },
    ]);
    expect((await opened().keys()).toSorted()).toEqual(files.map(({ key }) => key).toSorted());
    for (const { key, bytes } of files) expect(await opened().bytes(key)).toHaveLength(bytes);
    const table = { name: 'silver.some', columns: COLUMNS, files };
    await engine.defineTable(table);
    expect(await keysOf('silver.some')).toEqual(['a', 'b', 'c']);
    await engine.defineTable(table, "key <> 'b'");
    expect(await keysOf('silver.some')).toEqual(['a', 'c']);
    await engine.defineTable({ ...table, files: files.slice(1) });
    expect(await keysOf('silver.some')).toEqual(['b', 'c']);
    await engine.defineTable({ ...table, files: [] });
    expect(await keysOf('silver.some')).toEqual([]);
    expect(await engine.describe('SELECT * FROM silver.some')).toEqual(COLUMNS);
  });

  test('nothing of a draft is in the lake before it is kept; one that is discarded never is', async () => {
    const { engine } = opened();
    await staged();
    const [kept, discarded] = [await written(), await written('false')];
    expect([kept.rows, discarded.rows]).toEqual([3, 0]);
    await kept.define('scratch.draft');
    expect(await keysOf('scratch.draft')).toEqual(['a', 'b', 'c']);
    expect(await opened().keys()).toEqual([]);
    await discarded.discard();
    const { key } = await kept.keep('silver/some');
    expect(await opened().keys()).toEqual([key]);
    expect(await readKept(opened(), key)).toEqual(ROWS.map((row) => ({ ...row, n: BigInt(row.n) })));
    await (await engine.write({ table: 'silver.none', select: 'SELECT * FROM scratch.staged WHERE false' })).keep('silver/none');
    expect(await opened().keys()).toHaveLength(2);
  });

  test('a draft is never said to ascend where it does not', async () => {
    const { engine } = opened();
    const ascends = async (rows: readonly { readonly key: string | null; readonly n: number }[], columns: readonly string[]) => {
      await stage(engine, folder(), 'scratch.order', COLUMNS, rows);
      const draft = await engine.write({ table: 'silver.order', select: 'SELECT * FROM scratch.order' });
      return draft.ascends(columns);
    };
    const [first, second] = [ROWS.slice(0, 2), ROWS.slice(2)];
    expect(await ascends([...second, ...first], ['key'])).toBe(false);
    expect(await ascends([...first, ...first.slice(1)], ['key', 'n'])).toBe(false);
    expect(
      await ascends(
        [
          { key: 'z', n: 1 },
          { key: 'é', n: 2 },
          { key: 'f', n: 3 },
        ],
        ['key'],
      ),
    ).toBe(false);
    expect(await ascends([...first, { key: null, n: 3 }], ['key'])).toBe(false);
  });

  test('lines between tabs are taken as they stand: quotes, backslashes, texts without characters', async () => {
    const { engine } = opened();
    const path = join(folder(), 'lines.tsv');
    await writeFile(path, '1\t"a\\N\t\n2\t\'b"\t \n3\t\\\té\n');
    const columns = [{ name: 'line', type: 'BIGINT' }, ...['one', 'two'].map((name) => ({ name, type: 'VARCHAR' }))];
    await engine.defineLines('scratch.lines', { format: 'tsv', path, columns });
    expect(await engine.rows('SELECT line, one, two FROM scratch.lines ORDER BY line')).toEqual([
      { line: 1n, one: '"a\\N', two: '' },
      { line: 2n, one: '\'b"', two: ' ' },
      { line: 3n, one: '\\', two: 'é' },
    ]);
  });

  test('a view is computed again by whoever reads it, what is materialized once', async () => {
    const { engine } = opened();
    await staged();
    await engine.defineView('scratch.base', 'SELECT * FROM scratch.staged WHERE n = 1');
    await engine.defineView('views.some', 'SELECT * FROM scratch.base');
    await engine.materialize('scratch.kept', 'SELECT * FROM scratch.base');
    await engine.defineView('scratch.base', 'SELECT * FROM scratch.staged WHERE n > 1');
    expect([await keysOf('views.some'), await keysOf('scratch.kept')]).toEqual([['b', 'c'], ['a']]);
    await engine.materialize('scratch.kept', 'SELECT * FROM scratch.base');
    expect(await keysOf('scratch.kept')).toEqual(['b', 'c']);
    await engine.dropMaterialized('scratch.kept');
    await engine.dropMaterialized('scratch.kept');
    await expect(keysOf('scratch.kept')).rejects.toThrow('kept');
  });

  test('tells the tables that a SELECT reads, without those that it names itself', async () => {
    const select =
      'WITH own AS (SELECT * FROM silver.titles) SELECT o.a FROM own o JOIN gold.people p ON p.a = o.a ' +
      "WHERE o.a IN (SELECT a FROM keyed.movie_ratings) AND o.a <> 'silver.akas' AND EXISTS (SELECT 1 FROM silver.titles)";
    expect(await opened().engine.references(select)).toEqual(['gold.people', 'keyed.movie_ratings', 'silver.titles']);
  });
};
