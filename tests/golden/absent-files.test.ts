/** Of IMDb's files only `title.basics` has to be there: what needs the others is empty, and the run says so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type BuiltVersion, buildVersion } from './built-version.ts';
import { where } from './corner-answers.ts';
import { writeCornerFiles } from './corner-files.ts';
import { type ExpectedVersion, expectedVersion } from './expected-version.ts';
import { testVersion } from './version-tests.ts';

let folder: string;
let version: BuiltVersion;
let expected: ExpectedVersion;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-corners-'));
  const files = join(folder, 'imdb');
  await writeCornerFiles(files, ['title.basics', 'title.ratings']);
  version = await buildVersion(files);
  expected = expectedVersion(files);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterAll(() => version.close());

describe('equals the reference', () => {
  testVersion(() => ({ version, expected }));
});

test('says which files are absent; what needs them is empty, the rest is there', async () => {
  expect(version.report.absent.toSorted()).toEqual(['name.basics', 'title.akas', 'title.crew', 'title.episode', 'title.principals']);
  expect(await version.view('people')).toEqual([]);
  expect(await version.view('credits')).toEqual([]);
  expect(await version.view('titles')).toHaveLength(16);
  expect(await version.rows('gold.top_movies')).toHaveLength(6);
  expect(where(await version.rows('gold.imdb_titles'), 'title_key', 'tt1000001')).toMatchObject({
    directors: null,
    hasDirectors: false,
    numDirectors: 0,
  });
});
