/** What a benchmark compares before it compares times: a difference is found, and told by table, key and both rows. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { peerResults, requireSameResults } from '../../bench/peers/compare/same-results.ts';

const TABLES = [{ name: 'films', key: ['genre', 'rank'], columns: ['title', 'tags'] }];
const ROWS = `('Drama', 1, 'Ferry', ['a', 'b']), ('Drama', 2, NULL, NULL), ('War', 1, 'Tide', [])`;

let folder: string;
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-same-results-'));
});
afterAll(() => rm(folder, { recursive: true }));

const resultsWith = async (of: string, values: string, columns = 'genre, rank, title, tags') => {
  const own = join(folder, String(made++));
  await mkdir(join(own, 'gold/films'), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT * FROM (VALUES ${values}) AS t(${columns})) TO '${own}/gold/films/rows.parquet' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return peerResults(of, own);
};
const compare = async (values: string): Promise<void> =>
  requireSameResults(await resultsWith('one', ROWS), await resultsWith('other', values), TABLES);

test('the same rows in another order are the same', async () => {
  await expect(compare(`('War', 1, 'Tide', []), ('Drama', 2, NULL, NULL), ('Drama', 1, 'Ferry', ['a', 'b'])`)).resolves.toBeUndefined();
});

test.each([
  [
    'another text',
    `('Drama', 1, 'Fairy', ['a', 'b']), ('Drama', 2, NULL, NULL), ('War', 1, 'Tide', [])`,
    'genre = Drama, rank = 1',
    'Fairy',
  ],
  [
    'a text instead of none',
    `('Drama', 1, 'Ferry', ['a', 'b']), ('Drama', 2, '', NULL), ('War', 1, 'Tide', [])`,
    'genre = Drama, rank = 2',
    '"title":""',
  ],
  [
    'another list',
    `('Drama', 1, 'Ferry', ['b', 'a']), ('Drama', 2, NULL, NULL), ('War', 1, 'Tide', [])`,
    'genre = Drama, rank = 1',
    '["b","a"]',
  ],
  ['a row less', `('Drama', 1, 'Ferry', ['a', 'b']), ('Drama', 2, NULL, NULL)`, 'genre = War, rank = 1', 'other: no such row'],
  ['a row more', `${ROWS}, ('War', 2, 'Sea', [])`, 'genre = War, rank = 2', 'one: no such row'],
  ['a row twice', `${ROWS}, ('War', 1, 'Tide', [])`, 'genre = War, rank = 1', 'other has'],
])('%s is a difference', async (_name, values, key, told) => {
  const failure = await compare(values).catch((error: unknown) => String(error));
  expect(failure).toContain('films');
  expect(failure).toContain(key);
  expect(failure).toContain(told);
});
