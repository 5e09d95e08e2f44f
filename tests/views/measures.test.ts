/** Measures that stand for themselves: what no view uses yet, and where exactness ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import { count, type EventRow, max, type Measure, MeasureOverflowError, min, sum } from '@rushes/views';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { defineRows } from './event-tables.ts';

let folder: string;
let engine: BatchEngine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-measures-'));
  engine = await openDuckDb({ memoryLimitMb: 128, threads: 1, folder });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const rows = fc.array(fc.record({ type: fc.constantFrom('a', 'b'), score: fc.option(fc.integer({ min: -5, max: 5 }), { nil: null }) }), {
  maxLength: 12,
});
const foldAll = <State>(measure: Measure<State>, events: readonly EventRow[]): State =>
  events.reduce((state, row) => measure.fold(state, row), measure.empty);

test.each([
  ['min', min('score', { type: 'a' })],
  ['max', max('score', { type: 'a' })],
])('%s keeps the laws, and SQL gives the same', async (_, measure) => {
  await fc.assert(
    fc.asyncProperty(rows, fc.nat(12), async (events, cut) => {
      const [a, b] = [foldAll(measure, events.slice(0, cut)), foldAll(measure, events.slice(cut))];
      const whole = foldAll(measure, events);
      expect(measure.merge(a, b)).toEqual(whole);
      expect(measure.merge(measure.empty, whole)).toEqual(whole);
      expect(measure.merge(whole, measure.empty)).toEqual(whole);
      await defineRows(engine, 'scratch.events', 'type VARCHAR, score BIGINT', events);
      const [row] = await engine.rows(`SELECT ${measure.sql.fold} AS state FROM scratch.events`);
      expect(row?.['state'] === null ? null : Number(row?.['state'])).toEqual(whole);
      const [merged] = await engine.rows(
        `SELECT ${measure.sql.merge('state')} AS state FROM (SELECT CAST(${a ?? 'NULL'} AS BIGINT) AS state UNION ALL SELECT ${b ?? 'NULL'} UNION ALL SELECT ${measure.sql.empty})`,
      );
      expect(merged?.['state'] === null ? null : Number(merged?.['state'])).toEqual(whole);
    }),
    histories({ quick: 15, deep: 150 }),
  );
});

test('a measure that leaves the range of exact integers says so, and never rounds', () => {
  const total = sum('score');
  const most: EventRow = { score: Number.MAX_SAFE_INTEGER };
  expect(total.fold(total.empty, most)).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => total.fold(total.fold(total.empty, most), { score: 1 })).toThrow(MeasureOverflowError);
  expect(() => total.merge(Number.MAX_SAFE_INTEGER, 1)).toThrow(MeasureOverflowError);
  expect(() => count().merge(Number.MAX_SAFE_INTEGER, 1)).toThrow('left the range of exact integers');
});
