/** The view `popularity` over all movies in SQL, against what the texts of the observations say, looked at one by one. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { histories } from '@rushes/ports/contracts/depth';
import { bucketKey, foldSelect, popularityByDay, popularityByHour, popularityOf, readPopularity } from '@rushes/views';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { defineEvents } from './event-tables.ts';
import { eventsAbout, MOVIES, rowsOf } from './made-up-events.ts';

let folder: string;
let engine: BatchEngine;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-popularity-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, folder: join(folder, 'spill') });
  model = await readFile(new URL('../../layers/batch/sql/views/popularity.sql', import.meta.url), 'utf8');
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const WIDTHS = [
  ['hour', 3_600_000],
  ['day', 86_400_000],
] as const;

interface Said {
  readonly movie: string;
  readonly atMs: number;
  readonly popularity: number;
  readonly offset: number;
}

/** Each bucket's movies with what was said last, by the row's key. */
const told = (all: readonly Said[]) =>
  Object.fromEntries(
    WIDTHS.flatMap(([name, widthMs]) => {
      const keyOf = ({ atMs }: Said): string => `${new Date(Math.floor(atMs / widthMs) * widthMs).toISOString().slice(0, 16)}Z/${name}`;
      return [...Map.groupBy(all, keyOf)].map(([key, inBucket]) => [
        key,
        [...Map.groupBy(inBucket, ({ movie }) => movie)]
          .map(([movie, said]) => {
            const [last] = said.toSorted((a, b) => b.atMs - a.atMs || b.offset - a.offset);
            return [movie, Math.round((last?.popularity ?? 0) * 1000), last?.atMs, last?.offset] as const;
          })
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ]);
    }),
  );

const { rating_given, rating_observed } = eventsAbout(MOVIES);

test('SQL over all movies gives what was observed last, bucket by bucket, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(rating_given, rating_observed, rating_observed), { maxLength: 40 }), async (events) => {
      await defineEvents(engine, 'silver.rating_events', 'movie.ratings', rowsOf(events, 'movie.ratings'));
      for (const view of [popularityByHour, popularityByDay])
        await engine.materialize(`keyed.${view.name}`, foldSelect(view, 'silver.rating_events'));
      const found = await engine.rows(`SELECT * FROM (${model}) ORDER BY bucket`);

      const said = events.flatMap(({ type, payload }, offset): Said[] =>
        type === 'rating_observed' && payload.source === 'tmdb' && payload.popularity !== null
          ? [{ movie: payload.movie_id, atMs: Date.parse(payload.at), popularity: payload.popularity, offset }]
          : [],
      );
      const wanted = told(said);
      expect(found.map(({ bucket }) => bucket)).toEqual(Object.keys(wanted).toSorted());
      for (const { bucket, width_ms, start_ms, movies } of found) {
        const width = WIDTHS.find(([, ms]) => ms === Number(width_ms));
        expect(bucketKey(width?.[1] ?? 3_600_000, Number(start_ms))).toBe(bucket);
        expect(JSON.parse(String(movies))).toEqual(wanted[String(bucket)]);
        const entries = readPopularity(String(movies));
        expect(entries.map(([id]) => popularityOf(String(movies), id))).toEqual(entries.map(([, observed]) => observed));
        expect(popularityOf(String(movies), '99999999-0000-4000-8000-000000000000')).toBeUndefined();
      }
    }),
    histories({ quick: 15, deep: 300 }),
  );
});
