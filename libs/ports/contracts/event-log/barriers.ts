import { boundsAt } from '@rushes/ports';
import { PARTITIONS } from '@rushes/domain';
import { describe, expect, test } from 'vitest';

import { readLog } from '../read-log.ts';
import { idsOf, newRecord, RATINGS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

export const barrierTests = (open: OpenEventLog): void => {
  describe('barriers', () => {
    const given = logForEach(open);

    test('a log without barriers', async () => {
      expect(await given.log.highestBarrier()).toBe(0);
      expect(await given.log.findBarrier(RATINGS, 1)).toBeUndefined();
      expect(await given.log.highestBarrierBefore(RATINGS, 100)).toBe(0);
    });

    test('a barrier cuts every partition', async () => {
      await given.log.append(PARTITIONS.map((partition) => newRecord(partition, 'before')));
      await given.log.appendBarrier(1);
      await given.log.append(PARTITIONS.map((partition) => newRecord(partition, 'after')));
      for (const partition of PARTITIONS) {
        const records = await readLog(given.log, partition);
        expect(idsOf(records)).toEqual(['before', 1, 'after']);
        expect(await given.log.findBarrier(partition, 1)).toEqual({ barrier: records[1], highestBefore: undefined });
        expect(await given.log.findBarrier(partition, 2)).toBeUndefined();
      }
    });

    test('of a number that was appended again, the first counts, for every client', async () => {
      const other = await given.opened.reopen();
      await given.log.appendBarrier(1);
      await given.log.append([newRecord(RATINGS, 'between')]);
      await other.appendBarrier(1);
      for (const log of [given.log, other]) {
        const [first, ...rest] = await readLog(log, RATINGS);
        expect(idsOf(rest)).toEqual(['between', 1]);
        expect(await log.findBarrier(RATINGS, 1)).toEqual({ barrier: first, highestBefore: undefined });
      }
    });

    test('what stands before a barrier: the highest number, which need not be the last', async () => {
      for (const number of [2, 7, 3, 5, 8, 3]) await given.log.appendBarrier(number);
      const before = async (number: number) => (await given.log.findBarrier(RATINGS, number))?.highestBefore;
      expect([await before(2), await before(7), await before(3), await before(5), await before(8)]).toEqual([undefined, 2, 7, 7, 7]);
      expect(await given.log.highestBarrier()).toBe(8);
    });

    test('the highest number before an offset is what the epoch of the record there follows from', async () => {
      for (const number of [2, 7, 3, 8]) {
        await given.log.append([newRecord(RATINGS, `before ${number}`)]);
        await given.log.appendBarrier(number);
      }
      const epochs: number[] = [];
      for (const { offset } of await readLog(given.log, RATINGS)) {
        epochs.push(1 + (await given.log.highestBarrierBefore(RATINGS, offset)));
      }
      expect(epochs).toEqual([1, 1, 3, 3, 8, 8, 8, 8]);
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      expect(await given.log.highestBarrierBefore(RATINGS, next)).toBe(8);
      expect(await given.log.highestBarrierBefore(RATINGS, next + 1_000)).toBe(8);
    });

    test('barriers of one client keep their order with its appends', async () => {
      const order = ['a', 1, 'b', 2, 3, 'c'];
      await Promise.all(
        order.map((one) => (typeof one === 'number' ? given.log.appendBarrier(one) : given.log.append([newRecord(RATINGS, one)]))),
      );
      expect(idsOf(await readLog(given.log, RATINGS))).toEqual(order);
    });

    test.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuses the number %d', async (number) => {
      await expect(given.log.appendBarrier(number)).rejects.toBeInstanceOf(RangeError);
      expect(await given.log.highestBarrier()).toBe(0);
    });
  });
};
