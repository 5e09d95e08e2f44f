/** The independent DuckDB script of the benchmarks as a check: over the same made-up files its results are the gold tables of the batch layer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { peerResults, publishedResults, requireSameResults } from '../../bench/peers/compare/same-results.ts';
import { measureInChild } from '../../bench/process/child.ts';

/** Enough that ranked lists are full and ties occur. */
const TITLES = 20_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-duckdb-peer-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the script and the batch layer have the same rows', async () => {
  const [imdb, data, peer] = [join(folder, 'imdb'), join(folder, 'data'), join(folder, 'peer')];
  await measureInChild('write-sample.ts', [imdb, String(TITLES)]);
  await measureInChild('whole-run.ts', [imdb, data, 'lake']);
  const { rows } = await measureInChild<{ readonly rows: Readonly<Record<string, number>> }>('peers/scripts/duckdb-lake.ts', [imdb, peer]);
  expect(rows['gold.imdb_titles']).toBe(TITLES);
  expect(rows['gold.top_movie_titles']).toBeGreaterThan(20);
  await requireSameResults(await publishedResults(data), peerResults('DuckDB', peer));
});
