import type { SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Open, OpenedSpeedStore } from './opened-store.ts';
import { change, HOUR_MS, RATINGS, REVIEWS, row, untimed } from './samples.ts';

export const changeTests = (open: Open): void => {
  describe('change records', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    /** The offsets of the records that are read. */
    const ranges = async (after: number, limit = 100): Promise<readonly (readonly [number, number])[]> =>
      (await store.readChanges(RATINGS, after, limit)).map(({ from, to }) => [from, to]);

    test('a new store has none', async () => {
      expect(await store.readChanges(RATINGS, 0, 10)).toEqual([]);
    });

    test('a record comes back as it was, also to another client', async () => {
      const rows = ['a', 'b', '\0é😀'].map((key) => ({ ...untimed(row(9, { key })), state: JSON.stringify({ key, text: "'\n😀" }) }));
      await store.appendChange(change(3, 10, { rows }), HOUR_MS);
      await store.appendChange(change(10, 12, { rows: [] }), HOUR_MS);
      const expected = [change(3, 10, { rows }), change(10, 12, { rows: [] })];
      expect(await store.readChanges(RATINGS, 0, 10)).toEqual(expected);
      expect(await (await opened.reopen()).readChanges(RATINGS, 0, 10)).toEqual(expected);
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
        const page = await store.readChanges(RATINGS, after, 7);
        expect(page.length).toBeLessThanOrEqual(7);
        const last = page.at(-1);
        if (last === undefined) break;
        seen.push(...page.map(({ from }) => from));
        after = last.to;
      }
      expect(seen).toEqual(Array.from({ length: 50 }, (_, from) => from));
    });

    test('one with the same partition, generation and first offset replaces; others stay', async () => {
      await store.appendChange(change(0, 10), HOUR_MS);
      await store.appendChange(change(10, 20), HOUR_MS);
      await store.appendChange(change(0, 10, { generation: 1 }), HOUR_MS);
      await store.appendChange(change(0, 10, { partition: REVIEWS }), HOUR_MS);
      await store.appendChange(change(0, 15, { epoch: 8, appendedAtMs: 5, rows: [] }), HOUR_MS);
      const read = await store.readChanges(RATINGS, 0, 10);
      expect(read.filter(({ from }) => from === 0).toSorted((a, b) => a.generation - b.generation)).toEqual([
        change(0, 15, { epoch: 8, appendedAtMs: 5, rows: [] }),
        change(0, 10, { generation: 1 }),
      ]);
      expect(read.at(-1)).toEqual(change(10, 20));
      expect(read).toHaveLength(3);
      expect(await store.readChanges(REVIEWS, 0, 10)).toEqual([change(0, 10, { partition: REVIEWS })]);
    });

    test('a writer that went back writes other records over the same offsets: all are read', async () => {
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
        [13, 27],
        [20, 30],
      ]);
      expect(await ranges(13)).toEqual([
        [13, 27],
        [20, 30],
      ]);
    });

    test('partitions have records of their own', async () => {
      await store.appendChange(change(0, 10), HOUR_MS);
      await store.appendChange(change(5, 8, { partition: REVIEWS }), HOUR_MS);
      expect(await store.readChanges(REVIEWS, 0, 10)).toEqual([change(5, 8, { partition: REVIEWS })]);
      expect(await store.readChanges('movie.reviews/3', 0, 10)).toEqual([]);
    });

    test.each([0, -1, Number.NaN])('a time to live of %d is refused', async (ttlMs) => {
      await expect(store.appendChange(change(0, 1), ttlMs)).rejects.toBeInstanceOf(RangeError);
      expect(await store.readChanges(RATINGS, 0, 10)).toEqual([]);
    });
  });
};
