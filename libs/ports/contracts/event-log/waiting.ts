import { offsetAt } from '@rushes/domain';
import { boundsAt } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { idsOf, newRecord, newRecords, RATINGS, REVIEWS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

const LONG_MS = 60_000;
/** Far less than the wait, far more than any log needs to wake up. */
const SOON_MS = 10_000;

const timed = async <Result>(work: Promise<Result>): Promise<{ readonly result: Result; readonly tookMs: number }> => {
  const startMs = performance.now();
  const result = await work;
  return { result, tookMs: performance.now() - startMs };
};

export const waitTests = (open: OpenEventLog): void => {
  describe('waiting for records', () => {
    const given = logForEach(open);

    test('a read that need not wait does not', async () => {
      await given.log.append(newRecords(RATINGS, 2));
      const { earliest } = boundsAt(await given.log.bounds(), RATINGS);
      const { result, tookMs } = await timed(given.log.read(RATINGS, earliest, 10, LONG_MS));
      expect(result).toHaveLength(2);
      expect(tookMs).toBeLessThan(SOON_MS);
    });

    test('without records, a read gives up when its time is over', async () => {
      const { result, tookMs } = await timed(given.log.read(RATINGS, 0, 10, 150));
      expect(result).toEqual([]);
      expect(tookMs).toBeGreaterThan(140);
      expect(tookMs).toBeLessThan(SOON_MS);
    });

    test('an append of the same client ends the wait', async () => {
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      const waiting = timed(given.log.read(RATINGS, next, 10, LONG_MS));
      await given.log.append([newRecord(RATINGS, 'new')]);
      const { result, tookMs } = await waiting;
      expect(idsOf(result)).toEqual(['new']);
      expect(tookMs).toBeLessThan(SOON_MS);
    });

    test('an append of another client ends the wait, again and again', async () => {
      const other = await given.opened.reopen();
      let { next } = boundsAt(await given.log.bounds(), RATINGS);
      for (let n = 0; n < 5; n++) {
        const waiting = timed(given.log.read(RATINGS, next, 10, LONG_MS));
        await other.append([newRecord(RATINGS, `new ${n}`)]);
        const { result, tookMs } = await waiting;
        expect(idsOf(result)).toEqual([`new ${n}`]);
        expect(tookMs).toBeLessThan(SOON_MS);
        next = (result.at(-1)?.offset ?? Infinity) + 1;
      }
    });

    test('so does a barrier', async () => {
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      const waiting = given.log.read(RATINGS, next, 10, LONG_MS);
      await (await given.opened.reopen()).appendBarrier(4);
      expect(idsOf(await waiting)).toEqual([4]);
    });

    test('appends to other partitions do not, and each partition wakes its own', async () => {
      const ratings = given.log.read(RATINGS, offsetAt((await given.log.bounds()).next, RATINGS), 10, LONG_MS);
      const reviews = given.log.read(REVIEWS, offsetAt((await given.log.bounds()).next, REVIEWS), 10, LONG_MS);
      await given.log.append([newRecord(REVIEWS, 'review')]);
      expect(idsOf(await reviews)).toEqual(['review']);
      await given.log.append([newRecord(RATINGS, 'rating')]);
      expect(idsOf(await ratings)).toEqual(['rating']);
    });

    test('a read from behind the end waits until records reach it', async () => {
      await given.log.append([newRecord(RATINGS, 'old')]);
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      const waiting = given.log.read(RATINGS, next + 1, 10, LONG_MS);
      for (let n = 0; n < 3; n++) await given.log.append([newRecord(RATINGS, `new ${n}`)]);
      const offsets = (await waiting).map(({ offset }) => offset);
      expect(offsets.length).toBeGreaterThan(0);
      expect(Math.min(...offsets)).toBeGreaterThan(next);
    });

    test('closing ends waits', async () => {
      const log = await given.opened.reopen();
      const { next } = boundsAt(await log.bounds(), RATINGS);
      const waiting = timed(Promise.all([log.read(RATINGS, next, 10, LONG_MS), log.read(REVIEWS, 0, 10, LONG_MS)]));
      await log.close();
      const { result, tookMs } = await waiting;
      expect(result).toEqual([[], []]);
      expect(tookMs).toBeLessThan(SOON_MS);
      await expect(log.read(RATINGS, next, 10)).rejects.toThrow(/closed/);
    });

    test('closing twice is no error, and what was being appended is there', async () => {
      const log = await given.opened.reopen();
      const appending = log.append([newRecord(RATINGS, 'last')]);
      await log.close();
      await log.close();
      const [appended] = await appending;
      expect(idsOf(await given.log.read(RATINGS, appended?.offset ?? 0, 10))).toEqual(['last']);
    });
  });
};
