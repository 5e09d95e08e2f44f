/** A log that goes on where a lost one ended. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord, type PartitionRecords } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { beginSqliteEventLog, openSqliteEventLog } from './index.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
  path = join(folder, 'log.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 0, 10);
const RATINGS: PartitionId = 'movie.ratings/3';
const REVIEWS: PartitionId = 'movie.reviews/1';

const event = (offset: number, appendedAtMs = NOW - HOUR_MS + offset): LogRecord => ({
  kind: 'event',
  offset,
  appendedAtMs,
  key: 'k',
  id: `event ${offset}`,
  value: `value ${offset}`,
});
const barrier = (offset: number, number: number): LogRecord => ({ kind: 'barrier', offset, appendedAtMs: NOW - HOUR_MS + offset, number });

const KEPT: readonly PartitionRecords[] = [
  { partition: RATINGS, records: [event(40), barrier(41, 3)] },
  { partition: RATINGS, records: [event(44), barrier(50, 2), event(51)] },
];

async function* records(kept: readonly PartitionRecords[] = KEPT): AsyncGenerator<PartitionRecords> {
  yield* kept;
}

const begin = (nowMs = NOW): Promise<string> =>
  beginSqliteEventLog(
    path,
    { earliest: { [RATINGS]: 38, [REVIEWS]: 7 }, records: records(), next: { [RATINGS]: 60, [REVIEWS]: 9 }, barrier: 6 },
    () => nowMs,
  );

const opened = async (nowMs = NOW): Promise<EventLog> => openSqliteEventLog(path, { now: () => nowMs });

test('has the records at their offsets, then nothing, then the barrier', async () => {
  const id = await begin();
  expect(await readdir(folder)).toEqual(['log.sqlite']);
  const log = await opened();
  expect(log.id).toBe(id);
  expect(boundsAt(await log.bounds(), RATINGS)).toEqual({ earliest: 38, next: 61 });
  expect(await readLog(log, RATINGS, 38)).toEqual([
    ...KEPT.flatMap((kept) => kept.records),
    { kind: 'barrier', offset: 60, appendedAtMs: NOW, number: 6 },
  ]);
  expect(await readLog(log, REVIEWS, 7)).toMatchObject([{ kind: 'barrier', offset: 9 }]);
  expect(boundsAt(await log.bounds(), 'movie.metadata/0')).toEqual({ earliest: 0, next: 1 });
  await expect(readLog(log, RATINGS, 37)).rejects.toThrow('begins at offset 38');
  const [appended] = await log.append([{ partition: RATINGS, key: 'k', id: 'new', value: '' }]);
  expect(appended).toMatchObject({ offset: 61 });
  await log.close();
});

test('finds offsets by time, also where there are none', async () => {
  await begin();
  const log = await opened();
  const atTime = async (timeMs: number): Promise<number | undefined> => (await log.offsetsAtTime({ [RATINGS]: timeMs }))[RATINGS];
  const at = (offset: number): Promise<number | undefined> => atTime(NOW - HOUR_MS + offset);
  const found = [0, 39, 40, 41, 42, 44, 45, 49, 50, 51, 52].map(at);
  expect(await Promise.all(found)).toEqual([40, 40, 40, 41, 44, 44, 50, 50, 50, 51, 60]);
  expect([await atTime(NOW), await atTime(NOW + 1)]).toEqual([60, 61]);
  expect(await log.offsetsAtTime({ [REVIEWS]: 0 })).toEqual({ [REVIEWS]: 9 });
  await log.close();
});

test('times do not go down, whatever the clock says', async () => {
  await begin(NOW - 10 * HOUR_MS);
  const log = await opened(NOW - 10 * HOUR_MS);
  const times = (await readLog(log, RATINGS, 38)).map(({ appendedAtMs }) => appendedAtMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  await log.close();
});

test('is trimmed across offsets without records', async () => {
  const far = 5_000_000;
  await beginSqliteEventLog(
    path,
    {
      earliest: { [RATINGS]: 10 },
      records: records([{ partition: RATINGS, records: [event(2_000)] }]),
      next: { [RATINGS]: 9_000 },
      barrier: 6,
    },
    () => NOW,
  );
  const log = await opened(NOW + 30 * 24 * HOUR_MS);
  expect(await log.trim({ [RATINGS]: far })).toBe(2);
  expect(boundsAt(await log.bounds(), RATINGS)).toEqual({ earliest: 9_001, next: 9_001 });
  await log.close();
});

test.each([
  ['of an offset twice', [event(4), event(4)]],
  ['out of order', [event(5), event(4)]],
  ['of a time before', [event(4, NOW), event(5, NOW - 1)]],
])('records %s are refused', async (_what, wrong) => {
  const beginning = { earliest: {}, records: records([{ partition: RATINGS, records: wrong }]), next: {}, barrier: 1 };
  await expect(beginSqliteEventLog(path, beginning, () => NOW)).rejects.toBeInstanceOf(RangeError);
});
