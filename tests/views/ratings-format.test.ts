/** IMDb's ratings have one form: a line that an import puts into quarantine is a dead letter of a replay, and the other way round. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { openFileSource, type SourceItem } from '@rushes/speed';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { defineRows } from './event-tables.ts';

let folder: string;
let engine: BatchEngine;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-ratings-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 1, folder: join(folder, 'spill') });
  model = await readFile(new URL('../../layers/batch/sql/silver/ratings.sql', import.meta.url), 'utf8');
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

type Line = readonly [tconst: string, average: string, votes: string];

const digits = fc.string({ unit: fc.constantFrom('0', '1', '5', '9', '.', '-', '+', 'e', ' '), maxLength: 5 });
const line: fc.Arbitrary<Line> = fc.tuple(
  fc.constantFrom('tt0000001', 'tt123456789012', 'tt123456', 'tt1234567890123', 'TT0000001', '0000001', '\\N', 'tt0000001 '),
  fc.oneof(
    digits,
    fc.constantFrom('0.0', '0.9', '1', '1.0', '5.35', '9.9', '10', '10.0', '10.1', '11', '010', '1.', '.5', '\\N', 'NaN', ''),
  ),
  fc.oneof(digits, fc.constantFrom('0', '9', '999999999', '1234567890', '-1', '1.0', '\\N', '', '007')),
);

test('every line is taken by both, with the same numbers, or by neither', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 40 }), async (lines) => {
      const path = join(folder, `ratings-${(runs += 1)}.tsv`);
      await writeFile(path, `tconst\taverageRating\tnumVotes\n${lines.map((fields) => `${fields.join('\t')}\n`).join('')}`);
      const items: SourceItem[] = [];
      for await (const item of (await openFileSource(path, { atMs: 0 })).items(0)) items.push(item);
      const replayed = items.map((item) => {
        if ('fault' in item || item.event.type !== 'rating_observed') return 'refused';
        const { average, votes } = item.event.payload;
        return `${Math.round(average * 10)} ${votes}`;
      });

      const rows = lines.map(([tconst, averageRating, numVotes], at) => ({ line_number: at, tconst, averageRating, numVotes }));
      await defineRows(engine, 'bronze.title_ratings', 'line_number BIGINT, tconst VARCHAR, averageRating VARCHAR, numVotes VARCHAR', rows);
      const typed = await engine.rows(`SELECT * FROM (${model}) ORDER BY line_number`);
      const imported = typed.map(({ fault, rating_tenths, votes }) => (fault === null ? `${rating_tenths} ${votes}` : 'refused'));
      expect(replayed.map((one, at) => [lines[at], one])).toEqual(imported.map((one, at) => [lines[at], one]));
    }),
    histories({ quick: 8, deep: 60 }),
  );
});
