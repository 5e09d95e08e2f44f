import type { PartitionId } from '@rushes/domain';
import type { Coverage, SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { claimNext, type Open, type OpenedSpeedStore, pass } from './opened-store.ts';
import { coverage, coverageOf, position, positionOf, RATINGS, REVIEWS } from './samples.ts';

export const progressTests = (open: Open): void => {
  describe('coverage and positions', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    let fences: ReadonlyMap<PartitionId, number>;
    const fenceOf = (partition: PartitionId): number => fences.get(partition) ?? 0;
    const cover = (one: Coverage): Promise<boolean> => store.putCoverage(one, fenceOf(one.partition));
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      fences = new Map();
      for (const partition of [RATINGS, REVIEWS]) fences = new Map([...fences, [partition, await claimNext(opened, partition)]]);
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
      for (const one of all.toReversed()) await cover(one);
      expect(await covered()).toEqual(all);
      expect(await coverageOf(await opened.reopen())).toHaveLength(4);
    });

    test('a higher generation replaces the coverage of its partition and epoch, a lower one does not', async () => {
      await cover(coverage(7, { generation: 2 }));
      await cover(coverage(7, { generation: 3, from: 650, expiresAtMs: 99, baseUs: 5 }));
      expect(await covered()).toEqual([coverage(7, { generation: 3, from: 650, expiresAtMs: 99, baseUs: 5 })]);
      await cover(coverage(7, { generation: 1 }));
      expect(await covered()).toEqual([coverage(7, { generation: 3, from: 650, expiresAtMs: 99, baseUs: 5 })]);
    });

    test('of one generation the first offset and base stay, and the earliest expiry, in whatever order they come', async () => {
      const [one, other] = [
        coverage(7, { from: 700, expiresAtMs: 9000, baseUs: 3 }),
        coverage(7, { from: 701, expiresAtMs: 5000, baseUs: 4 }),
      ];
      await cover(one);
      await cover(other);
      expect(await covered()).toEqual([{ ...one, expiresAtMs: 5000 }]);
      await store.dropCoverage(RATINGS, 7, fenceOf(RATINGS));
      await cover(other);
      await cover(one);
      expect(await covered()).toEqual([other]);
    });

    test('coverage of a partition up to an epoch is dropped', async () => {
      for (const epoch of [5, 6, 7, 8, 10]) {
        await cover(coverage(epoch));
        await cover(coverage(epoch, { partition: REVIEWS }));
      }
      expect(await store.dropCoverage(RATINGS, 7, fenceOf(RATINGS))).toBe(true);
      expect((await covered()).map(({ epoch }) => epoch)).toEqual([5, 6, 7, 8, 8, 10, 10]);
      expect(await store.dropCoverage(RATINGS, 4, fenceOf(RATINGS))).toBe(true);
      expect(await covered()).toHaveLength(7);
      for (const partition of [RATINGS, REVIEWS]) expect(await store.dropCoverage(partition, 10, fenceOf(partition))).toBe(true);
      expect(await covered()).toEqual([]);
      await cover(coverage(6));
      expect(await covered()).toEqual([coverage(6)]);
    });

    test('where all partitions stand is read in one call', async () => {
      const untouched = { position: undefined, coverage: [] };
      expect(await store.progress()).toMatchObject([untouched, untouched]);
      await cover(coverage(7));
      await cover(coverage(6));
      await store.putPosition(position(12), fenceOf(RATINGS));
      await store.putPosition(position(5, { partition: REVIEWS }), fenceOf(REVIEWS));
      const all = (await (await opened.reopen()).progress()).toSorted((a, b) => a.partition.localeCompare(b.partition));
      expect(all).toMatchObject([
        { partition: RATINGS, fence: fenceOf(RATINGS), position: position(12), coverage: [coverage(6), coverage(7)] },
        { partition: REVIEWS, fence: fenceOf(REVIEWS), position: position(5, { partition: REVIEWS }), coverage: [] },
      ]);
    });

    test('the highest generation that was begun stays known, whatever is written of the epoch', async () => {
      await cover(coverage(7, { generation: 1, begun: 1 }));
      await cover(coverage(7, { generation: 1, begun: 3 }));
      await cover(coverage(7, { generation: 1, begun: 2 }));
      expect(await covered()).toEqual([coverage(7, { generation: 1, begun: 3 })]);
      await cover(coverage(7, { generation: 2, begun: 2 }));
      expect(await covered()).toEqual([coverage(7, { generation: 2, begun: 3 })]);
    });

    test('a position comes back as it was, also to another client; partitions have their own', async () => {
      const opening = { offset: 0, appendedAtMs: 0 };
      expect(await store.putPosition(position(12), fenceOf(RATINGS))).toBe(true);
      expect(await store.putPosition(position(5, { partition: REVIEWS, opening }), fenceOf(REVIEWS))).toBe(true);
      for (const client of [store, await opened.reopen()]) {
        expect(await positionOf(client)).toEqual(position(12));
        expect(await positionOf(client, REVIEWS)).toEqual(position(5, { partition: REVIEWS, opening }));
      }
    });

    test('a position moves on and back, under whichever owner', async () => {
      let fence = fenceOf(RATINGS);
      for (const [offset, isNew] of [
        [20, false],
        [15, false],
        [14, true],
        [30, true],
      ] as const) {
        if (isNew) fence = await claimNext(opened, RATINGS);
        const opening = { offset: offset - 2, appendedAtMs: offset };
        expect(await store.putPosition(position(offset, { epoch: offset, opening }), fence)).toBe(true);
        expect(await positionOf(store)).toEqual(position(offset, { epoch: offset, opening }));
      }
    });

    test('a claim leaves what there is as it was, and a former owner changes nothing from then on', async () => {
      const former = await opened.reopen();
      const fence = fenceOf(RATINGS);
      await former.putCoverage(coverage(6), fence);
      await former.putPosition(position(12), fence);
      const next = await claimNext(opened, RATINGS);
      expect(await former.putPosition(position(13), fence)).toBe(false);
      expect(await former.putPosition(position(10), fence)).toBe(false);
      expect(await former.putCoverage(coverage(6, { generation: 1 }), fence)).toBe(false);
      expect(await former.putCoverage(coverage(7), fence)).toBe(false);
      expect(await former.dropCoverage(RATINGS, 6, fence)).toBe(false);
      expect(await positionOf(store)).toEqual(position(12));
      expect(await covered()).toEqual([coverage(6)]);
      expect(await store.putPosition(position(13), next)).toBe(true);
    });

    test('what nobody owns, or not under this fence, is not written', async () => {
      expect(await store.putPosition(position(1, { partition: 'movie.ratings/4' }), 0)).toBe(false);
      expect(await store.putPosition(position(1), fenceOf(RATINGS) + 1)).toBe(false);
      expect(await positionOf(store)).toBeUndefined();
    });

    test('of racing owners the last claimer’s writes stay', async () => {
      const clients = [store, await opened.reopen(), await opened.reopen()];
      const issued: number[] = [];
      for (let n = 0; n < 8; n++) issued.push(await claimNext(opened, RATINGS));
      const taken = await Promise.all(issued.toReversed().map((fence, n) => clients[n % 3]?.putPosition(position(fence), fence)));
      expect(taken).toEqual([true, false, false, false, false, false, false, false]);
      expect(await positionOf(store)).toEqual(position(issued.at(-1) ?? 0));
    });
  });
};
