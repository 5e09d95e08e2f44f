import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BatchEngine, quoteLiteral } from '@rushes/ports/batch-engine';
import { openDuckDb } from './duckdb-engine.ts';

let folder: string;
let engine: BatchEngine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-macros-'));
  engine = await openDuckDb({ memoryLimitMb: 128, threads: 2, folder });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** What `imdb_texts` says, and what reading the field as JSON says, both as JSON. */
const texts = async (field: string) => {
  const [row] = await engine.rows(
    `SELECT to_json(imdb_texts(field))::VARCHAR AS told, to_json(TRY_CAST(TRY_CAST(field AS JSON) AS VARCHAR[]))::VARCHAR AS expected ` +
      `FROM (SELECT ${quoteLiteral(field)} AS field)`,
  );
  return { told: row?.['told'], expected: row?.['expected'] };
};

test.each([
  '["a"]',
  '[""]',
  '[]',
  '["a","b"]',
  '[","]',
  '[",",","]',
  '["a,","b"]',
  '["a",",b"]',
  '["a", "b"]',
  '["a\\"b"]',
  '["[null]"]',
  '["\u007f"]',
])('%s is read as JSON reads it', async (field) => {
  expect((await texts(field)).told).toBe(JSON.stringify(JSON.parse(field)));
});

test('any lists of texts, and what looks like one, are read as JSON reads them', async () => {
  const piece = fc.constantFrom('"', ',', '[', ']', 'a', ' ', '\\', '","', '\\"', 'é', '\u{1f600}');
  const looksLikeOne = fc.array(piece, { maxLength: 8 }).map((pieces) => `["${pieces.join('')}"]`);
  const list = fc
    .array(
      fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
      { maxLength: 4 },
    )
    .map((value) => JSON.stringify(value));
  await fc.assert(
    fc.asyncProperty(fc.oneof(list, looksLikeOne), async (field) => {
      const { told, expected } = await texts(field);
      expect(told).toBe(expected);
    }),
    { numRuns: 300 },
  );
});
