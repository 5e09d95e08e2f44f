import { boundsAt } from '@rushes/ports';
import { DEAD_LETTERS, offsetAt } from '@rushes/domain';
import { describe, expect, test } from 'vitest';

import { readLog } from '../read-log.ts';
import { idsOf, newRecord, newRecords, offsetAtTime, RATINGS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

export const deadLetterTests = (open: OpenEventLog): void => {
  describe('dead letters', () => {
    const given = logForEach(open);
    const letter = newRecord(DEAD_LETTERS, 'letter');

    test('are appended together with events, and read like them, by every client', async () => {
      const [event, dead] = await given.log.append([newRecord(RATINGS, 'event'), letter]);
      expect([event?.partition, dead?.partition]).toEqual([RATINGS, DEAD_LETTERS]);
      for (const log of [given.log, await given.opened.reopen()]) {
        const offset = dead?.offset ?? Infinity;
        const { key, id, value } = letter;
        const [record, ...more] = await readLog(log, DEAD_LETTERS, offset);
        expect(record).toEqual({ kind: 'event', key, id, value, offset, appendedAtMs: record?.appendedAtMs });
        expect(more).toEqual([]);
        expect(offsetAt((await log.bounds()).next, DEAD_LETTERS)).toBeGreaterThan(offset);
        expect(await offsetAtTime(log, DEAD_LETTERS, record?.appendedAtMs ?? 0)).toBe(offset);
      }
    });

    test('have no barriers', async () => {
      await given.log.append([letter]);
      await given.log.appendBarrier(1);
      expect(idsOf(await readLog(given.log, DEAD_LETTERS))).toEqual(['letter']);
    });

    test('are never trimmed', async () => {
      await given.log.append([...newRecords(RATINGS, 3), letter]);
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      await given.opened.advance(10 * given.log.retentionMs);
      await given.log.trim({ [RATINGS]: next });
      expect(await readLog(given.log, RATINGS)).toEqual([]);
      expect(idsOf(await readLog(given.log, DEAD_LETTERS))).toEqual(['letter']);
    });
  });
};
