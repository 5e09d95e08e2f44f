/** The view `film_sums` over all titles in SQL, against films counted one by one; and what one film adds in TypeScript, against what the SQL has more with it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { foldText } from '@rushes/domain';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { histories } from '@rushes/ports/contracts/depth';
import {
  addFilmSums,
  type Cell,
  countedFilm,
  emptyState,
  FILM_MEASURES,
  filmSums,
  type FilmSums,
  movieReviews,
  namedFilmSums,
  NO_FILM_SUMS,
  NOTHING_TOLD,
  readFilmSums,
  sumsOfReviews,
} from '@rushes/views';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { defineRows } from './event-tables.ts';

let folder: string;
let engine: BatchEngine;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-film-sums-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, folder: join(folder, 'spill') });
  model = await readFile(new URL('../../layers/batch/sql/views/film_sums.sql', import.meta.url), 'utf8');
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

interface Title {
  readonly type: string;
  readonly is_adult: boolean;
  readonly year: number | null;
  readonly runtime: number | null;
  readonly rating: number | null;
  readonly votes: number | null;
  readonly genres: string | null;
  readonly budget_cents: number | null;
  readonly revenue_cents: number | null;
  readonly popularity_e3: number | null;
}

interface Reviews {
  readonly count: number;
  readonly compound_e4: number;
  readonly positive: number;
  readonly neutral: number;
  readonly negative: number;
}

interface Film {
  readonly title: Title;
  readonly reviews: Reviews | undefined;
}

const TITLE_TYPES =
  'id VARCHAR, type VARCHAR, is_adult BOOLEAN, year INTEGER, runtime INTEGER, rating INTEGER, votes BIGINT, genres VARCHAR, budget_cents BIGINT, revenue_cents BIGINT, popularity_e3 BIGINT';
const REVIEW_TYPES = 'movie_id VARCHAR, count BIGINT, compound_e4 BIGINT, positive BIGINT, neutral BIGINT, negative BIGINT';

/** The artefact's rows: cell, folded genre, year, sums. */
const rowsOf = async (films: readonly Film[]): Promise<ReadonlyMap<string, readonly [genreKey: Cell, year: Cell, sums: FilmSums]>> => {
  const id = (n: number): string => `film ${n}`;
  await defineRows(engine, 'views.titles', TITLE_TYPES, films.map(({ title }, n) => ({ id: id(n), ...title }))); // prettier-ignore
  const reviewed = films.flatMap(({ reviews }, n) => (reviews === undefined ? [] : [{ movie_id: id(n), ...reviews }]));
  await defineRows(engine, 'keyed.movie_reviews', REVIEW_TYPES, reviewed);
  const columns = Object.keys(filmSums.made.from);
  const select = columns.map((name) => `CAST("${name}" AS VARCHAR) AS "${name}"`).join(', ');
  const found = await engine.rows(`SELECT ${select} FROM (${model})`);
  return new Map(
    found.map((values) => {
      const cells = columns.map(
        (name) => (name === 'year' && values[name] !== null ? Number(values[name]) : (values[name] ?? null)) as Cell,
      );
      const [key, genreKey = null, year = null, sums] = filmSums.made.row(cells);
      return [String(key), [genreKey, year, readFilmSums(String(sums))]];
    }),
  );
};

const NOTHING_SHOWN = {
  tconst: null,
  title: 'Title',
  original_title: null,
  end_year: null,
  directors: null,
  writers: null,
  director_count: 0,
  writer_count: 0,
  tmdb_id: null,
};

/** By hand: the film of 1999 has 2 votes of 7.5 on average, that of 2000 one of 9.25, and two reviews. */
test('three films by hand', async () => {
  const title = (year: number | null, genres: string | null, more: Partial<Title>): Title => ({
    type: 'movie',
    is_adult: false,
    year,
    runtime: null,
    rating: null,
    votes: null,
    genres,
    budget_cents: null,
    revenue_cents: null,
    popularity_e3: null,
    ...more,
  });
  const rows = await rowsOf([
    { title: title(1999, 'Drama', { votes: 2, rating: 7500, runtime: 100, budget_cents: 500, popularity_e3: 50_000 }), reviews: undefined },
    {
      title: title(1999, 'Drama\u001fWar', { votes: 1, rating: 9250, runtime: 0, popularity_e3: 9999 }),
      reviews: { count: 2, compound_e4: -300, positive: 1, neutral: 0, negative: 1 },
    },
    { title: title(null, null, { votes: 0, rating: 6000, runtime: 80, revenue_cents: 7, popularity_e3: 10_000 }), reviews: undefined },
    { title: title(1999, 'Drama', { is_adult: true, votes: 5, rating: 5000 }), reviews: undefined },
    { title: title(1999, 'Drama', { type: 'tvSeries', votes: 5, rating: 5000 }), reviews: undefined },
  ]);
  const two = [2n, 2n, 3n, 24_250n, 1n, 100n, 1n, 500n, 0n, 0n, 1n, 0n, 1n, 2n, -300n, 1n, 0n, 1n];
  expect(new Map([...rows].map(([cell, [genre, year, sums]]) => [cell, [genre, year, ...sums]]))).toEqual(
    new Map([
      ['1999/', ['', 1999, ...two]],
      ['1999/Drama', ['drama', 1999, ...two]],
      ['1999/War', ['war', 1999, 1n, 1n, 1n, 9250n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 1n, 2n, -300n, 1n, 0n, 1n]],
      ['/', ['', null, 1n, 0n, 0n, 0n, 1n, 80n, 0n, 0n, 1n, 7n, 0n, 1n, 0n, 0n, 0n, 0n, 0n, 0n]],
    ]),
  );
});

const MANY_VOTES = 2 ** 40;
const MOST_CENTS = 10 ** 14;
const genres = fc.uniqueArray(fc.constantFrom('Drama', 'War', 'drama', 'Sci-Fi', 'Café', 'a/b'), { maxLength: 3 });
const titleArbitrary: fc.Arbitrary<Title> = fc.record({
  type: fc.constantFrom('movie', 'movie', 'movie', 'tvSeries'),
  is_adult: fc.constantFrom(false, false, false, true),
  year: fc.constantFrom(null, 1894, 1999, 2000),
  runtime: fc.constantFrom(null, 0, 90, 60_000),
  rating: fc.constantFrom(1000, 7333, 10_000),
  votes: fc.constantFrom(null, 0, 1, 12_345, MANY_VOTES),
  budget_cents: fc.constantFrom(null, 1, MOST_CENTS),
  revenue_cents: fc.constantFrom(null, 7, MOST_CENTS),
  popularity_e3: fc.constantFrom(null, 0, 9999, 10_000, 49_999, 50_000, 875_581),
  genres: genres.map((names) => (names.length === 0 ? null : names.join('\u001f'))),
});
const reviewsArbitrary: fc.Arbitrary<Reviews> = fc
  .tuple(fc.nat(5), fc.nat(5), fc.nat(5), fc.integer({ min: -9999, max: 9999 }))
  .map(([positive, neutral, negative, compound_e4]) => ({
    count: positive + neutral + negative,
    compound_e4,
    positive,
    neutral,
    negative,
  }));
const filmsArbitrary = fc.array(fc.record({ title: titleArbitrary, reviews: fc.option(reviewsArbitrary, { nil: undefined }) }), { maxLength: 12 }); // prettier-ignore

/** What serving adds up for a genre and a year. */
const cellsOf = async (films: readonly Film[]): Promise<ReadonlyMap<string, FilmSums>> => {
  const cells = new Map<string, FilmSums>();
  for (const [genreKey, year, sums] of (await rowsOf(films)).values()) {
    const cell = `${genreKey} ${year}`;
    cells.set(cell, addFilmSums(cells.get(cell) ?? NO_FILM_SUMS, sums));
  }
  return cells;
};

test('SQL over all titles gives what the films add one by one', async () => {
  await fc.assert(
    fc.asyncProperty(filmsArbitrary, async (films) => {
      const wanted = new Map<string, Record<string, bigint>>();
      for (const { title, reviews } of films) {
        if (title.type !== 'movie' || title.is_adult) continue;
        const votes = BigInt(title.votes ?? 0);
        const adds: Readonly<Record<string, bigint>> = {
          films: 1n,
          rated_films: votes > 0n ? 1n : 0n,
          votes,
          points_e3: votes * BigInt(title.rating ?? 0),
          runtime_films: title.runtime === null || title.runtime === 0 ? 0n : 1n,
          runtime_minutes: BigInt(title.runtime ?? 0),
          budget_films: title.budget_cents === null ? 0n : 1n,
          budget_cents: BigInt(title.budget_cents ?? 0),
          revenue_films: title.revenue_cents === null ? 0n : 1n,
          revenue_cents: BigInt(title.revenue_cents ?? 0),
          popularity_high: (title.popularity_e3 ?? 0) >= 50_000 ? 1n : 0n,
          popularity_medium: (title.popularity_e3 ?? 0) >= 10_000 && (title.popularity_e3 ?? 0) < 50_000 ? 1n : 0n,
          popularity_low: title.popularity_e3 !== null && title.popularity_e3 < 10_000 ? 1n : 0n,
          reviews: BigInt(reviews?.count ?? 0),
          compound_e4: BigInt(reviews?.compound_e4 ?? 0),
          positive: BigInt(reviews?.positive ?? 0),
          neutral: BigInt(reviews?.neutral ?? 0),
          negative: BigInt(reviews?.negative ?? 0),
        };
        for (const genre of ['', ...(title.genres?.split('\u001f') ?? [])]) {
          const cell = `${foldText(genre)} ${title.year}`;
          const sums = wanted.get(cell) ?? {};
          wanted.set(cell, sums);
          for (const [name, value] of Object.entries(adds)) sums[name] = (sums[name] ?? 0n) + value;
        }
      }
      const found = new Map([...(await cellsOf(films))].map(([cell, sums]) => [cell, namedFilmSums(sums)]));
      expect(found).toEqual(wanted);
    }),
    histories({ quick: 15, deep: 300 }),
  );
});

test('what a film adds in TypeScript is what the SQL has more with it', async () => {
  await fc.assert(
    fc.asyncProperty(filmsArbitrary, titleArbitrary, fc.option(reviewsArbitrary, { nil: undefined }), async (others, title, reviews) => {
      const before = await cellsOf(others);
      const after = await cellsOf([...others, { title, reviews }]);
      const { budget_cents, revenue_cents, popularity_e3, ...facts } = title;
      const told = { ...NOTHING_TOLD, budget_cents, revenue_cents, popularity_e3 };
      const film = countedFilm({ ...NOTHING_SHOWN, ...facts, told });
      const adds = addFilmSums(film?.sums ?? NO_FILM_SUMS, sumsOfReviews({ ...emptyState(movieReviews), ...reviews }));
      const merged = new Map(before);
      for (const { genreKey, year } of film?.cells ?? []) {
        const cell = `${genreKey} ${year}`;
        merged.set(cell, addFilmSums(merged.get(cell) ?? NO_FILM_SUMS, adds));
      }
      expect(merged).toEqual(after);
      expect(FILM_MEASURES).toHaveLength(adds.length);
    }),
    histories({ quick: 10, deep: 200 }),
  );
});
