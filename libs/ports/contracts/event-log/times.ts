import { offsetAt, type PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { newRecord, newRecords, offsetAtTime, RATINGS, readAll, REVIEWS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

const timesOf = (records: readonly LogRecord[]): number[] => records.map(({ appendedAtMs }) => appendedAtMs);

/** The first offset with this time or a later one, by looking at all records. */
const expectedOffset = (records: readonly LogRecord[], next: number, timeMs: number): number =>
  records.find(({ appendedAtMs }) => appendedAtMs >= timeMs)?.offset ?? next;

export const expectOffsetsAtTimes = async (log: EventLog, partition: PartitionId): Promise<void> => {
  const records = await readAll(log, partition);
  const { next } = boundsAt(await log.bounds(), partition);
  for (const timeMs of new Set([0, ...timesOf(records).flatMap((at) => [at - 1, at, at + 1])])) {
    expect(await offsetAtTime(log, partition, timeMs)).toBe(expectedOffset(records, next, timeMs));
  }
};

export const timeTests = (open: OpenEventLog): void => {
  describe('append times', () => {
    const given = logForEach(open);

    test('do not go down within a partition while the clock goes back and forth', async () => {
      const other = await given.opened.reopen();
      for (const [n, step] of [10, -60_000, 5, -3_600_000, 7_200_000, -1, 0].entries()) {
        await (n % 2 === 0 ? given.log : other).append([newRecord(RATINGS, `event ${n}`), newRecord(REVIEWS, `event ${n}`)]);
        await given.opened.advance(step);
        if (n === 3) await given.log.appendBarrier(1);
      }
      for (const partition of [RATINGS, REVIEWS] as const) {
        const times = timesOf(await readAll(given.log, partition));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
    });

    test('are times of day', async () => {
      const before = given.opened.nowMs();
      const [appended] = await given.log.append([newRecord(RATINGS, 'event')]);
      expect(Math.abs((appended?.appendedAtMs ?? 0) - before)).toBeLessThan(60_000);
    });

    test('tell the first offset from a time on', async () => {
      await expectOffsetsAtTimes(given.log, RATINGS);
      for (let n = 0; n < 12; n++) {
        await given.log.append(newRecords(RATINGS, 1 + (n % 3), `batch ${n}`));
        if (n === 5) await given.log.appendBarrier(1);
        await given.opened.advance(n % 4);
      }
      await expectOffsetsAtTimes(given.log, RATINGS);
      await expectOffsetsAtTimes(await given.opened.reopen(), RATINGS);
      expect(await offsetAtTime(given.log, RATINGS, given.opened.nowMs() + 1e9)).toBe(offsetAt((await given.log.bounds()).next, RATINGS));
    });
  });
};
