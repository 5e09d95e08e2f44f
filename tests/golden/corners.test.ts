/** The batch layer over a made-up catalog that is all corners: against the second implementation, and against answers written by hand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type BuiltVersion, buildVersion } from './built-version.ts';
import { ID, inAnyOrder, pick, where } from './corner-answers.ts';
import { CORNER_FILES, LONG_ORIGINAL, LONG_TITLE, writeCornerFiles } from './corner-files.ts';
import { type ExpectedVersion, expectedVersion } from './expected-version.ts';
import { testVersion } from './version-tests.ts';

let folder: string;
let version: BuiltVersion;
let expected: ExpectedVersion;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-corners-'));
  const files = join(folder, 'imdb');
  await writeCornerFiles(files, Object.keys(CORNER_FILES));
  version = await buildVersion(files);
  expected = expectedVersion(files);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterAll(() => version.close());

describe('equals the reference', () => {
  testVersion(() => ({ version, expected }));
});

test('lines that are no rows: where they stand and why', async () => {
  const found = pick(await version.rows('silver.quarantine'), 'dataset', 'line_number', 'reason');
  expect(inAnyOrder(found)).toEqual(
    inAnyOrder([
      ['title.basics', 7, 'startYear is not a whole number'],
      ['title.basics', 9, 'repeats the key of line 8'],
      ['title.basics', 19, '2 fields instead of 9'],
      ['title.basics', 20, 'not UTF-8'],
      ['title.basics', 22, 'tconst is not tt and 7 to 12 digits'],
      ['title.basics', 23, 'isAdult is neither 0 nor 1'],
      ['title.ratings', 13, 'averageRating is not between 1.0 and 10.0 in tenths'],
      ['title.ratings', 14, 'averageRating is not between 1.0 and 10.0 in tenths'],
      ['title.ratings', 15, 'numVotes is not a whole number'],
      ['title.ratings', 16, '2 fields instead of 3'],
      ['name.basics', 9, 'repeats the key of line 2'],
      ['name.basics', 10, 'birthYear is not a whole number'],
      ['title.crew', 6, 'directors is not a list of person ids'],
      ['title.principals', 11, 'repeats the key of line 3'],
      ['title.principals', 12, 'characters is not a JSON array of texts'],
      ['title.principals', 15, 'ordering is not a whole number'],
      ['title.akas', 8, 'title is missing'],
      ['title.akas', 9, 'repeats the key of line 3'],
      ['title.akas', 10, 'isOriginalTitle is neither 0 nor 1'],
      ['title.episode', 4, 'seasonNumber is not a whole number'],
    ]),
  );
});

test('references that lead nowhere', async () => {
  expect(pick(await version.rows('silver.reference_checks'), 'reference', 'total', 'dangling')).toEqual([
    ['akas.tconst', 6, 1],
    ['crew.directors', 11, 1],
    ['crew.tconst', 5, 1],
    ['crew.writers', 4, 1],
    ['episodes.parent_tconst', 2, 0],
    ['episodes.tconst', 2, 1],
    ['principals.nconst', 11, 2],
    ['principals.tconst', 11, 1],
    ['ratings.tconst', 12, 1],
  ]);
});

test('quality flags say what is odd about a row that is kept', async () => {
  const titles = (await version.rows('silver.titles')).filter(({ quality_flags }) => quality_flags !== '');
  expect(inAnyOrder(pick(titles, 'tconst', 'quality_flags'))).toEqual([
    ['tt1000005', 'no_title,zero_runtime'],
    ['tt1000013', 'no_start_year,no_genres'],
    ['tt1000014', 'adult'],
    ['tt1000015', 'no_genres'],
    ['tt1000018', 'ends_before_start'],
  ]);
  const names = (await version.rows('silver.names')).filter(({ quality_flags }) => quality_flags !== '');
  expect(pick(names, 'nconst', 'quality_flags')).toEqual([
    ['nm0000003', 'no_name'],
    ['nm0000007', 'dies_before_birth'],
  ]);
});

test('imdb_titles: five names at most, the missing ones left out of the list but counted', async () => {
  expect(where(await version.rows('gold.imdb_titles'), 'title_key', 'tt1000001')).toEqual({
    title_key: 'tt1000001',
    primary_title: 'Two Names',
    original_title: 'Zwei Namen',
    title_type: 'movie',
    directors: 'Ann, Director,Bo "Quote",Cy,Di,Ed',
    writers: null,
    genres: 'Drama,Thriller',
    hasDirectors: true,
    hasWriters: true,
    hasEnded: false,
    numOfGenres: 2,
    releaseYear: 2001,
    endYear: null,
    averageRating: 8,
    numVotes: 1000,
    runtimeMinutes: 100,
    numDirectors: 8,
    numWriters: 1,
    title_id: ID.tt1000001,
    tconst: 'tt1000001',
    genre_list: ['Drama', 'Thriller'],
    director_list: ['Ann, Director', 'Bo "Quote"', 'Cy', 'Di', 'Ed'],
    writer_list: [],
    is_adult: false,
  });
});

test('imdb_titles: titles cut at 200 characters, three genres, what is unknown stays empty', async () => {
  const rows = await version.rows('gold.imdb_titles');
  expect(rows).toHaveLength(16);
  expect(where(rows, 'title_key', 'tt1000003')).toMatchObject({
    primary_title: '🎬'.repeat(150) + 'x'.repeat(50),
    original_title: `${'a'.repeat(199)}🎬`,
  });
  expect(where(rows, 'title_key', 'tt1000002')).toMatchObject({ genres: 'Drama,Comedy,Crime', numOfGenres: 3, averageRating: 10 });
  expect(where(rows, 'title_key', 'tt1000004')).toMatchObject({ primary_title: `"Quoted" \\ 'it'`, original_title: 'He said "no' });
  expect(where(rows, 'title_key', 'tt1000005')).toMatchObject({ primary_title: null, original_title: 'Untitled', numVotes: null });
  expect(where(rows, 'title_key', 'tt1000007')).toMatchObject({ hasEnded: true, endYear: 1995, hasDirectors: false, numDirectors: 0 });
  expect(where(rows, 'title_key', 'tt1000013')).toMatchObject({ genres: null, numOfGenres: 0, releaseYear: null, averageRating: null });
});

test('top movies: 500 votes are enough and 499 are not, ties go by id, the score is rounded half up', async () => {
  // 12 rated titles share 12,000 votes, so the average is 1,000.
  expect(pick(await version.rows('gold.top_movies'), 'rank', 'tconst', 'votes', 'rating_tenths', 'score_thousandths')).toEqual([
    [1, 'tt1000001', 1000, 80, 8000],
    [2, 'tt1000002', 600, 100, 6000],
    [3, 'tt1000009', 500, 80, 4000],
    [4, 'tt1000008', 500, 80, 4000],
    [5, 'tt1000011', 800, 50, 4000],
    [6, 'tt1000003', 505, 11, 556],
  ]);
  expect(pick(await version.rows('gold.statistics'), 'name', 'value')).toEqual([
    ['rated_titles', 12],
    ['total_votes', 12_000],
  ]);
});

test('best by genre: by rating, then votes, then id', async () => {
  expect(pick(await version.rows('gold.best_by_genre'), 'genre', 'rank', 'tconst')).toEqual([
    ['Comedy', 1, 'tt1000002'],
    ['Crime', 1, 'tt1000002'],
    ['Drama', 1, 'tt1000002'],
    ['Drama', 2, 'tt1000001'],
    ['Drama', 3, 'tt1000003'],
    ['Horror', 1, 'tt1000002'],
    ['Thriller', 1, 'tt1000001'],
    ['Thriller', 2, 'tt1000009'],
    ['Thriller', 3, 'tt1000008'],
    ['Thriller', 4, 'tt1000011'],
  ]);
});

test('people: a film counts once, series do not, people without a name are there', async () => {
  expect(pick(await version.rows('gold.top_actors'), 'rank', 'nconst', 'name', 'films')).toEqual([
    [1, 'nm0000004', 'Cy', 2],
    [2, 'nm0000005', 'Di', 2],
    [3, 'nm0000009', 'Hal', 1],
    [4, 'nm0000099', null, 1],
  ]);
  expect(pick(await version.rows('gold.top_movie_credits'), 'rank', 'nconst', 'name', 'credits', 'categories')).toEqual([
    [1, 'nm0000004', 'Cy', 2, ['actor', 'director']],
    [2, 'nm0000005', 'Di', 2, ['actress']],
    [3, 'nm0000006', 'Ed', 1, ['self']],
    [4, 'nm0000099', null, 1, ['actor']],
  ]);
  const people = await version.view('people');
  expect(pick(people, 'nconst').flat()).toEqual([...[1, 2, 3, 4, 5, 6, 7, 9].map((n) => `nm000000${n}`), 'nm0000099']);
  expect(where(people, 'nconst', 'nm0000004')).toEqual({
    nconst: 'nm0000004',
    films: 2,
    person: {
      nconst: 'nm0000004',
      name: 'Cy',
      birth_year: 1970,
      death_year: null,
      professions: ['actor'],
      known_for: ['tt1000002', 'tt1000001'],
      films: 2,
    },
    movies: [ID.tt1000002, ID.tt1000004, ID.tt1000001],
  });
});

test('a title is served with its documents', async () => {
  expect(where(await version.view('titles'), 'id', ID.tt1000015)).toMatchObject({
    title_sort: 'elan vital',
    rating: null,
    weight: null,
    movie: { title: 'Élan Vital', original_title: 'ÉLAN VITAL', genres: [], rating: null, votes: null, year: 2031, tmdb_id: null },
  });
  expect(where(await version.view('titles'), 'id', ID.tt1000003)).toMatchObject({
    rating: 1100,
    weight: 555_500,
    live: null,
    movie: { title: LONG_TITLE, original_title: LONG_ORIGINAL, rating: 1.1, imdb_link: 'https://www.imdb.com/title/tt1000003/' },
  });
  expect(where(await version.view('credits'), 'tconst', 'tt1000001')).toMatchObject({
    writers: [{ nconst: 'nm0000099', name: null }],
    cast: [
      { nconst: 'nm0000005', name: 'Di', category: 'actress', characters: [] },
      { nconst: 'nm0000004', name: 'Cy', category: 'actor', characters: ['Hero "X"', 'Twin'] },
      { nconst: 'nm0000004', name: 'Cy', category: 'actor', characters: ['Third'] },
    ],
  });
  const titles = (tconst: string) => version.view('title_names').then((rows) => where(rows, 'tconst', tconst)['titles']);
  expect(await titles('tt1000001')).toEqual([
    { title: 'Two Names', region: null, language: null, types: ['primary'], is_original: false },
    { title: 'Zwei Namen', region: null, language: null, types: ['original'], is_original: true },
    { title: 'Deux Noms', region: 'FR', language: null, types: ['alternative', 'festival'], is_original: false },
    { title: 'Tenth', region: 'DE', language: 'de', types: ['imdbDisplay'], is_original: false },
  ]);
  expect(await titles('tt1000004')).toEqual([
    { title: `"Quoted" \\ 'it'`, region: null, language: null, types: ['primary'], is_original: false },
    { title: 'He said "no', region: null, language: null, types: ['original'], is_original: true },
    { title: 'Another Original', region: null, language: null, types: ['original'], is_original: true },
    { title: 'He said "no', region: 'US', language: 'en', types: [], is_original: false },
  ]);
});
