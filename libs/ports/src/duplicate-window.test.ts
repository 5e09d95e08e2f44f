/** From where records have to be known: all that lie in the window of a later one, and few more. */
import { duplicateClock, JUDGED_WINDOW_MS, LONGEST_STEP_MS } from '@rushes/domain';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { duplicateWindowStart, type WindowLog } from './duplicate-window.ts';
import type { LogRecord } from './event-log.ts';

const HOUR_MS = 3_600_000;
const PARTITION = 'movie.ratings/0';

/** A log of barriers: `holes` offsets are missing before each. */
const logOf = (steps: readonly { readonly ms: number; readonly holes: number }[], earliest: number) => {
  let [offset, appendedAtMs] = [-1, 1_000_000];
  const records = steps.map(({ ms, holes }, n): LogRecord => ({
    kind: 'barrier',
    number: n + 1,
    offset: (offset += 1 + holes),
    appendedAtMs: (appendedAtMs += ms),
  }));
  const own = records.filter((record) => record.offset >= earliest);
  const next = Math.max(earliest, offset + 1);
  const log: WindowLog = {
    bounds: async () => ({ earliest: { [PARTITION]: earliest }, next: { [PARTITION]: next } }),
    async *range(_partition, from, to) {
      expect([from < earliest, to > next]).toEqual([false, false]);
      yield [];
      for (const record of own) if (record.offset >= from && record.offset < to) yield [record];
    },
    offsetsAtTime: async (times) => ({
      [PARTITION]: own.find((record) => record.appendedAtMs >= (times[PARTITION] ?? 0))?.offset ?? next,
    }),
  };
  return { log, records: own, next };
};

/** How far each record lies behind the last one before `offset`, by the duplicate clock. */
const distances = (records: readonly LogRecord[], offset: number): ReadonlyMap<number, number> => {
  const clock = duplicateClock();
  const before = records.filter((record) => record.offset < offset);
  const times = before.map((record) => clock(record.appendedAtMs));
  return new Map(before.map((record, at) => [record.offset, (times.at(-1) ?? 0) - (times[at] ?? 0)]));
};

const stepMs = fc.oneof(
  fc.integer({ min: -5 * HOUR_MS, max: 20 * HOUR_MS }),
  fc.constantFrom(0, LONGEST_STEP_MS, LONGEST_STEP_MS + 1, 50 * HOUR_MS, 1000 * HOUR_MS, JUDGED_WINDOW_MS),
);
const places = fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 60 }));

test('nothing that lies in the window is left out, wherever clocks jumped, and whatever offsets are missing', async () => {
  const steps = fc.array(fc.record({ ms: stepMs, holes: fc.constantFrom(0, 0, 0, 1, 7) }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, places, async (given, [earliest, place]) => {
      const { log, records, next } = logOf(given, earliest);
      const offset = Math.min(place, next);
      const start = await duplicateWindowStart(log, PARTITION, offset);
      const missed = [...distances(records, offset)].filter(([at, ms]) => at < start && ms <= JUDGED_WINDOW_MS);
      expect(missed).toEqual([]);
      expect(start).toBeGreaterThanOrEqual(Math.min(earliest, offset));
    }),
    { numRuns: 2000 },
  );
});

test('where no step is long and no offset is missing, it is the first record of the window', async () => {
  const steps = fc.array(fc.record({ ms: fc.integer({ min: 1, max: LONGEST_STEP_MS }), holes: fc.constant(0) }), {
    minLength: 1,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const { log, records } = logOf(given, 0);
      const within = [...distances(records, records.length)].filter(([, ms]) => ms <= JUDGED_WINDOW_MS);
      expect(await duplicateWindowStart(log, PARTITION, records.length)).toBe(within[0]?.[0]);
    }),
  );
});
