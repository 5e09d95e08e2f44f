/** The views `film_months` and `movie_months` over all movies in SQL, against events that are counted one by one. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { foldText } from '@rushes/domain';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { histories } from '@rushes/ports/contracts/depth';
import {
  type Cell,
  type EventRow,
  filmMonths,
  foldSelect,
  monthOf,
  ratingsByDay,
  readMonthActivity,
  readMonths,
  reviewsByDay,
} from '@rushes/views';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { defineEvents, defineRows } from './event-tables.ts';
import { eventsAbout, MOVIES, rowsOf } from './made-up-events.ts';

let folder: string;
let engine: BatchEngine;
let [ofFilms, ofMovies] = ['', ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-film-months-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, folder: join(folder, 'spill') });
  const read = (name: string) => readFile(new URL(`../../layers/batch/sql/views/${name}.sql`, import.meta.url), 'utf8');
  [ofFilms, ofMovies] = [await read('film_months'), await read('movie_months')];
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

type Integers = readonly [ratings: number, sumTenths: number, reviews: number, compoundE4: number];

const integersOf = (row: EventRow): Integers | undefined => {
  if (row['type'] === 'rating_given') return [1, Number(row['score_tenths']), 0, 0];
  return row['type'] === 'review_written' ? [0, 0, 1, Number(row['compound_e4'])] : undefined;
};

const added = (sums: Map<string, Integers>, key: string, [a, b, c, d]: Integers): void => {
  const [w, x, y, z] = sums.get(key) ?? [0, 0, 0, 0];
  sums.set(key, [w + a, x + b, y + c, z + d]);
};

const { rating_given, rating_observed, review_written } = eventsAbout(MOVIES);

/** Titles of all movies but the last, which nobody knows. */
const titles = fc.tuple(
  ...MOVIES.slice(0, -1).map((id) =>
    fc.record({
      id: fc.constant(id),
      type: fc.constantFrom('movie', 'movie', 'tvSeries'),
      is_adult: fc.constantFrom(false, false, true),
      genres: fc.constantFrom(null, 'Drama', 'Drama\u001fWar', 'War\u001fwar'),
    }),
  ),
);

test('SQL gives what the events of a month come to', async () => {
  await fc.assert(
    fc.asyncProperty(
      titles,
      fc.array(fc.oneof(rating_given, rating_observed), { maxLength: 25 }),
      fc.array(review_written, { maxLength: 15 }),
      async (known, ratings, reviews) => {
        const [rated, reviewed] = [rowsOf(ratings, 'movie.ratings'), rowsOf(reviews, 'movie.reviews')];
        await defineEvents(engine, 'silver.rating_events', 'movie.ratings', rated);
        await defineEvents(engine, 'silver.review_events', 'movie.reviews', reviewed);
        await engine.materialize('keyed.ratings_by_day', foldSelect(ratingsByDay, 'silver.rating_events'));
        await engine.materialize('keyed.reviews_by_day', foldSelect(reviewsByDay, 'silver.review_events'));
        await defineRows(engine, 'views.titles', 'id VARCHAR, type VARCHAR, is_adult BOOLEAN, genres VARCHAR', known);

        const [byCell, byMovie] = [new Map<string, Integers>(), new Map<string, Integers>()];
        for (const row of [...rated, ...reviewed]) {
          const integers = integersOf(row);
          if (integers === undefined) continue;
          const [id, month] = [String(row['movie_id']), new Date(Number(row['at_ms'])).toISOString().slice(0, 7)];
          expect(monthOf(Number(row['at_ms']))).toBe(month);
          added(byMovie, `${id} ${month}`, integers);
          const title = known.find((one) => one.id === id);
          if (title === undefined || title.type !== 'movie' || title.is_adult) continue;
          for (const genre of ['', ...(title.genres?.split('\u001f') ?? [])]) added(byCell, `${month} ${foldText(genre)}`, integers);
        }

        const cells = new Map<string, Integers>();
        for (const { cell, genre, month, activity } of await engine.rows(`SELECT * FROM (${ofFilms})`)) {
          const [key, genreKey, inMonth, document] = filmMonths.made.row([cell, genre, month, activity] as Cell[]); // as: texts
          expect(key).toBe(`${inMonth}/${genre}`);
          const { ratings: count, sumTenths, reviews: written, compoundE4 } = readMonthActivity(String(document));
          // Spellings of a genre are added up.
          added(cells, `${inMonth} ${genreKey}`, [count, sumTenths, written, compoundE4]);
        }
        expect(cells).toEqual(byCell);

        const movies = new Map<string, Integers>();
        for (const { movie_id, months } of await engine.rows(`SELECT * FROM (${ofMovies})`)) {
          const read = readMonths(String(months));
          expect(read.map(([month]) => month)).toEqual(read.map(([month]) => month).toSorted());
          for (const [month, { ratings: count, sumTenths, reviews: written, compoundE4 }] of read)
            movies.set(`${movie_id} ${month}`, [count, sumTenths, written, compoundE4]);
        }
        expect(movies).toEqual(byMovie);
      },
    ),
    histories({ quick: 12, deep: 250 }),
  );
});
