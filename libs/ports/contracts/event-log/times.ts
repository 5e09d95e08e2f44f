import { offsetAt, type PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { readLog } from '../read-log.ts';
import { newRecord, newRecords, offsetAtTime, RATINGS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

const timesOf = (records: readonly LogRecord[]): number[] => records.map(({ appendedAtMs }) => appendedAtMs);

/** The first offset with this time or a later one, by looking at all records. */
const expectedOffset = (records: readonly LogRecord[], next: number, timeMs: number): number =>
  records.find(({ appendedAtMs }) => appendedAtMs >= timeMs)?.offset ?? next;

export const expectOffsetsAtTimes = async (log: EventLog, partition: PartitionId): Promise<void> => {
  const records = await readLog(log, partition);
  const { next } = boundsAt(await log.bounds(), partition);
  for (const timeMs of new Set([0, ...timesOf(records).flatMap((at) => [at - 1, at, at + 1])])) {
    expect(await offsetAtTime(log, partition, timeMs)).toBe(expectedOffset(records, next, timeMs));
  }
};

export const timeTests = (open: OpenEventLog): void => {
  describe('append times', () => {
    const given = logForEach(open);

    test('are times of day', async () => {
      const before = given.opened.nowMs();
      await given.log.append([newRecord(RATINGS, 'event')]);
      const [record] = await readLog(given.log, RATINGS);
      expect(Math.abs((record?.appendedAtMs ?? 0) - before)).toBeLessThan(60_000);
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
