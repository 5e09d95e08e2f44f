import { PARTITIONS, type PartitionId } from '@rushes/domain';
import { type Appended, boundsAt, type EventLog, type NewRecord } from '@rushes/ports';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Depths, histories } from '../depth.ts';
import { readLog } from '../read-log.ts';
import { idsOf, METADATA, newRecord, newRecords, RATINGS, REVIEWS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

/** What a partition must hold after appends: what was appended to it, at the places that were told, at any time. */
const stored = (partition: PartitionId, records: readonly NewRecord[], appended: readonly Appended[]): unknown[] =>
  records.flatMap(({ key, id, value, ...record }, at) => {
    const place = appended[at];
    if (record.partition !== partition || place === undefined) return [];
    return [{ kind: 'event', key, id, value, offset: place.offset, appendedAtMs: expect.any(Number) as unknown }]; // as: a matcher
  });

export const appendTests = (open: OpenEventLog, runs: Depths<number>): void => {
  describe('appending', () => {
    const given = logForEach(open);

    test('says where it is and how long it keeps records', () => {
      expect(given.log.location).not.toBe('');
      expect(given.log.retentionMs).toBeGreaterThanOrEqual(48 * 3_600_000);
    });

    test('an empty log has nothing in any partition', async () => {
      for (const partition of PARTITIONS) {
        const { earliest, next } = boundsAt(await given.log.bounds(), partition);
        expect(earliest).toBe(next);
        expect(await readLog(given.log, partition)).toEqual([]);
      }
    });

    test('gives back what was appended, also to another client', async () => {
      const records = newRecords(RATINGS, 5);
      const appended = await given.log.append(records);
      expect(await readLog(given.log, RATINGS)).toEqual(stored(RATINGS, records, appended));
      expect(await readLog(await given.opened.reopen(), RATINGS)).toEqual(stored(RATINGS, records, appended));
    });

    test('appending nothing appends nothing', async () => {
      expect(await given.log.append([])).toEqual([]);
    });

    test('finding out whether it takes records appends none, and fails where it is closed', async () => {
      const before = await given.log.bounds();
      await given.log.checkWritable();
      expect(await given.log.bounds()).toEqual(before);
      const [appended] = await given.log.append(newRecords(RATINGS, 1));
      expect(await readLog(given.log, RATINGS)).toMatchObject([{ offset: appended?.offset }]);
      const other = await given.opened.reopen();
      await other.close();
      await expect(other.checkWritable()).rejects.toBeInstanceOf(Error);
    });

    test('one append goes to several partitions, and tells the place of each record in their order', async () => {
      const records = [RATINGS, METADATA, RATINGS, REVIEWS, METADATA].map((partition, n) => newRecord(partition, `event ${n}`));
      const appended = await given.log.append(records);
      expect(appended.map(({ partition }) => partition)).toEqual(records.map(({ partition }) => partition));
      for (const partition of PARTITIONS) expect(await readLog(given.log, partition)).toEqual(stored(partition, records, appended));
    });

    test('offsets ascend, `next` lies behind the last of them, and `earliest` is the first', async () => {
      const first = await given.log.append(newRecords(RATINGS, 3, 'first'));
      const second = await given.log.append(newRecords(RATINGS, 3, 'second'));
      const offsets = [...first, ...second].map(({ offset }) => offset);
      expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b));
      const { earliest, next } = boundsAt(await given.log.bounds(), RATINGS);
      expect(earliest).toBe(offsets[0]);
      expect(next).toBeGreaterThan(offsets.at(-1) ?? Infinity);
    });

    test('closing twice is no error, and what was being appended is there', async () => {
      const log = await given.opened.reopen();
      const appending = log.append([newRecord(RATINGS, 'last')]);
      await log.close();
      await log.close();
      const [appended] = await appending;
      expect(idsOf(await readLog(given.log, RATINGS, appended?.offset))).toEqual(['last']);
    });

    test('calls of one client that do not wait for each other keep their order', async () => {
      const ids = Array.from({ length: 200 }, (_, n) => `event ${n}`);
      await Promise.all(ids.map((id) => given.log.append([newRecord(RATINGS, id)])));
      expect(idsOf(await readLog(given.log, RATINGS))).toEqual(ids);
    });

    test('two clients append at once: nothing is lost, each keeps its order', async () => {
      const other = await given.opened.reopen();
      const batches = 40;
      const appendAll = async (log: EventLog, name: string): Promise<Appended[]> => {
        const appended: Appended[] = [];
        for (let n = 0; n < batches; n++) {
          appended.push(...(await log.append([newRecord(RATINGS, `${name} ${2 * n}`), newRecord(RATINGS, `${name} ${2 * n + 1}`)])));
        }
        return appended;
      };
      const [mine, theirs] = await Promise.all([appendAll(given.log, 'mine'), appendAll(other, 'theirs')]);
      const all = await readLog(given.log, RATINGS);
      expect(await readLog(other, RATINGS)).toEqual(all);
      for (const [name, appended] of [['mine', mine] as const, ['theirs', theirs] as const]) {
        const own = all.filter((record) => record.kind === 'event' && record.id.startsWith(name));
        expect(idsOf(own)).toEqual(Array.from({ length: 2 * batches }, (_, n) => `${name} ${n}`));
        expect(own.map(({ offset }) => ({ partition: RATINGS, offset }))).toEqual(appended);
      }
      expect(all).toHaveLength(4 * batches);
    });

    test('texts of 60 kB', async () => {
      const records = Array.from({ length: 20 }, (_, n) => newRecord(REVIEWS, `long ${n}`, `${n} `.repeat(20_000).slice(0, 60_000)));
      const appended = await given.log.append(records);
      expect(await readLog(given.log, REVIEWS)).toEqual(stored(REVIEWS, records, appended));
    });

    test('any text comes back as it was', async () => {
      const text = fc.string({ unit: 'binary', maxLength: 20 });
      const some = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
      const records: NewRecord[] = [];
      const appended: Appended[] = [];
      const batch = fc.array(fc.record({ key: some, id: some, value: text }), { minLength: 1, maxLength: 10 });
      await fc.assert(
        fc.asyncProperty(batch, async (texts) => {
          const batchOfRecords = texts.map((one) => ({ partition: METADATA, ...one }));
          records.push(...batchOfRecords);
          appended.push(...(await given.log.append(batchOfRecords)));
        }),
        histories(runs),
      );
      expect(await readLog(given.log, METADATA)).toEqual(stored(METADATA, records, appended));
    });

    test.each([
      ['an empty key', { key: '' }],
      ['an empty id', { id: '' }],
      ['half of a surrogate pair in the value', { value: 'a\ud83c' }],
      ['half of a surrogate pair in the key', { key: '\udfac' }],
    ])('refuses %s, and appends nothing of what came with it', async (_, fault) => {
      const good = newRecord(RATINGS, 'good');
      await expect(given.log.append([good, { ...good, ...fault }, good])).rejects.toThrow(/record 2 of 3/);
      expect(await readLog(given.log, RATINGS)).toEqual([]);
    });
  });
};
