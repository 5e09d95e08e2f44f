import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { openDuckDb } from './duckdb-engine.ts';

let folder: string;
let engine: BatchEngine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-order-'));
  engine = await openDuckDb({ memoryLimitMb: 128, threads: 2, folder });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

test.each<[string, string, boolean]>([
  ['no row', "('a', 1)", true],
  ['ascending texts and numbers', "('a', 1), ('a', 2), ('a', 10), ('b', 1)", true],
  ['the order of texts is that of bytes', "('Z', 1), ('a', 1), ('é', 1)", true],
  ['a second column that falls', "('a', 1), ('a', 10), ('a', 2)", false],
  ['a first column that falls while the second rises', "('b', 1), ('a', 2)", false],
  ['the same twice', "('a', 1), ('a', 1)", false],
  ['a null at the beginning', "(NULL, 1), ('a', 1)", false],
  ['a null in between', "('a', 1), (NULL, 1), ('b', 1)", false],
  ['a null at the end', "('a', 1), ('a', NULL)", false],
])('%s: %s: %s', async (name, values, expected) => {
  const select = `SELECT * FROM (VALUES ${values}) t(name, number)${name === 'no row' ? ' WHERE false' : ''}`;
  const draft = await engine.write({ table: 'silver.rows', select });
  expect(await draft.ascends(['name', 'number'])).toBe(expected);
});

test('rows of a large file are compared across its parts', async () => {
  const compare = async (select: string): Promise<boolean> => {
    const draft = await engine.write({ table: 'silver.many', select });
    return draft.ascends(['number']);
  };
  expect(await compare('SELECT range AS number FROM range(200000)')).toBe(true);
  // The 20,480th row is the last of a row group.
  expect(await compare('SELECT CASE WHEN range = 20480 THEN 20479 ELSE range END AS number FROM range(200000)')).toBe(false);
});
