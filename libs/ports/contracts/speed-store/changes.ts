import { partitionId } from '@rushes/domain';
import { changeBytes, MAX_CHANGE_BYTES, type SpeedStore } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Depths, histories } from '../depth.ts';
import type { Open, OpenedSpeedStore } from './opened-store.ts';
import { change, changesOf, HOUR_MS, RATINGS, REVIEWS, row, untimed } from './samples.ts';

export const changeTests = (open: Open, runs: Depths<number>): void => {
  describe('change records', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    /** The offsets of the records that are read. */
    const ranges = async (after: number): Promise<readonly (readonly [number, number])[]> =>
      (await changesOf(store, after)).map(({ from, to }) => [from, to]);

    test('a new store has none', async () => {
      expect(await changesOf(store, 0)).toEqual([]);
    });

    test('a record comes back as it was, also to another client', async () => {
      const rows = ['a', 'b', '\0é😀'].map((key) => ({ ...untimed(row(9, { key })), state: JSON.stringify({ key, text: "'\n😀" }) }));
      await store.appendChange(change(3, 10, { rows }), HOUR_MS);
      await store.appendChange(change(10, 12, { rows: [] }), HOUR_MS);
      const expected = [change(3, 10, { rows }), change(10, 12, { rows: [] })];
      expect(await changesOf(store, 0)).toEqual(expected);
      expect(await changesOf(await opened.reopen(), 0)).toEqual(expected);
    });

    test('records come in the order of their offsets, whatever order they were written in', async () => {
      for (const from of [90, 1_000, 100, 9, 10]) await store.appendChange(change(from, from + 1), HOUR_MS);
      expect(await ranges(0)).toEqual([9, 10, 90, 100, 1_000].map((from) => [from, from + 1]));
    });

    test('after an offset: records that reach beyond it, also those that begin before it', async () => {
      for (const [from, to] of [
        [0, 10],
        [10, 20],
        [20, 21],
        [25, 400],
        [400, 401],
      ] as const)
        await store.appendChange(change(from, to), HOUR_MS);
      expect(await ranges(9)).toEqual([
        [0, 10],
        [10, 20],
        [20, 21],
        [25, 400],
        [400, 401],
      ]);
      expect(await ranges(10)).toEqual([
        [10, 20],
        [20, 21],
        [25, 400],
        [400, 401],
      ]);
      expect(await ranges(15)).toEqual([
        [10, 20],
        [20, 21],
        [25, 400],
        [400, 401],
      ]);
      expect(await ranges(20)).toEqual([
        [20, 21],
        [25, 400],
        [400, 401],
      ]);
      expect(await ranges(22)).toEqual([
        [25, 400],
        [400, 401],
      ]);
      expect(await ranges(399)).toEqual([
        [25, 400],
        [400, 401],
      ]);
      expect(await ranges(400)).toEqual([[400, 401]]);
      expect(await ranges(401)).toEqual([]);
    });

    test('at most so many, the first ones; the next ones follow after the last', async () => {
      for (let from = 0; from < 50; from++) await store.appendChange(change(from, from + 1), HOUR_MS);
      const seen: number[] = [];
      for (let after = 0; ;) {
        const page = await changesOf(store, after, 7);
        expect(page.length).toBeLessThanOrEqual(7);
        const last = page.at(-1);
        if (last === undefined) break;
        seen.push(...page.map(({ from }) => from));
        after = last.to;
      }
      expect(seen).toEqual(Array.from({ length: 50 }, (_, from) => from));
    });

    test('one with the same partition and end replaces, whatever else it says; others stay', async () => {
      await store.appendChange(change(0, 10), HOUR_MS);
      await store.appendChange(change(10, 20), HOUR_MS);
      await store.appendChange(change(0, 10, { partition: REVIEWS }), HOUR_MS);
      await store.appendChange(change(4, 10, { epoch: 8, generation: 1, appendedAtMs: 5, rows: [] }), HOUR_MS);
      expect(await changesOf(store, 0)).toEqual([change(4, 10, { epoch: 8, generation: 1, appendedAtMs: 5, rows: [] }), change(10, 20)]);
      expect(await changesOf(store, 0, 10, REVIEWS)).toEqual([change(0, 10, { partition: REVIEWS })]);
    });

    test('a writer that went back writes other records over the same offsets: all are read, in the order of their ends', async () => {
      for (const [from, to] of [
        [0, 10],
        [10, 20],
        [20, 30],
        [10, 13],
        [13, 27],
      ] as const)
        await store.appendChange(change(from, to), HOUR_MS);
      expect(await ranges(0)).toEqual([
        [0, 10],
        [10, 13],
        [10, 20],
        [13, 27],
        [20, 30],
      ]);
      expect(await ranges(13)).toEqual([
        [10, 20],
        [13, 27],
        [20, 30],
      ]);
      expect(await ranges(27)).toEqual([[20, 30]]);
    });

    test('whoever follows a writer that goes back, in pages of any size, meets no hole', async () => {
      const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 8 });
      const going = fc.array(fc.record({ back: fc.nat(40), cuts }), { minLength: 1, maxLength: 4 });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(going, fc.integer({ min: 1, max: 4 }), async (writers, limit) => {
          const partition = partitionId('movie.ratings', 5_000 + run++);
          let end = 0;
          // Where a writer may go back to: a position that was written once.
          const positions = [0];
          for (const { back, cuts: ends } of writers) {
            let at = positions[back % positions.length] ?? 0;
            for (const to of ends.toSorted((a, b) => a - b).filter((one) => one > at)) {
              await store.appendChange(change(at, to, { partition }), HOUR_MS);
              at = to;
              positions.push(to);
            }
            end = Math.max(end, at);
          }
          let reached = 0;
          for (;;) {
            const page = await changesOf(store, reached, limit, partition);
            if (page.length === 0) break;
            for (const { from, to } of page) {
              expect(from).toBeLessThanOrEqual(reached);
              reached = Math.max(reached, to);
            }
          }
          expect(reached).toBe(end);
        }),
        histories(runs),
      );
    });

    test('records whose ends lie far apart, in pages of any size', async () => {
      const ends = [9, 65_535, 65_536, 65_537, 131_072, 400_000, 2 ** 40];
      for (const to of ends) await store.appendChange(change(to - 1, to), HOUR_MS);
      for (const limit of [1, 2, 3, 100])
        for (const after of [0, 9, 65_534, 65_535, 65_536, 399_999, 400_000, 2 ** 40]) {
          const expected = ends.filter((to) => to > after).slice(0, limit);
          expect((await changesOf(store, after, limit)).map(({ to }) => to)).toEqual(expected);
        }
    });

    test('partitions have records of their own, read in one call: those that an offset is given for', async () => {
      await store.appendChange(change(0, 10), HOUR_MS);
      await store.appendChange(change(10, 11), HOUR_MS);
      await store.appendChange(change(5, 8, { partition: REVIEWS }), HOUR_MS);
      await store.appendChange(change(8, 9, { partition: REVIEWS }), HOUR_MS);
      const all = await store.changesAfter({ [RATINGS]: 10, [REVIEWS]: 0, 'movie.reviews/3': 0 }, { limit: 10 });
      expect(all.filter(({ partition }) => partition === RATINGS)).toEqual([change(10, 11)]);
      expect(all.filter(({ partition }) => partition === REVIEWS)).toEqual([
        change(5, 8, { partition: REVIEWS }),
        change(8, 9, { partition: REVIEWS }),
      ]);
      expect(all).toHaveLength(3);
      expect(await store.changesAfter({ [RATINGS]: 0, [REVIEWS]: 0 }, { limit: 1 })).toHaveLength(2);
      expect(await store.changesAfter({ 'movie.reviews/3': 0 }, { limit: 10 })).toEqual([]);
      expect(await store.changesAfter({}, { limit: 10 })).toEqual([]);
    });

    test('a record as large as may be comes back; a larger one is refused', async () => {
      const rows = (state: string) => ['a', 'b', 'c'].map((key) => ({ ...untimed(row(9, { key })), state }));
      const largest = 'x'.repeat(Math.floor((MAX_CHANGE_BYTES - 3 * changeBytes({ ...row(9), state: '' })) / 9));
      await store.appendChange(change(0, 10, { rows: rows(largest) }), HOUR_MS);
      expect((await changesOf(store, 0))[0]?.rows).toEqual(rows(largest));
      await expect(store.appendChange(change(10, 20, { rows: rows(`${largest}xx`) }), HOUR_MS)).rejects.toBeInstanceOf(RangeError);
      expect(await ranges(10)).toEqual([]);
    });

    test.each([0, -1, Number.NaN])('a time to live of %d is refused', async (ttlMs) => {
      await expect(store.appendChange(change(0, 1), ttlMs)).rejects.toBeInstanceOf(RangeError);
      expect(await changesOf(store, 0)).toEqual([]);
    });
  });
};
