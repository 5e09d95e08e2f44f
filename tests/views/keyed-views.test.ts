/** The laws of keyed views, for each view there is: three executors, one meaning. Events come from texts, as they lie in a log. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventText, judgeEvent, type MovieEvent, type SilverRow } from '@rushes/domain';
import { type BatchEngine, openDuckDb } from '@rushes/lake';
import {
  type Cell,
  decodeState,
  emptyState,
  encodeState,
  type EventRow,
  foldEvent,
  foldSelect,
  keyColumns,
  KEYED_VIEWS,
  type KeyedView,
  keyOf,
  mergeSelect,
  mergeStates,
} from '@rushes/views';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const RUNS = { numRuns: 60 };

let folder: string;
let engine: BatchEngine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-keyed-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, tempFolder: join(folder, 'spill') });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const MOVIES = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const BEGIN_MS = Date.UTC(2013, 1, 28);
const movie = fc.constantFrom(...MOVIES);
/** Few different instants within some days, so that many are equal or in one bucket. */
const at = fc.integer({ min: 0, max: 40 }).map((step) => new Date(BEGIN_MS + step * 3_599_000).toISOString());
const score = fc.integer({ min: 2, max: 20 }).map((halves) => halves / 2);
const text = fc.constantFrom(
  'A wonderful film, I love it!',
  'Terrible. A waste of time :(',
  'A film.',
  'so-so, "quoted" \u00e9\ud83d\ude00\n',
  "it's not bad",
);
const person = fc.option(fc.string({ minLength: 1, maxLength: 8 }), { nil: null });
const source = fc.constantFrom('posted' as const, 'tmdb' as const);
const fields = {
  title: fc.string({ minLength: 1, maxLength: 12 }),
  genres: fc.uniqueArray(fc.constantFrom('Action', 'Drama', 'Sci-Fi'), { maxLength: 3 }),
  year: fc.option(fc.integer({ min: 1900, max: 2030 }), { nil: null }),
  runtime_minutes: fc.option(fc.integer({ min: 1, max: 300 }), { nil: null }),
  rating: fc.option(
    fc.integer({ min: 10, max: 100 }).map((tenths) => tenths / 10),
    { nil: null },
  ),
};

const event = (type: MovieEvent['type'], payload: fc.Arbitrary<unknown>): fc.Arbitrary<MovieEvent> =>
  payload.map((given) => ({ type, version: 1, payload: given }) as MovieEvent); // as: the arbitraries below follow the schemas, and `rows` checks it

const EVENTS: Readonly<Record<MovieEvent['type'], fc.Arbitrary<MovieEvent>>> = {
  movie_added: event('movie_added', fc.record({ movie_id: movie, tconst: fc.constantFrom('tt0000001', null), source, at, ...fields })),
  movie_changed: event(
    'movie_changed',
    fc.record({ movie_id: movie, source, at, changes: fc.record(fields, { requiredKeys: ['title'] }) }),
  ),
  rating_given: event('rating_given', fc.record({ movie_id: movie, score, user: person, at })),
  rating_observed: event(
    'rating_observed',
    fc.record({
      movie_id: movie,
      source: fc.constantFrom('imdb', 'tmdb'),
      average: fc.integer({ min: 0, max: 10_000 }).map((e3) => e3 / 1000),
      votes: fc.nat(1_000_000),
      popularity: fc.option(
        fc.integer({ min: 0, max: 1_000_000 }).map((e3) => e3 / 1000),
        { nil: null },
      ),
      at,
    }),
  ),
  review_written: event('review_written', fc.record({ movie_id: movie, text, author: person, score: fc.option(score, { nil: null }), at })),
};

/** Events as a partition's typed rows, in the order of their offsets; the epoch grows now and then. */
const rows = (events: readonly MovieEvent[], topic: KeyedView['topic']): readonly EventRow[] =>
  events.map((one, offset) => {
    const judged = judgeEvent(eventText(one), { topic, key: one.payload.movie_id, appendedAtMs: Date.UTC(2026, 0, 1) });
    if ('fault' in judged) throw new Error(judged.fault);
    return { ...(judged.row as SilverRow & EventRow), offset, epoch: 1 + Math.floor(offset / 3) };
  });

const rowsOf = (view: KeyedView): fc.Arbitrary<readonly EventRow[]> =>
  fc.array(fc.oneof(...view.events.map((type) => EVENTS[type])), { maxLength: 25 }).map((events) => rows(events, view.topic));

type States = Readonly<Record<string, unknown>>;

const foldAll = (view: KeyedView, events: readonly EventRow[]): States => {
  const states = new Map<string, unknown>();
  for (const row of events) {
    const key = keyOf(view, row);
    states.set(key, foldEvent(view, (states.get(key) ?? emptyState(view)) as never, row)); // as never: the view's own states
  }
  return Object.fromEntries(states);
};

const mergeAll = (view: KeyedView, a: States, b: States): States =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
      key,
      mergeStates(view, (a[key] ?? emptyState(view)) as never, (b[key] ?? emptyState(view)) as never),
    ]),
  );

const literal = (value: Cell): string =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

const SILVER_TYPES: Readonly<Record<KeyedView['topic'], string>> = {
  'movie.metadata':
    'type VARCHAR, movie_id VARCHAR, at_ms BIGINT, source VARCHAR, tconst VARCHAR, title VARCHAR, genres VARCHAR, "year" BIGINT, runtime_minutes BIGINT, rating_tenths BIGINT, sets_title BOOLEAN, sets_genres BOOLEAN, sets_year BOOLEAN, sets_runtime_minutes BOOLEAN, sets_rating BOOLEAN, "offset" BIGINT, epoch BIGINT',
  'movie.ratings':
    'type VARCHAR, movie_id VARCHAR, at_ms BIGINT, "user" VARCHAR, score_tenths BIGINT, source VARCHAR, average_e3 BIGINT, votes BIGINT, popularity_e3 BIGINT, "offset" BIGINT, epoch BIGINT',
  'movie.reviews':
    'type VARCHAR, movie_id VARCHAR, at_ms BIGINT, "text" VARCHAR, author VARCHAR, score_tenths BIGINT, compound_e4 BIGINT, positive BOOLEAN, neutral BOOLEAN, negative BOOLEAN, "offset" BIGINT, epoch BIGINT',
};

const defineEvents = async (table: string, view: KeyedView, events: readonly EventRow[]): Promise<void> => {
  const columns = SILVER_TYPES[view.topic].split(', ').map((column) => {
    const [name = '', type = ''] = column.replaceAll('"', '').split(' ');
    return { name, type };
  });
  const select = (row: EventRow | undefined): string =>
    `SELECT ${columns.map(({ name: column, type }) => `CAST(${literal(row?.[column] ?? null)} AS ${type}) AS "${column}"`).join(', ')}`;
  await engine.materialize(table, events.length === 0 ? `${select(undefined)} WHERE false` : events.map(select).join(' UNION ALL '));
};

const readStates = async (view: KeyedView, select: string): Promise<States> => {
  const states = Object.keys(view.measures)
    .map((measure) => `'${measure}': "${measure}"`)
    .join(', ');
  const found = await engine.rows(`SELECT ${keyColumns(view).join(', ')}, CAST(to_json({${states}}) AS VARCHAR) AS state FROM (${select})`);
  return Object.fromEntries(
    found.map((row) => [
      view.bucketMs === undefined ? String(row['movie_id']) : `${row['movie_id']}|${row['bucket_ms']}`,
      decodeState(view, String(row['state'])),
    ]),
  );
};

describe.each(KEYED_VIEWS.map((view) => [view.name, view] as const))('%s', (_, view) => {
  test('merge is associative and has the empty state as identity; folding a ++ b is merging the folds', () => {
    fc.assert(
      fc.property(rowsOf(view), fc.nat(25), fc.nat(25), (events, one, two) => {
        const [first, second] = [Math.min(one, two), Math.max(one, two)];
        const [a, b, c] = [events.slice(0, first), events.slice(first, second), events.slice(second)].map((part) =>
          foldAll(view, part),
        ) as [States, States, States]; // as: three parts
        const whole = foldAll(view, events);
        expect(mergeAll(view, mergeAll(view, a, b), c)).toEqual(whole);
        expect(mergeAll(view, a, mergeAll(view, b, c))).toEqual(whole);
        expect(mergeAll(view, whole, {})).toEqual(whole);
        expect(mergeAll(view, {}, whole)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('a state survives its encoding', () => {
    fc.assert(
      fc.property(rowsOf(view), (events) => {
        for (const state of Object.values(foldAll(view, events))) expect(decodeState(view, encodeState(state as never))).toEqual(state);
      }),
    );
  });

  test('SQL gives the states of the fold, and merges as it does', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(view), fc.nat(25), async (events, cut) => {
        const parts = [events.slice(0, cut), events.slice(cut)] as const;
        await defineEvents('silver.earlier', view, parts[0]);
        await defineEvents('silver.later', view, parts[1]);
        await engine.materialize('keyed.earlier', foldSelect(view, 'silver.earlier'));
        await engine.materialize('keyed.later', foldSelect(view, 'silver.later'));
        expect(await readStates(view, 'FROM keyed.earlier')).toEqual(foldAll(view, parts[0]));
        expect(await readStates(view, mergeSelect(view, 'keyed.earlier', 'keyed.later'))).toEqual(foldAll(view, events));
      }),
      RUNS,
    );
  });
});
