import type { SpeedRow, SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Open, OpenedSpeedStore } from './opened-store.ts';
import { find, HOUR_MS, nameOf, ordered, REVIEWS, row, scanAll, untimed, VIEW } from './samples.ts';

export const readTests = (open: Open): void => {
  describe('reading rows', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    const sample = [0, 1, 2, 9, 10, 11].flatMap((epoch) => [
      row(10 * epoch, { epoch }),
      row(10 * epoch + 1, { epoch, generation: 2 }),
      row(10 * epoch + 2, { epoch, generation: 12 }),
      row(10 * epoch + 3, { epoch, partition: REVIEWS }),
      row(10 * epoch + 4, { epoch, key: 'aa' }),
      row(10 * epoch + 5, { epoch, key: 'A' }),
      row(10 * epoch + 6, { epoch, view: `${VIEW}x` }),
    ]);

    test.each([-1, 0, 1, 5, 9, 10, 11, 12])(
      'a scan above epoch %i: every generation and partition, nothing of other views',
      async (above) => {
        await store.upsert(sample, HOUR_MS);
        const expected = sample.filter(({ view, epoch }) => view === VIEW && epoch > above).map(untimed);
        expect(ordered(await scanAll(store, VIEW, above))).toEqual(ordered(expected));
        expect(await scanAll(store, 'no such view', above)).toEqual([]);
      },
    );

    test('rows are read by their whole keys, many at once; what is not there is left out', async () => {
      await store.upsert(sample, HOUR_MS);
      expect(ordered(await store.readRows(sample))).toEqual(ordered(sample.map(untimed)));
      const [first, second] = [sample[2], sample[17]] as const;
      const asked = [{ view: 'no such view' }, { key: 'b' }, { epoch: 3 }, { partition: 'movie.ratings/9' as const }, { generation: 1 }];
      const missing = asked.map((other) => ({ ...row(0, { epoch: 2 }), ...other }));
      expect(ordered(await store.readRows([first, ...missing, second].filter((key) => key !== undefined)))).toEqual(
        ordered([first, second].filter((written) => written !== undefined).map(untimed)),
      );
      expect(await store.readRows(missing)).toEqual([]);
      expect(await store.readRows([])).toEqual([]);
    });

    test('of a key that is asked for twice the row is read', async () => {
      await store.upsert([row(1)], HOUR_MS);
      expect(new Set((await find(store, {}, {})).map(nameOf))).toEqual(new Set([nameOf(row(1))]));
    });

    test('a scan gives each of many rows once, in batches that are not empty', async () => {
      const rows = Array.from({ length: 5_432 }, (_, n) => row(n, { key: `key ${n % 1_811}`, epoch: n % 7, generation: n % 2 }));
      for (let at = 0; at < rows.length; at += 500) await store.upsert(rows.slice(at, at + 500), HOUR_MS);
      const expected = new Map(rows.map((written) => [nameOf(written), untimed(written)]));
      const seen: SpeedRow[] = [];
      for await (const batch of store.scan(VIEW, -1)) {
        expect(batch.length).toBeGreaterThan(0);
        seen.push(...batch);
      }
      expect(ordered(seen)).toEqual(ordered([...expected.values()]));
    });

    test('a scan may be left, and the store be written and scanned again', async () => {
      const rows = Array.from({ length: 2_500 }, (_, n) => row(n, { key: `key ${n}` }));
      await store.upsert(rows, HOUR_MS);
      for await (const batch of store.scan(VIEW, 0)) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
      await store.upsert([row(9_000)], HOUR_MS);
      expect(await scanAll(store, VIEW, 0)).toHaveLength(2_501);
    });

    test('what is written during a scan may show up or not, but never torn; what lay still shows up once', async () => {
      const other = await opened.reopen();
      const still = Array.from({ length: 3_000 }, (_, n) => row(1, { key: `still ${n}` }));
      const moving = (offset: number) => Array.from({ length: 60 }, (_, n) => row(offset, { key: `still ${n * 50}x` }));
      for (let at = 0; at < still.length; at += 500) await store.upsert(still.slice(at, at + 500), HOUR_MS);
      await store.upsert(moving(1), HOUR_MS);
      const seen: SpeedRow[] = [];
      let offset = 1;
      for await (const batch of other.scan(VIEW, 0)) {
        seen.push(...batch);
        await store.upsert(moving(++offset), HOUR_MS);
      }
      for (const read of seen) expect(read.state).toBe(row(read.lastOffset).state);
      expect(ordered(seen.filter(({ key }) => !key.endsWith('x')))).toEqual(ordered(still.map(untimed)));
      expect(offset).toBeGreaterThan(1);
    });
  });
};
