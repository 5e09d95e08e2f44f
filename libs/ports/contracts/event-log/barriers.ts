import { PARTITIONS } from '@rushes/domain';
import { describe, expect, test } from 'vitest';

import { highestBarrier, readLog } from '../read-log.ts';
import { idsOf, newRecord, RATINGS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

export const barrierTests = (open: OpenEventLog): void => {
  describe('barriers', () => {
    const given = logForEach(open);

    test('a barrier cuts every partition', async () => {
      await given.log.append(PARTITIONS.map((partition) => newRecord(partition, 'before')));
      await given.log.appendBarrier(1);
      await given.log.append(PARTITIONS.map((partition) => newRecord(partition, 'after')));
      for (const log of [given.log, await given.opened.reopen()])
        for (const partition of PARTITIONS) {
          const records = await readLog(log, partition);
          expect(idsOf(records)).toEqual(['before', 1, 'after']);
          expect(records[1]).toEqual({ kind: 'barrier', number: 1, offset: records[1]?.offset, appendedAtMs: records[1]?.appendedAtMs });
        }
    });

    test('one that was appended again, or whose number is not the highest, stands there as it came', async () => {
      const other = await given.opened.reopen();
      for (const [n, number] of [2, 7, 3, 7, 8, 3].entries()) await (n % 2 === 0 ? given.log : other).appendBarrier(number);
      for (const partition of PARTITIONS) expect(idsOf(await readLog(given.log, partition))).toEqual([2, 7, 3, 7, 8, 3]);
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
      expect(await highestBarrier(given.log)).toBe(0);
    });
  });
};
