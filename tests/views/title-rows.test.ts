/** What the view `titles` says of a title is written twice: for one in TypeScript, for all in SQL. Here they say the same, to the byte. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { titleIdOf, type Tconst } from '@rushes/domain';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import type { CellValue } from '@rushes/ports';
import {
  type Cell,
  emptyState,
  type EventRow,
  foldEvent,
  foldSelect,
  MERGED_COLUMNS,
  movieRatings,
  movieRecords,
  rowOfMerged,
  type TitleDump,
  titleRow,
  titles,
  tmdbLinkRow,
} from '@rushes/views';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { defineEvents, defineRows, literal } from './event-tables.ts';
import { eventsAbout, hardText, instantMs, rowsOf } from './made-up-events.ts';

let folder: string;
let engine: BatchEngine;
let model: string;
let eventsModel: string;
let linksModel: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-titles-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, folder: join(folder, 'spill') });
  eventsModel = await readFile(new URL('../../layers/batch/sql/gold/title_events.sql', import.meta.url), 'utf8');
  linksModel = await readFile(new URL('../../layers/batch/sql/views/tmdb_links.sql', import.meta.url), 'utf8');
  model = await readFile(new URL('../../layers/batch/sql/views/titles.sql', import.meta.url), 'utf8');
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const TCONSTS = ['tt0000001', 'tt0000002', 'tt0000003'] as const;
const IDS = TCONSTS.map((tconst) => titleIdOf(tconst as Tconst)); // as: well-formed
const UNKNOWN_TO_IMDB = '00000000-0000-4000-8000-000000000009';

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const names = fc.uniqueArray(fc.constantFrom('Ann Bo', 'C. "D" E', 'F\u00e9', 'G', 'H'), { minLength: 1, maxLength: 5 });
const dump = (tconst: string): fc.Arbitrary<TitleDump> =>
  fc
    .record({
      type: fc.constantFrom('movie', 'tvSeries'),
      is_adult: fc.boolean(),
      // no value of the dumps holds the separator of sets
      title: nullable(hardText.map((text) => text.replaceAll('\u001f', ''))),
      original_title: nullable(hardText),
      year: nullable(fc.integer({ min: 1900, max: 2030 })),
      end_year: nullable(fc.integer({ min: 1900, max: 2030 })),
      runtime: nullable(fc.integer({ min: 1, max: 300 })),
      rated: nullable(fc.record({ rating_tenths: fc.integer({ min: 10, max: 100 }), votes: fc.oneof(fc.constant(0), fc.nat(3_000_000)) })),
      genres: nullable(fc.uniqueArray(fc.constantFrom('Action', 'Drama', 'Sci-Fi', 'A', 'B'), { minLength: 1, maxLength: 5 })),
      directors: nullable(names),
      writers: nullable(names),
    })
    .map(({ rated, genres, directors, writers, ...rest }) => ({
      ...rest,
      tconst,
      rating_tenths: rated?.rating_tenths ?? null,
      votes: rated?.votes ?? null,
      genres: genres?.join('\u001f') ?? null,
      directors: directors?.join('\u001f') ?? null,
      writers: writers?.join('\u001f') ?? null,
      director_count: directors?.length ?? 0,
      writer_count: writers === null ? 0 : writers.length + 2,
    }));

const list = (set: string | null): string => (set === null ? 'NULL' : `[${set.split('\u001f').map(literal).join(', ')}]`);

const defineDumps = async (dumps: readonly TitleDump[], observedMs: number | null): Promise<void> => {
  const select = (one: TitleDump): string =>
    `SELECT ${literal(titleIdOf(one.tconst as Tconst))} AS title_id, ${literal(one.tconst)} AS tconst, ${literal(one.type)} AS title_type, ${one.is_adult} AS is_adult, ` +
    `CAST(${literal(one.title)} AS VARCHAR) AS primary_title, CAST(${literal(one.original_title)} AS VARCHAR) AS original_title, ` +
    `CAST(${literal(one.year)} AS INTEGER) AS start_year, CAST(${literal(one.end_year)} AS INTEGER) AS end_year, ` +
    `CAST(${literal(one.runtime)} AS INTEGER) AS runtime_minutes, CAST(${list(one.genres)} AS VARCHAR[]) AS genres, ` +
    `CAST(${literal(one.rating_tenths)} AS INTEGER) AS rating_tenths, CAST(${literal(one.votes)} AS INTEGER) AS votes, ` +
    `CAST(${list(one.directors)} AS VARCHAR[]) AS directors, CAST(${list(one.writers)} AS VARCHAR[]) AS writers, ` +
    `CAST(${one.director_count} AS INTEGER) AS director_count, CAST(${one.writer_count} AS INTEGER) AS writer_count`;
  await engine.materialize('gold.titles', dumps.map(select).join(' UNION ALL '));
  await defineRows(
    engine,
    'silver.dump_times',
    'dataset VARCHAR, observed_ms BIGINT',
    observedMs === null ? [] : [{ dataset: 'title.ratings', observed_ms: observedMs } satisfies Readonly<Record<string, Cell>>],
  );
};

/** Where the document `shown` stands in a row. */
const SHOWN = 1 + Object.keys(titles.layout.columns).length + titles.layout.documents.indexOf('shown');

const { movie_added, movie_changed, movie_linked, rating_given, rating_observed } = eventsAbout([...IDS, UNKNOWN_TO_IMDB]);

const foldAbout = <View extends typeof movieRecords | typeof movieRatings>(view: View, id: string, rows: readonly EventRow[]) =>
  rows.filter((row) => row['movie_id'] === id).reduce((state, row) => foldEvent(view, state, row), emptyState(view));

test('SQL over all titles gives the rows that TypeScript gives of each', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...TCONSTS.map(dump)),
      nullable(instantMs),
      fc.array(fc.oneof(movie_added, movie_changed, movie_linked), { maxLength: 8 }),
      fc.array(fc.oneof(rating_given, rating_observed), { maxLength: 12 }),
      async (dumps, ratingsObservedMs, edits, ratings) => {
        const [metadata, rated] = [rowsOf(edits, 'movie.metadata'), rowsOf(ratings, 'movie.ratings')];
        await defineDumps(dumps, ratingsObservedMs);
        await defineEvents(engine, 'silver.metadata_events', 'movie.metadata', metadata);
        await defineEvents(engine, 'silver.rating_events', 'movie.ratings', rated);
        await engine.materialize('keyed.movie_records', foldSelect(movieRecords, 'silver.metadata_events'));
        await engine.materialize('keyed.movie_ratings', foldSelect(movieRatings, 'silver.rating_events'));
        await engine.materialize('gold.title_events', eventsModel);
        const found = new Map((await engine.rows(model)).map((row) => [String(row['id']), row]));

        const links = new Map((await engine.rows(linksModel)).map((row) => [String(row['id']), Number(row['tmdb_id'])]));

        const expected = [...dumps.map((one) => [titleIdOf(one.tconst as Tconst), one] as const), [UNKNOWN_TO_IMDB, null] as const];
        for (const [id, known] of expected) {
          const states = {
            dump: known,
            records: foldAbout(movieRecords, id, metadata),
            ratings: foldAbout(movieRatings, id, rated),
          };
          const row = titleRow(id, { ratingsObservedMs, ...states });
          const sql = found.get(id);
          expect(sql === undefined).toBe(row === undefined);
          const link = row && tmdbLinkRow(id, String(row[SHOWN]));
          expect(links.get(id)).toBe(link?.[1]);
          if (row === undefined || sql === undefined) continue;
          const inSql = rowOfMerged(
            Object.keys(MERGED_COLUMNS).map((column): CellValue => {
              const value = sql[column] ?? null;
              return typeof value === 'bigint' ? Number(value) : value;
            }),
          );
          const others = titles.layout.documents.length - 1;
          expect(inSql.slice(0, -others)).toEqual(row.slice(0, -others));
          const hasEvents = [...metadata, ...rated].some((event) => event['movie_id'] === id);
          expect(sql['live'] !== null).toBe(hasEvents);
          expect(sql['rating_sources']).toBe(hasEvents ? row.at(-2) : null);
          if (hasEvents) {
            const live = JSON.parse(String(sql['live'])) as { readonly records: unknown; readonly ratings: unknown }; // as: the document
            const { records, ratings: given } = live;
            expect({ ...live, records: records ?? emptyState(movieRecords), ratings: given ?? emptyState(movieRatings) }).toEqual(states);
          }
        }
        expect(found.size).toBeLessThanOrEqual(expected.length);
      },
    ),
    histories({ quick: 15, deep: 300 }),
  );
});
