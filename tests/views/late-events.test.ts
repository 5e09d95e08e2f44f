/** Which events came late, and what they moved: the SQL of the batch layer against a plain walk over the log, however the log was cut before. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { emptyState, type EventRow, foldEvent, foldSelect, keyOf, LATE_RULES, lateByMs, type LateRule, lateSelect } from '@rushes/views';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { defineEvents } from './event-tables.ts';
import { eventsAbout, MOVIES, rowsOf } from './made-up-events.ts';

let folder: string;
let engine: BatchEngine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-late-'));
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, folder: join(folder, 'spill') });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const EVENTS = eventsAbout(MOVIES.slice(0, 2));
const HOUR_MS = 3_600_000;

type LogRow = EventRow & { readonly appended_at_ms: number };

/** Appended just when their bucket ends, a little before, later, or by a clock that is behind. */
const delayMs = fc.oneof(fc.constantFrom(0, 1, 299_999, 300_000, HOUR_MS, -HOUR_MS), fc.integer({ min: -HOUR_MS, max: 72 * HOUR_MS }));

const logOf = (rule: LateRule): fc.Arbitrary<readonly LogRow[]> =>
  fc
    .array(fc.tuple(fc.oneof(EVENTS.rating_given, EVENTS.rating_observed, EVENTS.review_written), delayMs), { maxLength: 25 })
    .map((told) => told.filter(([event]) => (event.type === 'review_written') === (rule.view.topic === 'movie.reviews')))
    .map((told) =>
      rowsOf(
        told.map(([event]) => event),
        rule.view.topic,
      ).map((row, at) => ({
        ...row,
        partition: `${rule.view.topic}/0`,
        id: `event ${at}`,
        appended_at_ms: Number(row['at_ms']) + (told[at]?.[1] ?? 0),
      })),
    );

/** Whether the view is about it: popularity is what TMDB says, and not each time. */
const isOfView = ({ view }: LateRule, row: LogRow): boolean =>
  view.events.some((type) => type === row['type']) &&
  (!view.name.startsWith('popularity_') || (row['source'] === 'tmdb' && row['popularity_e3'] !== null));

/** Every event one by one; of what came before nothing is kept but the state of each key. */
const plainWalk = (rule: LateRule, events: readonly LogRow[]): readonly unknown[] => {
  const states = new Map<string, unknown>();
  const late: unknown[] = [];
  for (const row of events) {
    if (!isOfView(rule, row)) continue;
    const key = keyOf(rule.view, row);
    const before = states.get(key) ?? emptyState(rule.view);
    const after = foldEvent(rule.view, before as never, row); // as never: the view's own state
    states.set(key, after);
    const byMs = lateByMs(rule, row, row.appended_at_ms, () => before);
    if (byMs !== undefined) late.push({ offset: row['offset'], id: row['id'], late_ms: byMs, before, after });
  }
  return late;
};

const readLate = async (select: string): Promise<readonly unknown[]> =>
  (await engine.rows(`SELECT "offset", id, late_ms, "before", "after" FROM (${select}) ORDER BY "offset"`)).map((row) => ({
    offset: Number(row['offset']),
    id: row['id'],
    late_ms: Number(row['late_ms']),
    before: JSON.parse(String(row['before'])) as unknown,
    after: JSON.parse(String(row['after'])) as unknown,
  }));

describe.each(LATE_RULES.map((rule) => [rule.kind === 'bucket' ? rule.view.name : `observations of ${rule.source}`, rule] as const))(
  '%s',
  (_, rule) => {
    test('SQL finds what a plain walk finds, cut anywhere', async () => {
      await fc.assert(
        fc.asyncProperty(logOf(rule), fc.nat(25), async (events, cut) => {
          const parts = [events.slice(0, cut), events.slice(cut)] as const;
          await defineEvents(engine, 'silver.earlier', rule.view.topic, parts[0]);
          await defineEvents(engine, 'silver.later', rule.view.topic, parts[1]);
          await defineEvents(engine, 'silver.whole', rule.view.topic, events);
          await engine.materialize('keyed.earlier', foldSelect(rule.view, 'silver.earlier'));
          const whole = plainWalk(rule, events);
          expect(await readLate(lateSelect(rule, 'silver.whole'))).toEqual(whole);
          expect([
            ...(await readLate(lateSelect(rule, 'silver.earlier'))),
            ...(await readLate(lateSelect(rule, 'silver.later', 'keyed.earlier'))),
          ]).toEqual(whole);
        }),
        histories({ quick: 4, deep: 150 }),
      );
    });
  },
);
