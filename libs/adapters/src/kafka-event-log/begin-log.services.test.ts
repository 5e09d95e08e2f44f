/** A log on Kafka that begins with records at chosen offsets: it says what its source says, record by record. */
import { DEAD_LETTERS, type LogOffsets, partitionOf } from '@rushes/domain';
import { type BegunLog, boundsAt, type LogBeginning, type LogRecord, type PartitionRecords } from '@rushes/ports';
import { eventLogContract } from '@rushes/ports/contracts/event-log';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { BROKER, type LogForTests, logForTests, REGISTRY, withAdmin } from './for-tests/kafka-for-tests.ts';
import { sendRaw } from './for-tests/send-raw.ts';
import { beginKafkaEventLog, kafkaLogState, type KafkaEventLogOptions } from './index.ts';

let on: LogForTests;
beforeEach(() => {
  on = logForTests();
});
afterEach(() => on.dispose());

const DAY_MS = 24 * 3_600_000;
const NOW = Date.now();
const KEY = 'tt0000001';
const RATINGS = partitionOf('movie.ratings', KEY);
const REVIEWS = partitionOf('movie.reviews', KEY);

const event = (offset: number, appendedAtMs = NOW - 5 * DAY_MS + offset): LogRecord => ({
  kind: 'event',
  offset,
  appendedAtMs,
  key: KEY,
  id: `event ${offset}`,
  value: `value ${offset}`,
});
const barrier = (offset: number, number: number): LogRecord => ({
  kind: 'barrier',
  offset,
  appendedAtMs: NOW - 5 * DAY_MS + offset,
  number,
});

async function* records(kept: readonly PartitionRecords[]): AsyncGenerator<PartitionRecords> {
  yield* kept;
}

const optionsOf = (prefix: string): KafkaEventLogOptions => ({
  brokers: [BROKER],
  topicPrefix: prefix,
  registry: { url: REGISTRY },
  now: () => NOW,
});
const begin = (kept: readonly PartitionRecords[], more: Partial<LogBeginning> = {}): Promise<BegunLog> =>
  beginKafkaEventLog(optionsOf(on.prefix), { earliest: {}, next: {}, barrier: undefined, ...more, records: records(kept) });

const KEPT: readonly PartitionRecords[] = [
  { partition: RATINGS, records: [event(40), barrier(41, 3)] },
  // Of a time before, as a broker whose clock was set back gives it.
  { partition: RATINGS, records: [event(44), barrier(50, 2), event(51, NOW - 6 * DAY_MS)] },
  { partition: DEAD_LETTERS, records: [event(3), event(4)] },
];
const EARLIEST: LogOffsets = { [RATINGS]: 38, [REVIEWS]: 7 };
const NEXT: LogOffsets = { [RATINGS]: 60, [REVIEWS]: 9, [DEAD_LETTERS]: 6 };

test('has the records at their offsets with their times, then nothing, then the barrier', async () => {
  const begun = await begin(KEPT, { earliest: EARLIEST, next: NEXT, barrier: 6 });
  await expect(on.open()).rejects.toThrow('begun in the place of another one, and is not finished');
  expect(await kafkaLogState(optionsOf(on.prefix))).toBe('unfinished');
  await begun.takePlace();
  expect(await kafkaLogState(optionsOf(on.prefix))).toBe('there');
  const log = await on.open();
  expect(log.id).toBe(begun.id);
  const bounds = await log.bounds();
  expect(boundsAt(bounds, RATINGS)).toEqual({ earliest: 38, next: 61 });
  expect(boundsAt(bounds, REVIEWS)).toEqual({ earliest: 7, next: 10 });
  expect(boundsAt(bounds, DEAD_LETTERS)).toEqual({ earliest: 0, next: 6 });
  expect(boundsAt(bounds, 'movie.metadata/0')).toEqual({ earliest: 0, next: 1 });
  expect(await readLog(log, RATINGS, 38)).toEqual([
    ...KEPT.slice(0, 2).flatMap((kept) => kept.records),
    { kind: 'barrier', offset: 60, appendedAtMs: NOW, number: 6 },
  ]);
  expect(await readLog(log, DEAD_LETTERS, 0)).toEqual(KEPT[2]?.records);
  expect(await readLog(log, REVIEWS, 7)).toMatchObject([{ kind: 'barrier', offset: 9 }]);
  await expect(readLog(log, RATINGS, 37)).rejects.toThrow('begins at offset 38');
  const [appended] = await log.append([{ partition: RATINGS, key: KEY, id: 'new', value: '' }]);
  expect(appended).toMatchObject({ offset: 61 });
  const [last] = await readLog(log, RATINGS, 61);
  expect(Math.abs((last?.appendedAtMs ?? 0) - Date.now()), 'the broker gives the time again').toBeLessThan(60_000);
});

test('finds offsets by time, also where there are none', async () => {
  await (await begin(KEPT.slice(0, 1), { earliest: EARLIEST, next: NEXT, barrier: 6 })).takePlace();
  const log = await on.open();
  const at = async (timeMs: number): Promise<number | undefined> => (await log.offsetsAtTime({ [RATINGS]: timeMs }))[RATINGS];
  const first = NOW - 5 * DAY_MS;
  expect(await Promise.all([0, first + 39, first + 40, first + 41, first + 42, NOW, NOW + 1].map(at))).toEqual([
    40, 40, 40, 41, 60, 60, 61,
  ]);
});

test('without a barrier it is the same log, also behind millions of offsets and over wide holes', async () => {
  const kept = [{ partition: RATINGS, records: [event(3_000_001), event(3_025_000), event(3_025_777)] }];
  const bounds = { earliest: { [RATINGS]: 3_000_000 }, next: { [RATINGS]: 3_040_000 } };
  await (await begin(kept, bounds)).takePlace();
  const log = await on.open();
  expect(boundsAt(await log.bounds(), RATINGS)).toEqual({ earliest: 3_000_000, next: 3_040_000 });
  expect(await readLog(log, RATINGS, 3_000_000)).toEqual(kept[0]?.records);
  const followed: number[] = [];
  for await (const one of log.follow({ [RATINGS]: 3_000_000 }, AbortSignal.timeout(20_000))) {
    if ('fault' in one) throw one.fault;
    followed.push(...one.records.map(({ offset }) => offset));
    if (one.next === 3_040_000) break;
  }
  expect(followed).toEqual([3_000_001, 3_025_000, 3_025_777]);
});

test('one whose beginning was cut off is begun anew; one that is there stays', async () => {
  await expect(
    begin([
      { partition: RATINGS, records: [event(40)] },
      { partition: RATINGS, records: [event(4)] },
    ]),
  ).rejects.toThrow('record 4 of');
  expect(await kafkaLogState(optionsOf(on.prefix))).toBe('absent');
  const cut = await begin(KEPT.slice(0, 1));
  const whole = await begin(KEPT.slice(1, 2));
  expect(whole.id).not.toBe(cut.id);
  await whole.takePlace();
  const log = await on.open();
  expect((await readLog(log, RATINGS, 0)).map(({ offset }) => offset)).toEqual([44, 50, 51]);
  await expect(begin(KEPT)).rejects.toThrow('has topics of a log already');
  expect((await readLog(log, RATINGS, 0)).length).toBe(3);
});

test('a topic that somebody else writes to ends the beginning', async () => {
  const topic = `${on.prefix}movie.ratings`;
  const index = Number(RATINGS.split('/')[1]);
  const kept = async function* (): AsyncGenerator<PartitionRecords> {
    yield { partition: RATINGS, records: Array.from({ length: 5_001 }, (_, offset) => event(offset)) };
    await sendRaw({ topic, partition: index, key: 'k', value: Buffer.from('v') });
    yield { partition: RATINGS, records: [event(5_001)] };
  };
  await expect(beginKafkaEventLog(optionsOf(on.prefix), { earliest: {}, next: {}, barrier: undefined, records: kept() })).rejects.toThrow(
    'somebody else writes to this topic',
  );
  expect(await withAdmin(async (admin) => (await admin.listTopics()).filter((name) => name === topic))).toEqual([]);
});

/** A log that has begun so does all that any log does. */
eventLogContract({
  name: 'Kafka, begun at offsets of its own',
  runs: { quick: 1, deep: 10 },
  open: async () => {
    const { open, nowMs, advance, dispose, prefix } = logForTests();
    const empty: LogBeginning = { earliest: {}, next: {}, barrier: undefined, records: records([]) };
    await (await beginKafkaEventLog(optionsOf(prefix), empty)).takePlace();
    return { log: await open(), reopen: open, nowMs, advance: async (milliseconds: number) => advance(milliseconds), dispose };
  },
});
