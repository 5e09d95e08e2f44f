import { DUPLICATE_WINDOW_MS, JUDGED_WINDOW_MS, LONGEST_STEP_MS } from '@rushes/domain';
import type { DuplicateFilters } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { histories } from './depth.ts';

export interface DuplicateFiltersContract {
  readonly name: string;
  readonly open: () => Promise<{ readonly filters: DuplicateFilters; readonly close: () => Promise<void> }>;
}

interface Shown {
  /** Missing: a barrier. */
  readonly id?: string;
  readonly appendedAtMs: number;
}

const HOUR_MS = 3_600_000;

const START_MS = Date.UTC(2026, 0, 5);

/** The definition, by looking at all records before each one. */
const judgedPlainly = (records: readonly Shown[], timeMs = Number.NEGATIVE_INFINITY): readonly boolean[] => {
  const highest = records.map((_, at) => Math.max(timeMs, ...records.slice(0, at + 1).map(({ appendedAtMs }) => appendedAtMs)));
  const steps = highest.map((time, at) => Math.min(time - (highest[at - 1] ?? time), LONGEST_STEP_MS));
  const between = (from: number, to: number): number => steps.slice(from + 1, to + 1).reduce((sum, step) => sum + step, 0);
  return records.map(
    ({ id }, at) => id !== undefined && records.slice(0, at).some((earlier, n) => earlier.id === id && between(n, at) <= JUDGED_WINDOW_MS),
  );
};

/** Barriers from one time to another, each an hour after the one before. */
const hourly = (fromMs: number, toMs: number): readonly Shown[] =>
  Array.from({ length: Math.ceil((toMs - fromMs) / HOUR_MS) }, (_, n) => ({ appendedAtMs: fromMs + n * HOUR_MS }));

/** What every way to keep the ids of duplicates keeps. Registers tests. */
export const duplicateFiltersContract = ({ name, open }: DuplicateFiltersContract): void => {
  describe(`duplicate filters: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    const judged = (records: readonly Shown[], timeMs?: number): readonly boolean[] => {
      const filter = opened.filters.open(timeMs);
      try {
        return records.map(({ id, appendedAtMs }) => {
          if (id !== undefined) return filter.isDuplicate(id, appendedAtMs);
          filter.passBarrier(appendedAtMs);
          return false;
        });
      } finally {
        filter.close();
      }
    };

    /** Whether the last record is a duplicate of the first, with barriers between them. */
    const isAgain = (afterMs: number): boolean | undefined =>
      judged([
        { id: 'a', appendedAtMs: START_MS },
        ...hourly(START_MS, START_MS + afterMs),
        { id: 'a', appendedAtMs: START_MS + afterMs },
      ]).at(-1);

    test('an id is a duplicate at the end of the window, and none a millisecond later', () => {
      expect([DUPLICATE_WINDOW_MS, JUDGED_WINDOW_MS, JUDGED_WINDOW_MS + 1].map(isAgain)).toEqual([true, true, false]);
    });

    test('of many ids that leave the window at once none is a duplicate any more', () => {
      const many = Array.from({ length: 50 }, (_, n) => ({ id: `id ${n}`, appendedAtMs: START_MS + n }));
      const end = START_MS + many.length + JUDGED_WINDOW_MS;
      const again = many.toReversed().map(({ id }) => ({ id, appendedAtMs: end }));
      expect(new Set(judged([...many, ...hourly(START_MS, end), ...again]).slice(-again.length))).toEqual(new Set([false]));
    });

    test('a duplicate makes duplicates of what comes within the window after it', () => {
      const times = [0, 0.75, 1.5, 2.25, 3.3].map((windows) => START_MS + windows * JUDGED_WINDOW_MS);
      const records = times.flatMap((appendedAtMs, n) => [...hourly(times[n - 1] ?? START_MS, appendedAtMs), { id: 'a', appendedAtMs }]);
      const judgments = judged(records);
      expect(judgments.filter((_, at) => records[at]?.id === 'a')).toEqual([false, true, true, true, false]);
    });

    test('a clock that jumps ahead, by however much, leaves 48 hours of other records in the window', () => {
      for (const jumpMs of [HOUR_MS, 3 * 24 * HOUR_MS, 1000 * 24 * HOUR_MS]) {
        const end = START_MS + DUPLICATE_WINDOW_MS;
        const regular = [{ id: 'a', appendedAtMs: START_MS }, ...hourly(START_MS, end)];
        expect(judged([...regular, { id: 'a', appendedAtMs: end + jumpMs }]).at(-1), 'the jump itself').toBe(true);
        const behind = [{ id: 'b', appendedAtMs: START_MS + jumpMs }, ...hourly(START_MS + HOUR_MS, end)];
        expect(judged([{ id: 'a', appendedAtMs: START_MS }, ...behind, { id: 'a', appendedAtMs: end }]).at(-1), 'after it').toBe(true);
        expect(judged([...regular, ...behind, { id: 'a', appendedAtMs: end }]).at(-1), 'before and after it').toBe(true);
      }
    });

    test('where no records were for days, the window reaches back over them; days of records let ids go', () => {
      const month = 30 * 24 * HOUR_MS;
      expect(isAgain(month)).toBe(false);
      const idle = [
        { id: 'a', appendedAtMs: START_MS },
        { id: 'a', appendedAtMs: START_MS + month },
      ];
      expect(judged(idle)).toEqual([false, true]);
      expect(judged([...idle.slice(0, 1), ...hourly(START_MS + month, START_MS + month + JUDGED_WINDOW_MS), ...idle.slice(1)]).at(-1)).toBe(
        false,
      );
    });

    test('time does not go back, also not behind the one that the filter begins at', () => {
      const back = [
        { id: 'a', appendedAtMs: START_MS },
        ...hourly(START_MS, START_MS + DUPLICATE_WINDOW_MS),
        { id: 'c', appendedAtMs: START_MS + 1 },
        ...hourly(START_MS, START_MS + JUDGED_WINDOW_MS),
        { id: 'a', appendedAtMs: START_MS + JUDGED_WINDOW_MS },
      ];
      expect(judged(back).at(-1)).toBe(true);
      const begun = START_MS + 10 * JUDGED_WINDOW_MS;
      const late = [
        { id: 'a', appendedAtMs: START_MS },
        ...hourly(START_MS, begun + JUDGED_WINDOW_MS),
        { id: 'a', appendedAtMs: begun + JUDGED_WINDOW_MS },
      ];
      expect([judged(late).at(-1), judged(late, begun).at(-1)]).toEqual([false, true]);
    });

    test('ids are told apart to the letter', () => {
      const ids = [
        'a',
        'A',
        'a ',
        ' a',
        'ä',
        'a\u0308',
        'a\u0000',
        'a\u0000b',
        '1',
        '1.0',
        '01',
        '',
        '😀',
        'x'.repeat(200),
        `${'x'.repeat(199)}y`,
      ];
      const records = [...ids, ...ids].map((id) => ({ id, appendedAtMs: START_MS }));
      expect(judged(records)).toEqual(records.map((_record, at) => at >= ids.length));
    });

    test('filters know nothing of each other, and one that was closed is of no use', () => {
      const [one, other] = [opened.filters.open(), opened.filters.open()];
      expect([one.isDuplicate('a', START_MS), other.isDuplicate('a', START_MS), one.isDuplicate('a', START_MS)]).toEqual([
        false,
        false,
        true,
      ]);
      one.close();
      expect(() => one.isDuplicate('a', START_MS)).toThrow(/closed/);
      expect(other.isDuplicate('a', START_MS)).toBe(true);
      other.close();
      other.close();
    });

    test('whatever comes, and whenever: as the definition says', () => {
      const record = fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', undefined),
        stepMs: fc.oneof(
          fc.integer({ min: -HOUR_MS, max: 12 * HOUR_MS }),
          fc.constantFrom(0, 1, LONGEST_STEP_MS, LONGEST_STEP_MS + 1, 3 * JUDGED_WINDOW_MS, -5 * JUDGED_WINDOW_MS),
        ),
      });
      fc.assert(
        fc.property(
          fc.array(record, { maxLength: 60 }),
          fc.option(fc.integer({ min: -100, max: 100 }), { nil: undefined }),
          (steps, hours) => {
            let appendedAtMs = START_MS;
            const records = steps.map(({ id, stepMs }) => ({ ...(id !== undefined && { id }), appendedAtMs: (appendedAtMs += stepMs) }));
            const timeMs = hours === undefined ? undefined : START_MS + hours * HOUR_MS;
            expect(judged(records, timeMs)).toEqual(judgedPlainly(records, timeMs));
          },
        ),
        histories({ quick: 50, deep: 1000 }),
      );
    });

    test('many ids, of which some come again after many others and some too late', () => {
      const filter = opened.filters.open();
      const total = 60_000;
      const stepMs = (2 * JUDGED_WINDOW_MS) / total; // half of them lie within the window at a time
      const at = (n: number): number => START_MS + Math.floor(n * stepMs);
      for (let n = 0; n < total; n++) {
        const wrongly = filter.isDuplicate(`${n}`, at(n)) ? n : undefined;
        const again = n >= 29_990 && n % 7 === 0 ? filter.isDuplicate(`${n - 29_990}`, at(n)) : true;
        if (wrongly !== undefined || !again) expect({ n, wrongly, again }).toBeUndefined();
      }
      // Of the others, the last time was their first.
      expect([...Array(100).keys()].map((n) => filter.isDuplicate(`${n * 7 + 1}`, at(total)))).toEqual(Array(100).fill(false));
      filter.close();
    });
  });
};
