import { DEAD_LETTERS, type LogOffsets, type LogPartition, PARTITIONS } from '@rushes/domain';
import { type EventLog, type Followed, type LogRecord, LogTruncatedError, OffsetTrimmedError } from '@rushes/ports';
import { afterEach, describe, expect, test } from 'vitest';

import { readLog } from '../read-log.ts';
import { endsOf, idsOf, newRecord, newRecords, RATINGS, REVIEWS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

/** What following a log has given so far. */
interface Seen {
  readonly records: ReadonlyMap<LogPartition, LogRecord[]>;
  readonly faults: ReadonlyMap<LogPartition, Error>;
  /** In the order in which they came. */
  readonly order: readonly LogPartition[];
  /** Where to go on. */
  readonly next: LogOffsets;
}

export const followTests = (open: OpenEventLog): void => {
  describe('following', () => {
    const given = logForEach(open);
    const ending = new Set<AbortController>();
    afterEach(() => {
      for (const one of ending) one.abort();
      ending.clear();
    });

    /** Follows a log until what was given fits. */
    const followUntil = async (log: EventLog, from: LogOffsets, isEnough: (followed: Seen) => boolean): Promise<Seen> => {
      const stop = new AbortController();
      ending.add(stop);
      const followed = {
        records: new Map<LogPartition, LogRecord[]>(),
        faults: new Map<LogPartition, Error>(),
        order: [] as LogPartition[],
        next: { ...from } as Partial<Record<LogPartition, number>>,
      };
      if (isEnough(followed)) return followed;
      for await (const one of log.follow(from, stop.signal)) {
        take(followed, one);
        if (isEnough(followed)) stop.abort();
      }
      return followed;
    };
    const take = (
      followed: {
        records: Map<LogPartition, LogRecord[]>;
        faults: Map<LogPartition, Error>;
        order: LogPartition[];
        next: Partial<Record<LogPartition, number>>;
      },
      one: Followed,
    ): void => {
      const { partition } = one;
      expect(followed.faults.has(partition), 'nothing comes after a fault').toBe(false);
      if ('fault' in one) {
        followed.faults.set(partition, one.fault);
        return;
      }
      const before = followed.next[partition];
      expect(before, 'nobody asked for this partition').toBeDefined();
      for (const { offset } of one.records) expect(offset >= (before ?? Infinity) && offset < one.next).toBe(true);
      expect(one.next).toBeGreaterThanOrEqual(before ?? Infinity);
      followed.next[partition] = one.next;
      followed.records.set(partition, [...(followed.records.get(partition) ?? []), ...one.records]);
      if (one.records.length > 0) followed.order.push(partition);
    };
    const counts = (followed: Seen): number => [...followed.records.values()].flat().length;

    test('gives what is there of all partitions that are asked for, and of no other', async () => {
      await given.log.append(PARTITIONS.flatMap((partition) => newRecords(partition, 3)));
      await given.log.appendBarrier(1);
      const { earliest } = await given.log.bounds();
      const asked = PARTITIONS.filter((partition) => partition !== REVIEWS);
      const from = Object.fromEntries(asked.map((partition) => [partition, earliest[partition]]));
      const followed = await followUntil(given.log, from, (all) => counts(all) >= asked.length * 4);
      expect([...followed.records.keys()].toSorted()).toEqual([...asked].toSorted());
      for (const partition of asked) expect(followed.records.get(partition)).toEqual(await readLog(given.log, partition));
      expect(followed.next).toEqual(Object.fromEntries(Object.entries((await given.log.bounds()).next).filter(([name]) => name in from)));
    });

    test('gives what comes, by this client and by another, events and barriers, each once and in order', async () => {
      const other = await given.opened.reopen();
      const { next } = await given.log.bounds();
      const from = { [RATINGS]: next[RATINGS], [REVIEWS]: next[REVIEWS] };
      const following = followUntil(given.log, from, (all) => counts(all) >= 42);
      for (let n = 0; n < 10; n++) {
        await given.log.append([newRecord(RATINGS, `mine ${n}`), newRecord(REVIEWS, `mine ${n}`)]);
        await other.append([newRecord(RATINGS, `theirs ${n}`), newRecord(REVIEWS, `theirs ${n}`)]);
      }
      await other.appendBarrier(1);
      const { records } = await following;
      for (const partition of [RATINGS, REVIEWS]) expect(records.get(partition)).toEqual(await readLog(given.log, partition));
    });

    test('goes on from the last `next`, without a gap and without a repetition', async () => {
      let from: LogOffsets = { [RATINGS]: (await endsOf(given.log, RATINGS)).next };
      const ids: (string | number)[] = [];
      for (let n = 0; n < 5; n++) {
        await given.log.append([newRecord(RATINGS, `event ${n}`)]);
        const followed = await followUntil(given.log, from, (all) => counts(all) >= 1);
        ids.push(...idsOf(followed.records.get(RATINGS) ?? []));
        from = followed.next;
      }
      expect(ids).toEqual(['event 0', 'event 1', 'event 2', 'event 3', 'event 4']);
    });

    test('a partition with much to give does not hold up the others', async () => {
      for (let n = 0; n < 5; n++) await given.log.append(newRecords(RATINGS, 5_000, `much ${n}`));
      await given.log.append([newRecord(REVIEWS, 'little')]);
      const { earliest } = await given.log.bounds();
      const followed = await followUntil(
        given.log,
        { [RATINGS]: earliest[RATINGS], [REVIEWS]: earliest[REVIEWS] },
        (all) => counts(all) >= 25_001,
      );
      const place = followed.order.indexOf(REVIEWS);
      expect(followed.order.length, 'much comes in pieces').toBeGreaterThan(4);
      expect(place).toBeLessThan(followed.order.length / 2);
    });

    test('dead letters are followed too', async () => {
      await given.log.append([newRecord(DEAD_LETTERS, 'letter')]);
      const { earliest } = await endsOf(given.log, DEAD_LETTERS);
      const { records } = await followUntil(given.log, { [DEAD_LETTERS]: earliest }, (all) => counts(all) >= 1);
      expect(idsOf(records.get(DEAD_LETTERS) ?? [])).toEqual(['letter']);
    });

    test('a partition whose records are gone, or that ends before, gives a fault; the others go on', async () => {
      const appended = await given.log.append([...newRecords(RATINGS, 5), ...newRecords(REVIEWS, 2)]);
      const keepFrom = appended[3]?.offset ?? 0;
      await given.opened.advance(given.log.retentionMs + 3_600_000);
      await given.log.trim({ [RATINGS]: keepFrom });
      const { earliest, next } = await given.log.bounds();
      const behind = (next['movie.metadata/1'] ?? 0) + 1;
      const from = { [RATINGS]: appended[0]?.offset, 'movie.metadata/1': behind, [REVIEWS]: earliest[REVIEWS] } as LogOffsets; // as: all three are there
      const following = followUntil(given.log, from, (all) => counts(all) >= 3 && all.faults.size === 2);
      await given.log.append([newRecord(RATINGS, 'not followed'), newRecord(REVIEWS, 'new')]);
      const { records, faults } = await following;
      expect(idsOf(records.get(REVIEWS) ?? [])).toEqual(['event 0', 'event 1', 'new']);
      expect([...records.keys()]).toEqual([REVIEWS]);
      expect(faults.get(RATINGS)).toBeInstanceOf(OffsetTrimmedError);
      expect(faults.get(RATINGS)).toMatchObject({ partition: RATINGS, from: appended[0]?.offset, earliest: keepFrom });
      expect(faults.get('movie.metadata/1')).toBeInstanceOf(LogTruncatedError);
      expect(faults.get('movie.metadata/1')).toMatchObject({ offset: behind, next: behind - 1 });
    });

    test('from exactly the end it waits, also where all before is gone', async () => {
      const appended = await given.log.append(newRecords(RATINGS, 5));
      const { next } = await endsOf(given.log, RATINGS);
      await given.opened.advance(given.log.retentionMs + 3_600_000);
      await given.log.trim({ [RATINGS]: next });
      expect(appended).toHaveLength(5);
      const following = followUntil(given.log, { [RATINGS]: next }, (all) => counts(all) >= 1);
      await given.log.append([newRecord(RATINGS, 'new')]);
      expect(idsOf((await following).records.get(RATINGS) ?? [])).toEqual(['new']);
    });

    test('an aborted signal ends it without an error: before it begins, while it waits, and while there is more', async () => {
      await given.log.append(newRecords(RATINGS, 3));
      const { earliest, next } = await endsOf(given.log, RATINGS);
      for await (const one of given.log.follow({ [RATINGS]: earliest }, AbortSignal.abort())) expect(one).toBe('nothing');
      const stop = new AbortController();
      const waiting = (async () => {
        for await (const one of given.log.follow({ [RATINGS]: next }, stop.signal))
          if ('fault' in one || one.records.length > 0) return one;
        return 'ended';
      })();
      stop.abort(new Error('a reason that nobody is told'));
      expect(await waiting).toBe('ended');
    });

    test('whoever goes no further ends it, and another may follow', async () => {
      await given.log.append(newRecords(RATINGS, 3));
      const { earliest } = await endsOf(given.log, RATINGS);
      for (let n = 0; n < 3; n++) {
        let seen = 0;
        const stop = new AbortController();
        ending.add(stop);
        for await (const one of given.log.follow({ [RATINGS]: earliest }, stop.signal)) {
          if ('records' in one) seen += one.records.length;
          if (seen > 0) break;
        }
        expect(seen).toBe(3);
      }
    });

    test('where the log is closed it fails', async () => {
      const log = await given.opened.reopen();
      const { next } = await endsOf(log, RATINGS);
      const following = followUntil(log, { [RATINGS]: next }, () => false);
      await log.close();
      await expect(following).rejects.toThrow(/closed/);
    });
  });
};
