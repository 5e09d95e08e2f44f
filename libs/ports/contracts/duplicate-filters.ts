import { DUPLICATE_WINDOW_MS } from '@rushes/domain';
import type { DuplicateFilters } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

export interface DuplicateFiltersContract {
  readonly name: string;
  readonly open: () => Promise<{ readonly filters: DuplicateFilters; readonly close: () => Promise<void> }>;
}

interface Shown {
  readonly id: string;
  readonly appendedAtMs: number;
}

const START_MS = Date.UTC(2026, 0, 5);

/** The definition, by looking at all records before each one. */
const judgedPlainly = (records: readonly Shown[], timeMs = Number.NEGATIVE_INFINITY): readonly boolean[] => {
  const times: number[] = [];
  return records.map(({ id, appendedAtMs }, at) => {
    const now = Math.max(timeMs, times.at(-1) ?? timeMs, appendedAtMs);
    times.push(now);
    return records.slice(0, at).some((earlier, n) => earlier.id === id && (times[n] ?? 0) >= now - DUPLICATE_WINDOW_MS);
  });
};

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
        return records.map(({ id, appendedAtMs }) => filter.isDuplicate(id, appendedAtMs));
      } finally {
        filter.close();
      }
    };

    test('an id is a duplicate at the end of the window, and none a millisecond later', () => {
      const again = (afterMs: number) =>
        judged([
          { id: 'a', appendedAtMs: START_MS },
          { id: 'a', appendedAtMs: START_MS + afterMs },
        ]);
      expect(again(DUPLICATE_WINDOW_MS)).toEqual([false, true]);
      expect(again(DUPLICATE_WINDOW_MS + 1)).toEqual([false, false]);
    });

    test('a duplicate makes duplicates of what comes within the window after it', () => {
      const times = [0, 0.75, 1.5, 2.25, 3.3].map((windows) => START_MS + windows * DUPLICATE_WINDOW_MS);
      expect(judged(times.map((appendedAtMs) => ({ id: 'a', appendedAtMs })))).toEqual([false, true, true, true, false]);
    });

    test('time does not go back, also not behind the one that the filter begins at', () => {
      const records = [
        { id: 'a', appendedAtMs: START_MS },
        { id: 'b', appendedAtMs: START_MS + DUPLICATE_WINDOW_MS },
        { id: 'c', appendedAtMs: START_MS + 1 },
        { id: 'c', appendedAtMs: START_MS + 2 * DUPLICATE_WINDOW_MS },
      ];
      expect(judged(records)).toEqual([false, false, false, true]);
      expect(judged([records[0], records[1]].map((one) => ({ id: 'a', appendedAtMs: one?.appendedAtMs ?? 0 })))).toEqual([false, true]);
      const begun = START_MS + 3 * DUPLICATE_WINDOW_MS;
      const late = [
        { id: 'a', appendedAtMs: START_MS },
        { id: 'a', appendedAtMs: begun + DUPLICATE_WINDOW_MS },
      ];
      expect([judged(late), judged(late, begun)]).toEqual([
        [false, false],
        [false, true],
      ]);
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
      const HOUR_MS = 3_600_000;
      const record = fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        stepMs: fc.oneof(
          fc.integer({ min: -HOUR_MS, max: 12 * HOUR_MS }),
          fc.constantFrom(0, 1, DUPLICATE_WINDOW_MS, DUPLICATE_WINDOW_MS + 1, -5 * DUPLICATE_WINDOW_MS),
        ),
      });
      fc.assert(
        fc.property(
          fc.array(record, { maxLength: 60 }),
          fc.option(fc.integer({ min: -100, max: 100 }), { nil: undefined }),
          (steps, hours) => {
            let appendedAtMs = START_MS;
            const records = steps.map(({ id, stepMs }) => ({ id, appendedAtMs: (appendedAtMs += stepMs) }));
            const timeMs = hours === undefined ? undefined : START_MS + hours * HOUR_MS;
            expect(judged(records, timeMs)).toEqual(judgedPlainly(records, timeMs));
          },
        ),
        { numRuns: 300 },
      );
    });

    test('many ids, of which some come again after many others and some too late', () => {
      const filter = opened.filters.open();
      const total = 60_000;
      const stepMs = (2 * DUPLICATE_WINDOW_MS) / total; // half of them lie within the window at a time
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
