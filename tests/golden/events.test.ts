/** The batch layer over the made-up catalog and a log, in two runs: against rows written by hand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type BuiltVersion, buildVersion } from './built-version.ts';
import { pick, where } from './corner-answers.ts';
import { CORNER_FILES, DUMPED_MS, writeCornerFiles } from './corner-files.ts';
import { LOG, UNKNOWN } from './event-case.ts';
import { withEvents } from './event-view-reference.ts';
import { type ExpectedVersion, expectedVersion } from './expected-version.ts';
import { silverOf } from './silver-reference.ts';
import { testVersion } from './version-tests.ts';

let folder: string;
let version: BuiltVersion;
let expected: ExpectedVersion;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-events-'));
  const files = join(folder, 'imdb');
  await writeCornerFiles(files, Object.keys(CORNER_FILES));
  version = await buildVersion(files, LOG);
  expected = withEvents(expectedVersion(files), silverOf(files));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterAll(() => version.close());

describe('equals the reference', () => {
  testVersion(() => ({ version, expected }));
});

test('the run lands what came since the one before, between its barriers', () => {
  expect(version.report.steps.slice(0, 2)).toMatchObject([{ name: 'barrier' }, { name: 'bronze.log', rows: 26, reused: false }]);
  const { figures } = version.manifest;
  const counted = ['movie.metadata', 'movie.ratings', 'movie.reviews'].map((topic) =>
    ['archived', 'duplicates', 'quarantined'].map((what) => figures[`events.${topic}.${what}`]),
  );
  expect(counted).toEqual([
    [12, 0, 0],
    [18, 1, 1],
    [4, 0, 0],
  ]);
});

test('genres that only events know are there, and those that an edit took away are counted without it', async () => {
  const genres = await version.view('genres');
  expect(where(genres, 'genre', 'Film-Noir')).toMatchObject({ movies: 1, titles: 1 });
  expect(where(genres, 'genre', 'War')).toMatchObject({ movies: 1, titles: 1 });
  expect(where(genres, 'genre', 'Horror')).toEqual({});
  expect(where(genres, 'genre', 'Drama')).toMatchObject({ movies: 5, titles: 6 });
});

test('figures count titles that have votes, whoever gave them', async () => {
  // The dumps' 11 titles with votes and the row of an unknown one, then an episode and a movie that had none.
  expect(pick(await version.view('statistics'), 'name', 'value')).toEqual([
    ['rated_titles', 13],
    ['ratings_observed_ms', DUMPED_MS],
    ['total_votes', 12_000 + 3 + 1500 + 31 + 1],
  ]);
});

test('what was said of a title that nobody knows is kept apart', async () => {
  expect(where(await version.view('titles'), 'id', UNKNOWN)).toEqual({});
  expect(pick(await version.view('unknown_titles'), 'id')).toEqual([[UNKNOWN]]);
});
