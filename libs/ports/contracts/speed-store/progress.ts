import type { Coverage, SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Open, type OpenedSpeedStore, pass } from './opened-store.ts';
import { coverage, coverageOf, position, positionOf, RATINGS, REVIEWS } from './samples.ts';

export const progressTests = (open: Open): void => {
  describe('coverage and positions', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    const covered = async (): Promise<readonly Coverage[]> =>
      (await coverageOf(store)).toSorted((a, b) => a.epoch - b.epoch || a.partition.localeCompare(b.partition));

    test('a new store covers nothing and has no position', async () => {
      expect(await coverageOf(store)).toEqual([]);
      expect(await positionOf(store)).toBeUndefined();
    });

    test('a store belongs to the log that first claimed it, for every client, and says since when', async () => {
      const claimed = await store.claimLog('log a');
      expect(claimed.log).toBe('log a');
      expect(claimed.claimedAtMs).toBeGreaterThan(0);
      await pass(opened, 5);
      expect(await store.claimLog('log b')).toEqual(claimed);
      expect(await (await opened.reopen()).claimLog('log b')).toEqual(claimed);
      expect(await store.claimLog('log a')).toEqual(claimed);
    });

    test('of logs that claim a store at once one gets it', async () => {
      const clients = [store, await opened.reopen(), await opened.reopen()];
      const got = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((id, n) => clients[n % 3]?.claimLog(id)));
      expect(new Set(got.map((claimed) => JSON.stringify(claimed))).size).toBe(1);
      expect(await store.claimLog('z')).toEqual(got[0]);
    });

    test('coverage is kept by partition and epoch, also for another client', async () => {
      const all = [coverage(6), coverage(6, { partition: REVIEWS, from: 0 }), coverage(7), coverage(10)];
      for (const one of all.toReversed()) await store.putCoverage(one, 1);
      expect(await covered()).toEqual(all);
      expect(await coverageOf(await opened.reopen())).toHaveLength(4);
    });

    test('a higher generation replaces the coverage of its partition and epoch, a lower one does not', async () => {
      await store.putCoverage(coverage(7, { generation: 2 }), 1);
      await store.putCoverage(coverage(7, { generation: 3, from: 650, expiresAtMs: 99, baseUs: 5 }), 1);
      expect(await covered()).toEqual([coverage(7, { generation: 3, from: 650, expiresAtMs: 99, baseUs: 5 })]);
      await store.putCoverage(coverage(7, { generation: 1 }), 1);
      expect(await covered()).toEqual([coverage(7, { generation: 3, from: 650, expiresAtMs: 99, baseUs: 5 })]);
    });

    test('of one generation the first offset and base stay, and the earliest expiry, in whatever order they come', async () => {
      const [one, other] = [
        coverage(7, { from: 700, expiresAtMs: 9000, baseUs: 3 }),
        coverage(7, { from: 701, expiresAtMs: 5000, baseUs: 4 }),
      ];
      await store.putCoverage(one, 1);
      await store.putCoverage(other, 1);
      expect(await covered()).toEqual([{ ...one, expiresAtMs: 5000 }]);
      await store.dropCoverage(RATINGS, 7, 1);
      await store.putCoverage(other, 1);
      await store.putCoverage(one, 1);
      expect(await covered()).toEqual([other]);
    });

    test('coverage of a partition up to an epoch is dropped', async () => {
      for (const epoch of [5, 6, 7, 8, 10]) {
        await store.putCoverage(coverage(epoch), 1);
        await store.putCoverage(coverage(epoch, { partition: REVIEWS }), 1);
      }
      expect(await store.dropCoverage(RATINGS, 7, 1)).toBe(true);
      expect((await covered()).map(({ epoch }) => epoch)).toEqual([5, 6, 7, 8, 8, 10, 10]);
      expect(await store.dropCoverage(RATINGS, 4, 1)).toBe(true);
      expect(await covered()).toHaveLength(7);
      for (const partition of [RATINGS, REVIEWS]) expect(await store.dropCoverage(partition, 10, 1)).toBe(true);
      expect(await covered()).toEqual([]);
      await store.putCoverage(coverage(6), 1);
      expect(await covered()).toEqual([coverage(6)]);
    });

    test('where all partitions stand is read in one call', async () => {
      expect(await store.progress()).toEqual([]);
      await store.putCoverage(coverage(7), 1);
      await store.putCoverage(coverage(6), 1);
      await store.putPosition(position(12), 1);
      await store.putPosition(position(5, { partition: REVIEWS }), 1);
      const all = (await (await opened.reopen()).progress()).toSorted((a, b) => a.partition.localeCompare(b.partition));
      expect(all).toMatchObject([
        { partition: RATINGS, fence: 1, position: position(12), coverage: [coverage(6), coverage(7)] },
        { partition: REVIEWS, fence: 1, position: position(5, { partition: REVIEWS }), coverage: [] },
      ]);
    });

    test('the highest generation that was begun stays known, whatever is written of the epoch', async () => {
      await store.putCoverage(coverage(7, { generation: 1, begun: 1 }), 1);
      await store.putCoverage(coverage(7, { generation: 1, begun: 3 }), 1);
      await store.putCoverage(coverage(7, { generation: 1, begun: 2 }), 1);
      expect(await covered()).toEqual([coverage(7, { generation: 1, begun: 3 })]);
      await store.putCoverage(coverage(7, { generation: 2, begun: 2 }), 1);
      expect(await covered()).toEqual([coverage(7, { generation: 2, begun: 3 })]);
    });

    test('a position comes back as it was, also to another client; partitions have their own', async () => {
      const opening = { offset: 0, appendedAtMs: 0 };
      expect(await store.putPosition(position(12), 3)).toBe(true);
      expect(await store.putPosition(position(5, { partition: REVIEWS, opening }), 1)).toBe(true);
      for (const client of [store, await opened.reopen()]) {
        expect(await positionOf(client)).toEqual(position(12));
        expect(await positionOf(client, REVIEWS)).toEqual(position(5, { partition: REVIEWS, opening }));
      }
    });

    test('a position moves on and back under an equal or a higher fence', async () => {
      await store.putPosition(position(12), 3);
      for (const [offset, fence] of [
        [20, 3],
        [15, 3],
        [14, 4],
        [30, 9],
      ] as const) {
        const opening = { offset: offset - 2, appendedAtMs: offset };
        expect(await store.putPosition(position(offset, { epoch: offset, opening }), fence)).toBe(true);
        expect(await positionOf(store)).toEqual(position(offset, { epoch: offset, opening }));
      }
    });

    test('a claim alone makes an owner, and leaves what there is as it was', async () => {
      expect(await store.claim(RATINGS, 3)).toBe(true);
      expect(await positionOf(store)).toBeUndefined();
      await store.putPosition(position(12), 3);
      expect(await store.claim(RATINGS, 3)).toBe(true);
      expect(await store.claim(RATINGS, 4)).toBe(true);
      expect(await store.claim(RATINGS, 3)).toBe(false);
      expect(await positionOf(store)).toEqual(position(12));
      expect(await store.claim(REVIEWS, 1)).toBe(true);
    });

    test.each(['claim', 'coverage', 'position'] as const)('a former owner is refused after a %s, and changes nothing', async (how) => {
      const former = await opened.reopen();
      await former.putCoverage(coverage(6), 3);
      await former.putPosition(position(12), 3);
      if (how === 'claim') await store.claim(RATINGS, 4);
      if (how === 'coverage') await store.putCoverage(coverage(6), 4);
      if (how === 'position') await store.putPosition(position(12), 4);
      expect(await former.putPosition(position(13), 3)).toBe(false);
      expect(await former.putPosition(position(10), 3)).toBe(false);
      expect(await former.putCoverage(coverage(6, { generation: 1 }), 3)).toBe(false);
      expect(await former.putCoverage(coverage(7), 3)).toBe(false);
      expect(await former.dropCoverage(RATINGS, 6, 3)).toBe(false);
      expect(await former.claim(RATINGS, 3)).toBe(false);
      expect(await positionOf(store)).toEqual(position(12));
      expect(await covered()).toEqual([coverage(6)]);
    });

    test('of racing owners the highest fence stays', async () => {
      const clients = [store, await opened.reopen(), await opened.reopen()];
      const fences = [4, 9, 1, 7, 12, 3, 11, 2];
      const taken = await Promise.all(fences.map((fence, n) => clients[n % 3]?.putPosition(position(fence), fence)));
      expect(taken[fences.indexOf(12)]).toBe(true);
      expect(await positionOf(store)).toEqual(position(12));
    });
  });
};
