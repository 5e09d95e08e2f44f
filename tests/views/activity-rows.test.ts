/** The view `activity` over all movies in SQL, against the events folded one by one; and its hours and days against the sums of their five minutes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { histories } from '@rushes/ports/contracts/depth';
import {
  ACTIVITY_WIDTHS,
  bucketKey,
  type ActivityWidth,
  bucketStart,
  type EventRow,
  foldSelect,
  type MovieActivity,
  NO_ACTIVITY,
  ratingsByDay,
  ratingsByFiveMinutes,
  ratingsByHour,
  readActivity,
  reviewsByDay,
  reviewsByFiveMinutes,
  reviewsByHour,
} from '@rushes/views';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { defineEvents } from './event-tables.ts';
import { eventsAbout, MOVIES, rowsOf } from './made-up-events.ts';

let folder: string;
let engine: BatchEngine;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-activity-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, folder: join(folder, 'spill') });
  model = await readFile(new URL('../../layers/batch/sql/views/activity.sql', import.meta.url), 'utf8');
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

type Movies = ReadonlyMap<string, MovieActivity>;

const plus = (a: MovieActivity, b: MovieActivity): MovieActivity => ({
  ratings: a.ratings + b.ratings,
  sumTenths: a.sumTenths + b.sumTenths,
  reviews: a.reviews + b.reviews,
  compoundE4: a.compoundE4 + b.compoundE4,
});

const activityOf = (row: EventRow): MovieActivity | undefined => {
  if (row['type'] === 'rating_given') return { ...NO_ACTIVITY, ratings: 1, sumTenths: Number(row['score_tenths']) };
  if (row['type'] === 'review_written') return { ...NO_ACTIVITY, reviews: 1, compoundE4: Number(row['compound_e4']) };
  return undefined;
};

/** Each bucket's movies, by the row's key. */
const told = (events: readonly EventRow[], width: ActivityWidth): ReadonlyMap<string, Movies> => {
  const buckets = new Map<string, Map<string, MovieActivity>>();
  for (const event of events) {
    const activity = activityOf(event);
    if (activity === undefined) continue;
    const key = bucketKey(width, bucketStart(Number(event['at_ms']), width));
    const movies = buckets.get(key) ?? new Map<string, MovieActivity>();
    buckets.set(key, movies);
    const id = String(event['movie_id']);
    movies.set(id, plus(movies.get(id) ?? NO_ACTIVITY, activity));
  }
  return buckets;
};

const { rating_given, rating_observed, review_written } = eventsAbout(MOVIES);

test('SQL over all movies gives what the events come to, bucket by bucket, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(rating_given, rating_observed), { maxLength: 30 }),
      fc.array(review_written, { maxLength: 20 }),
      async (ratings, reviews) => {
        const [rated, reviewed] = [rowsOf(ratings, 'movie.ratings'), rowsOf(reviews, 'movie.reviews')];
        await defineEvents(engine, 'silver.rating_events', 'movie.ratings', rated);
        await defineEvents(engine, 'silver.review_events', 'movie.reviews', reviewed);
        for (const view of [ratingsByFiveMinutes, ratingsByHour, ratingsByDay])
          await engine.materialize(`keyed.${view.name}`, foldSelect(view, 'silver.rating_events'));
        for (const view of [reviewsByFiveMinutes, reviewsByHour, reviewsByDay])
          await engine.materialize(`keyed.${view.name}`, foldSelect(view, 'silver.review_events'));
        const found = await engine.rows(`SELECT * FROM (${model}) ORDER BY bucket`);

        const wanted = new Map(ACTIVITY_WIDTHS.flatMap((width) => [...told([...rated, ...reviewed], width)]));
        expect(found.map(({ bucket }) => bucket)).toEqual([...wanted.keys()].toSorted());
        for (const { bucket, width_ms, start_ms, movies } of found) {
          const width = ACTIVITY_WIDTHS.find((one) => one === Number(width_ms)) ?? ACTIVITY_WIDTHS[0];
          expect(bucketKey(width, Number(start_ms))).toBe(bucket);
          const entries = readActivity(String(movies));
          expect(entries.map(([id]) => id)).toEqual(entries.map(([id]) => id).toSorted());
          expect(new Map(entries)).toEqual(wanted.get(String(bucket)));
        }
      },
    ),
    histories({ quick: 15, deep: 300 }),
  );
});

test('keys are in the order of time, before 1970 and before the year 1000 too', async () => {
  const starts = ['0001-01-01', '0987-06-05', '1969-12-31', '1970-01-01', '2026-11-28', '9999-12-31'].map((day) => Date.parse(day));
  await engine.materialize(
    'keyed.ratings_by_day',
    starts
      .map((ms) => `SELECT CAST(${ms} AS BIGINT) AS bucket_ms, '${MOVIES[0]}' AS movie_id, 1 AS "count", 70 AS sum_tenths`)
      .join(' UNION ALL '),
  );
  for (const name of ['ratings_by_5m', 'ratings_by_hour'])
    await engine.materialize(`keyed.${name}`, 'SELECT * FROM keyed.ratings_by_day WHERE false');
  for (const name of ['reviews_by_5m', 'reviews_by_hour', 'reviews_by_day'])
    await engine.materialize(`keyed.${name}`, 'SELECT *, 0 AS compound_e4 FROM keyed.ratings_by_day WHERE false');
  const found = await engine.rows(`SELECT bucket FROM (${model}) ORDER BY bucket`);
  const [, , width] = ACTIVITY_WIDTHS;
  expect(found.map(({ bucket }) => bucket)).toEqual(starts.map((ms) => bucketKey(width, ms)));
});
