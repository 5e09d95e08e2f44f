import { DEAD_LETTERS, type LogPartition } from '@rushes/domain';
import { type EventLog, type LogRecord, LogTruncatedError, OffsetTrimmedError } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { readLog } from '../read-log.ts';
import { endsOf, idsOf, newRecord, newRecords, RATINGS, REVIEWS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

interface Read {
  readonly records: readonly LogRecord[];
  readonly error: unknown;
}

/** What a range gives, and how it ends. */
const readRange = async (log: EventLog, partition: LogPartition, from: number, to: number, signal?: AbortSignal): Promise<Read> => {
  const records: LogRecord[] = [];
  try {
    for await (const batch of log.range(partition, from, to, { signal })) records.push(...batch);
  } catch (error) {
    return { records, error };
  }
  return { records, error: undefined };
};

export const rangeTests = (open: OpenEventLog): void => {
  describe('ranges', () => {
    const given = logForEach(open);

    test('have all records from one offset on, before another, and end there', async () => {
      await given.log.append(newRecords(RATINGS, 4));
      await given.log.appendBarrier(1);
      await given.log.append(newRecords(RATINGS, 3, 'later'));
      const all = await readLog(given.log, RATINGS);
      const { earliest, next } = await endsOf(given.log, RATINGS);
      for (const log of [given.log, await given.opened.reopen()])
        for (let from = earliest; from <= next; from++)
          for (let to = earliest; to <= next; to++) {
            const records = all.filter(({ offset }) => offset >= from && offset < to);
            expect(await readRange(log, RATINGS, from, to)).toEqual({ records, error: undefined });
          }
    });

    test('of many records are whole, in order, however many batches they come in', async () => {
      for (let n = 0; n < 5; n++) await given.log.append(newRecords(RATINGS, 1_500, `batch ${n}`));
      const { earliest, next } = await endsOf(given.log, RATINGS);
      const { records } = await readRange(given.log, RATINGS, earliest, next);
      expect(idsOf(records)).toEqual(Array.from({ length: 7_500 }, (_, n) => `batch ${Math.floor(n / 1_500)} ${n % 1_500}`));
    });

    test('do not wait for records, and have none that were appended behind their end meanwhile', async () => {
      await given.log.append(newRecords(RATINGS, 3_000));
      const { earliest, next } = await endsOf(given.log, RATINGS);
      const reading = readRange(given.log, RATINGS, earliest, next);
      const [{ records, error }] = await Promise.all([reading, given.log.append(newRecords(RATINGS, 5, 'behind'))]);
      expect(error).toBeUndefined();
      expect(idsOf(records)).toEqual(Array.from({ length: 3_000 }, (_, n) => `event ${n}`));
    });

    test('an end behind that of the log is an error, not a shorter range', async () => {
      await given.log.append(newRecords(RATINGS, 3));
      const all = await readLog(given.log, RATINGS);
      const { earliest, next } = await endsOf(given.log, RATINGS);
      for (const [from, to] of [
        [earliest, next + 1],
        [next, next + 1],
        [next + 5, next + 9],
      ] as const) {
        const { records, error } = await readRange(given.log, RATINGS, from, to);
        expect(error).toBeInstanceOf(LogTruncatedError);
        expect(error).toMatchObject({ partition: RATINGS, offset: to, next });
        expect(all.slice(0, records.length)).toEqual(records);
      }
      expect(await readRange(given.log, REVIEWS, 0, 1)).toMatchObject({ records: [], error: expect.any(LogTruncatedError) });
    });

    test('records that are gone are an error; an empty range of them is none', async () => {
      const appended = await given.log.append(newRecords(RATINGS, 5));
      const [first, keepFrom] = [appended[0]?.offset ?? 0, appended[3]?.offset ?? 0];
      await given.opened.advance(given.log.retentionMs + 3_600_000);
      await given.log.trim({ [RATINGS]: keepFrom });
      const { next } = await endsOf(given.log, RATINGS);
      for (const to of [first + 1, keepFrom, next]) {
        const { records, error } = await readRange(given.log, RATINGS, first, to);
        expect(records).toEqual([]);
        expect(error).toBeInstanceOf(OffsetTrimmedError);
        expect(error).toMatchObject({ partition: RATINGS, from: first, earliest: keepFrom });
      }
      expect(await readRange(given.log, RATINGS, first, first)).toEqual({ records: [], error: undefined });
      expect(idsOf((await readRange(given.log, RATINGS, keepFrom, next)).records)).toEqual(['event 3', 'event 4']);
    });

    test('of dead letters are like any other', async () => {
      await given.log.append([newRecord(DEAD_LETTERS, 'letter')]);
      const { earliest, next } = await endsOf(given.log, DEAD_LETTERS);
      expect(idsOf((await readRange(given.log, DEAD_LETTERS, earliest, next)).records)).toEqual(['letter']);
    });

    test('a signal ends them with its reason, at once and between batches', async () => {
      await given.log.append(newRecords(RATINGS, 10_000));
      const { earliest, next } = await endsOf(given.log, RATINGS);
      const reason = new Error('enough');
      expect(await readRange(given.log, RATINGS, earliest, next, AbortSignal.abort(reason))).toEqual({ records: [], error: reason });
      const ending = new AbortController();
      const read = async (): Promise<void> => {
        for await (const batch of given.log.range(RATINGS, earliest, next, { signal: ending.signal })) {
          if (batch.length > 0) ending.abort(reason);
        }
      };
      await expect(read()).rejects.toBe(reason);
      await expect(given.log.bounds({ signal: ending.signal })).rejects.toBe(reason);
      await expect(given.log.offsetsAtTime({ [RATINGS]: 0 }, { signal: ending.signal })).rejects.toBe(reason);
    });

    test('whoever reads no further ends them', async () => {
      await given.log.append(newRecords(RATINGS, 3_000));
      const { earliest, next } = await endsOf(given.log, RATINGS);
      for await (const batch of given.log.range(RATINGS, earliest, next)) if (batch.length > 0) break;
      expect(await given.log.append([newRecord(RATINGS, 'after')])).toHaveLength(1);
    });

    test('a closed log gives none', async () => {
      const log = await given.opened.reopen();
      await given.log.append(newRecords(RATINGS, 3));
      const { earliest, next } = await endsOf(log, RATINGS);
      await log.close();
      expect(await readRange(log, RATINGS, earliest, next)).toMatchObject({ records: [], error: expect.any(Error) });
    });
  });
};
