import { isDeepStrictEqual } from 'node:util';

import type { SpeedStore, TimedRow } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Depths, histories } from '../depth.ts';
import type { Open, OpenedSpeedStore } from './opened-store.ts';
import { find, HOUR_MS, ordered, row, scanAll, untimed, VIEW } from './samples.ts';

export const writeTests = (open: Open, runs: Depths<number>): void => {
  describe('writing rows', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    test('says where it is', () => {
      expect(store.location).not.toBe('');
    });

    test('a new store has no rows', async () => {
      expect(await find(store, {})).toEqual([]);
      expect(await scanAll(store, VIEW, 0)).toEqual([]);
    });

    test('a row comes back as it was written, also to another client', async () => {
      await store.upsert([row(12)], HOUR_MS);
      for (const client of [store, await opened.reopen()]) {
        expect(await find(client, {})).toEqual([untimed(row(12))]);
        expect(await scanAll(client, VIEW, 6)).toEqual([untimed(row(12))]);
      }
    });

    test('no rows may be written', async () => {
      await store.upsert([], HOUR_MS);
      expect(await scanAll(store, VIEW, 0)).toEqual([]);
    });

    test.each([0, -1, Number.NaN])('a time to live of %d is refused: elsewhere it means for ever', async (ttlMs) => {
      await expect(store.upsert([row(1)], ttlMs)).rejects.toBeInstanceOf(RangeError);
      expect(await find(store, {})).toEqual([]);
    });

    test('any text is kept as it is, in view, key and state', async () => {
      const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '\0', "'; --", '%', 'e\u0301', '\u00e9', 'A', 'a'));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(text, fc.uniqueArray(text, { minLength: 1, maxLength: 4 }), text, async (name, keys, state) => {
          const view = `${run++} ${name}`;
          const rows = keys.map((key, n) => ({ ...row(n, { view, key }), state: `${state}${n}` }));
          await store.upsert(rows, HOUR_MS);
          expect(ordered(await scanAll(store, view, 0))).toEqual(ordered(rows.map(untimed)));
          for (const written of rows) expect(await store.readRows([written])).toEqual([untimed(written)]);
        }),
        histories(runs),
      );
    });

    test('a state of 100 kB and the largest offsets are kept', async () => {
      const large = { ...row(Number.MAX_SAFE_INTEGER), state: JSON.stringify({ text: 'é😀x'.repeat(15_000) }), timestampUs: 2 ** 52 };
      await store.upsert([large], HOUR_MS);
      expect(await find(store, {})).toEqual([untimed(large)]);
    });

    test('each part of the key makes another row', async () => {
      const rows = [
        row(1),
        row(2, { view: `${VIEW}2` }),
        row(3, { key: 'b' }),
        row(4, { epoch: 8 }),
        row(5, { partition: 'movie.ratings/3' }),
        row(6, { generation: 1 }),
      ];
      await store.upsert(rows, HOUR_MS);
      const all = [...(await scanAll(store, VIEW, 0)), ...(await scanAll(store, `${VIEW}2`, 0))];
      expect(ordered(all)).toEqual(ordered(rows.map(untimed)));
    });

    test('the later write replaces the earlier one', async () => {
      await store.upsert([row(1)], HOUR_MS);
      await store.upsert([row(2)], HOUR_MS);
      expect(await find(store, {})).toEqual([untimed(row(2))]);
    });

    test('a former owner that writes what it had read changes nothing', async () => {
      const zombie = await opened.reopen();
      await store.upsert([row(5), row(9, { key: 'b' })], HOUR_MS);
      await zombie.upsert([row(3), row(9, { key: 'b' })], HOUR_MS);
      await zombie.upsert([row(4), row(8, { key: 'b' })], HOUR_MS);
      expect(ordered(await scanAll(store, VIEW, 0))).toEqual([untimed(row(5)), untimed(row(9, { key: 'b' }))]);
    });

    test('of one call that writes a row several times the highest timestamp stays', async () => {
      await store.upsert([row(2), row(3), row(1)], HOUR_MS);
      expect(await find(store, {})).toEqual([untimed(row(3))]);
    });

    test('whatever the order, the calls and the clients: the highest timestamps stay', async () => {
      const other = await opened.reopen();
      const write = fc.record({
        key: fc.constantFrom('a', 'b', 'c'),
        offset: fc.nat({ max: 20 }),
        call: fc.nat({ max: 3 }),
        twice: fc.boolean(),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(write, { maxLength: 25 }), async (writes) => {
          const view = `permutation ${run++}`;
          const highest = new Map<string, TimedRow>();
          const calls: TimedRow[][] = [[], [], [], [], []];
          for (const { key, offset, call, twice } of writes) {
            const written = row(offset, { view, key });
            calls[call]?.push(written);
            if (twice) calls.at(-1)?.push(written);
            if (offset >= (highest.get(key)?.lastOffset ?? 0)) highest.set(key, written);
          }
          await Promise.all(calls.map((rows, n) => (n % 2 === 0 ? store : other).upsert(rows, HOUR_MS)));
          expect(ordered(await scanAll(store, view, 0))).toEqual(ordered([...highest.values()].map(untimed)));
        }),
        histories(runs),
      );
    });

    test('different values at one timestamp: one of them, whole, the same in either order', async () => {
      const one = { ...row(5), state: 'a', lastOffset: 2 };
      const two = { ...row(5), state: 'b', lastOffset: 1 };
      /** What is kept of two writes of a key. */
      const keptOf = async (key: string, writes: readonly TimedRow[]) => {
        for (const written of writes) await store.upsert([{ ...written, key }], HOUR_MS);
        const kept = (await find(store, { key })).map((read) => ({ ...read, key: '' }));
        expect([one, two].map((written) => ({ ...untimed(written), key: '' }))).toContainEqual(kept[0]);
        return kept;
      };
      // A store may keep what expires later, in whole seconds: at the turn of a second the order decides, but not each time.
      const isDecided = async (tries: number): Promise<boolean> =>
        isDeepStrictEqual(await keptOf(`first ${tries}`, [one, two]), await keptOf(`second ${tries}`, [two, one])) ||
        (tries > 1 && (await isDecided(tries - 1)));
      expect(await isDecided(5)).toBe(true);
    });
  });
};
