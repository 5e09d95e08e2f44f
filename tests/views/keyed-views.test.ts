/** The laws of keyed views, for each view there is: three executors, one meaning. Events come from texts, as they lie in a log. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import {
  decodeState,
  emptyState,
  encodeState,
  type EventRow,
  foldEvent,
  foldSelect,
  isFolded,
  keyColumns,
  KEYED_VIEWS,
  type KeyedView,
  keyOf,
  mergeSelect,
  mergeStates,
} from '@rushes/views';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { defineEvents } from './event-tables.ts';
import { eventsAbout, MOVIES, rowsOf } from './made-up-events.ts';

let folder: string;
let engine: BatchEngine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-keyed-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, folder: join(folder, 'spill') });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const EVENTS = eventsAbout(MOVIES.slice(0, 2));

const viewRows = (view: KeyedView): fc.Arbitrary<readonly EventRow[]> =>
  fc.array(fc.oneof(...view.events.map((type) => EVENTS[type])), { maxLength: 25 }).map((events) => rowsOf(events, view.topic));

type States = Readonly<Record<string, unknown>>;

const foldAll = (view: KeyedView, events: readonly EventRow[]): States => {
  const states = new Map<string, unknown>();
  for (const row of events) {
    if (!isFolded(view, row)) continue;
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
      fc.property(viewRows(view), fc.nat(25), fc.nat(25), (events, one, two) => {
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
      histories({ quick: 100, deep: 1000 }),
    );
  });

  test('a state survives its encoding', () => {
    fc.assert(
      fc.property(viewRows(view), (events) => {
        for (const state of Object.values(foldAll(view, events))) expect(decodeState(view, encodeState(state as never))).toEqual(state);
      }),
    );
  });

  test('SQL gives the states of the fold, and merges as it does', async () => {
    await fc.assert(
      fc.asyncProperty(viewRows(view), fc.nat(25), async (events, cut) => {
        const parts = [events.slice(0, cut), events.slice(cut)] as const;
        await defineEvents(engine, 'silver.earlier', view.topic, parts[0]);
        await defineEvents(engine, 'silver.later', view.topic, parts[1]);
        await engine.materialize('keyed.earlier', foldSelect(view, 'silver.earlier'));
        await engine.materialize('keyed.later', foldSelect(view, 'silver.later'));
        expect(await readStates(view, 'FROM keyed.earlier')).toEqual(foldAll(view, parts[0]));
        expect(await readStates(view, mergeSelect(view, 'keyed.earlier', 'keyed.later'))).toEqual(foldAll(view, events));
      }),
      histories({ quick: 10, deep: 80 }),
    );
  });
});
