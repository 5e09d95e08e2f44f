import { boundsAt, OffsetTrimmedError } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { readLog } from '../read-log.ts';
import { idsOf, newRecord, newRecords, RATINGS, REVIEWS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

const HOUR_MS = 3_600_000;

export const trimTests = (open: OpenEventLog): void => {
  describe('trimming', () => {
    const given = logForEach(open);
    const outlive = (): Promise<void> => given.opened.advance(given.log.retentionMs + HOUR_MS);

    test('removes nothing that is younger than the retention', async () => {
      await given.log.append(newRecords(RATINGS, 5));
      const all = await readLog(given.log, RATINGS);
      await given.opened.advance(given.log.retentionMs - HOUR_MS);
      expect(await given.log.trim({ [RATINGS]: 1_000 })).toBe(0);
      expect(await readLog(given.log, RATINGS)).toEqual(all);
    });

    test('removes nothing at or behind what is to be kept, and nothing of a partition that is not named', async () => {
      const appended = await given.log.append([...newRecords(RATINGS, 5), ...newRecords(REVIEWS, 5)]);
      const keepFrom = appended[3]?.offset ?? Infinity;
      const reviews = await readLog(given.log, REVIEWS);
      await outlive();
      expect(await given.log.trim({})).toBe(0);
      expect(await given.log.trim({ [RATINGS]: keepFrom })).toBeGreaterThanOrEqual(3);
      expect(idsOf(await readLog(given.log, RATINGS))).toEqual(['event 3', 'event 4']);
      expect(boundsAt(await given.log.bounds(), RATINGS)).toMatchObject({ earliest: keepFrom });
      expect(await readLog(given.log, REVIEWS)).toEqual(reviews);
      expect(await given.log.trim({ [RATINGS]: keepFrom })).toBe(0);
    });

    test('a read from where records are gone says so, to every client; one from where they begin does not', async () => {
      const other = await given.opened.reopen();
      const appended = await given.log.append(newRecords(RATINGS, 5));
      const [first, keepFrom] = [appended[0]?.offset ?? 0, appended[3]?.offset ?? 0];
      await outlive();
      await given.log.trim({ [RATINGS]: keepFrom });
      for (const log of [given.log, other, await given.opened.reopen()]) {
        for (const from of [first, keepFrom - 1]) {
          const error: unknown = await readLog(log, RATINGS, from).catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(OffsetTrimmedError);
          expect(error).toMatchObject({ partition: RATINGS, from, earliest: keepFrom });
        }
        expect(idsOf(await readLog(log, RATINGS, keepFrom))).toEqual(['event 3', 'event 4']);
      }
    });

    test('offsets are not used again, also after all was removed and the log opened anew', async () => {
      await given.log.append(newRecords(RATINGS, 5));
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      await outlive();
      await given.log.trim({ [RATINGS]: next });
      expect(boundsAt(await given.log.bounds(), RATINGS)).toEqual({ earliest: next, next });
      await given.log.close();
      const log = await given.opened.reopen();
      expect(boundsAt(await log.bounds(), RATINGS)).toEqual({ earliest: next, next });
      expect(await readLog(log, RATINGS, next)).toEqual([]);
      const [appended] = await log.append([newRecord(RATINGS, 'new')]);
      expect(appended?.offset).toBeGreaterThanOrEqual(next);
      expect(idsOf(await readLog(log, RATINGS))).toEqual(['new']);
    });

    test('many records, while others are appended', async () => {
      await given.log.append(newRecords(RATINGS, 5_000));
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      await outlive();
      const [removed] = await Promise.all([given.log.trim({ [RATINGS]: next }), given.log.append([newRecord(RATINGS, 'new')])]);
      expect(removed).toBeGreaterThanOrEqual(5_000);
      expect(idsOf(await readLog(given.log, RATINGS))).toEqual(['new']);
    });
  });
};
